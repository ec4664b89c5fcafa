"""Years: the splits of a scenario, one generated year a split, kept in memory or frozen to files."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from gridbench.scenario.series.frozen import save
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import preset_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from gridbench.scenario.series.presets import Preset
    from gridbench.scenario.series.series import Series

SPLITS = ("train", "validation", "test")
FIRST_SEED = 1000
"""Above the seeds of the scenarios that come as files."""


@lru_cache(maxsize=16)
def seeded_years(preset: str, seed: int, step_h: float = 1.0) -> Mapping[str, Series]:
    """A generated year for each of SPLITS: no two splits share weather, nor do two seeds; raises UnknownName, InvalidInput."""
    place, first = preset_named(preset), FIRST_SEED + len(SPLITS) * seed
    return MappingProxyType({split: generate(place, first + i, step_h=step_h) for i, split in enumerate(SPLITS)})


def freeze_years(
    preset: Preset,
    seeds: Mapping[str, int],
    folder: Path,
    step_h: float = 1.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Path]:
    """Write `<folder>/<split>.npz`, a generated year, for each split and seed, and return the paths.

    `progress`, if given, is called after each file with the split, the number of files written, and how many there will be.
    """
    paths: dict[str, Path] = {}
    for done, (split, seed) in enumerate(seeds.items(), start=1):
        paths[split] = folder / f"{split}.npz"
        save(replace(generate(preset, seed, step_h=step_h), name=split), paths[split])
        if progress is not None:
            progress(split, done, len(seeds))
    return paths
