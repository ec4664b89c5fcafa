"""The journal of a run: each finished episode is a file of its own, so that a killed run loses only the one it was in."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.bench.files import read_arrays, read_text, write_arrays, write_text
from gridbench.bench.metrics import METRICS
from gridbench.bench.rows import TIMING
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

NUMBERS = (*METRICS, *TIMING)


@dataclass(frozen=True, eq=False)
class Finished:
    """An episode that is done: its asks (steps, asks) and its measured numbers."""

    seed: int
    day: int
    asks: NDArray[np.float32]
    numbers: Mapping[str, float]


class Journal:
    """The finished episodes of a run, below `folder`; `plan` names the run they belong to."""

    def __init__(self, folder: Path, plan: Mapping[str, Any]) -> None:
        """Name the place and the run; nothing is written yet."""
        self.folder = folder / "journal"
        self.plan = json.dumps(plan, indent=1, sort_keys=True) + "\n"

    def open(self, *, resume: bool) -> None:
        """Start, or take up what is there; raises InvalidInput where another run, or an unfinished one, is in the way."""
        header = self.folder / "plan.json"
        if not header.exists():
            write_text(header, self.plan)
        elif not resume:
            raise InvalidInput(str(self.folder.parent), ["an unfinished run is here: use --resume, or choose another --out"])
        elif read_text(header) != self.plan:
            fault = (
                "the unfinished run is of another scenario, policy, version, split, days, seeds or plant: choose another --out"
            )
            raise InvalidInput(str(header), [fault])

    def _path(self, seed: int, day: int) -> Path:
        return self.folder / f"seed{seed:04d}-day{day:05d}.npz"

    def add(self, episode: Finished) -> None:
        """Write an episode whole or not at all; raises StorageError."""
        numbers = np.array([episode.numbers[name] for name in NUMBERS], dtype=np.float64)
        write_arrays(self._path(episode.seed, episode.day), {"asks": episode.asks, "numbers": numbers})

    def get(self, seed: int, day: int) -> Finished | None:
        """Return an episode if it is done; raises InvalidInput where its file is damaged."""
        path = self._path(seed, day)
        if not path.exists():
            return None
        arrays = read_arrays(path)
        if set(arrays) != {"asks", "numbers"} or arrays["numbers"].shape != (len(NUMBERS),):
            raise InvalidInput(str(path), ["is no finished episode of this version: remove it, then repeat with --resume"])
        return Finished(seed, day, arrays["asks"], dict(zip(NUMBERS, arrays["numbers"].tolist(), strict=True)))

    def missing(self, wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return which (seed, day) of `wanted` are not done."""
        return [pair for pair in wanted if not self._path(*pair).exists()]

    def close(self) -> None:
        """Remove the journal: its contents stand in the record's files."""
        shutil.rmtree(self.folder, ignore_errors=True)
