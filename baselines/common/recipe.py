"""The numbers of a recipe: those that all trainers share, those of one, and what the command line changes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridbench.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARED = Path(__file__).resolve().with_name("recipe.toml")


def read_recipe(folder: Path, changes: Sequence[str] = (), scenario: str = "") -> dict[str, Any]:
    """Return recipe.toml with config.toml of a trainer's folder over it, what a scenario needs, and `KEY=VALUE` over all.

    `scenario` is an id like `ieee13-v1`; lists are `64,64`. Raises InvalidInput with every change that names no number of the
    recipe, or gives none.
    """
    recipe = {**_read(SHARED), **_read(folder / "config.toml")}
    recipe |= recipe.pop("scenarios").get(scenario.rpartition("-v")[0], {})
    faults = []
    for change in changes:
        key, _, text = change.partition("=")
        try:
            recipe[key] = _like(recipe[key], text)
        except KeyError:
            known = (name for name, one in recipe.items() if not isinstance(one, dict))
            faults.append(str(UnknownName("number of the recipe", key, known)))
        except (TypeError, ValueError):
            faults.append(f"{key}: {text!r} is no {type(recipe[key]).__name__} like {recipe[key]!r}")
    if faults:
        raise InvalidInput("--set", faults)
    return recipe


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _like(old: object, text: str) -> object:
    """Return text as a value of the type that stands in the recipe."""
    if isinstance(old, list):
        return [int(one) for one in text.split(",")]
    if isinstance(old, int):
        return int(float(text)) if float(text).is_integer() else int(text)
    if isinstance(old, float):
        return float(text)
    if isinstance(old, str):
        return text
    raise TypeError
