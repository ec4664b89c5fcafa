"""Tables of a scenario file as text, each value in the form that TOML wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | bool | int | float | Mapping[str, Value] | Sequence[Value] | None"


def value(number: Value) -> str:
    """Return a value as TOML writes it."""
    if isinstance(number, bool):
        return "true" if number else "false"
    if isinstance(number, str):
        return f'"{number}"'
    if isinstance(number, Mapping):
        return "{ " + ", ".join(f"{key} = {value(one)}" for key, one in number.items()) + " }"
    if isinstance(number, (list, tuple)):
        return "[" + ", ".join(value(one) for one in number) + "]"
    return repr(round(number, 6)) if isinstance(number, float) else str(number)


def keys(**fields: Value) -> str:
    """Return keys with their values, one a line; those that are None are left out."""
    return "".join(f"{key} = {value(one)}\n" for key, one in fields.items() if one is not None)


def table(name: str, /, **fields: Value) -> str:
    """Return one table that stands alone."""
    return f"[{name}]\n" + keys(**fields)


def entry(name: str, /, **fields: Value) -> str:
    """Return one of several tables of a name."""
    return f"[[{name}]]\n" + keys(**fields)


def device(kind: str, name: str, /, **fields: Value) -> str:
    """Return a table [[device]]."""
    return entry("device", kind=kind, name=name, **fields)


def section(title: str) -> str:
    """Return a line that parts the file."""
    return f"# --- {title} " + "-" * max(3, 114 - len(title)) + "\n"
