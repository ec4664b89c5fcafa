"""The plans that the expert has made, kept in one file so that no run, seed or interruption makes one of them twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from expert import Plan, planned
from tqdm import tqdm

from gridbench import __version__
from gridbench.bench.files import read_arrays, write_arrays
from gridbench.bench.spread import over_processes
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


Task = tuple[int, int, "NDArray[np.float64]"]
"""Day of the training split, step, and the states (states,) before it."""
EVERY = 8
"""So many plans at most are lost when a run is killed."""


class Plans:
    """Plans by what they depend on: day, step and states; the file's name is the digest of scenario, expert and version."""

    def __init__(self, name: str, folder: Path, margin_pu: float = 0.0) -> None:
        """Read what is there; `name` is what the scenario is loaded by, the margin that of `planned`.

        Raises InvalidInput for a damaged file, UnknownName.
        """
        self._name, self.scenario, self._margin_pu = name, load_scenario(name), margin_pu
        expert = Path(__file__).with_name("expert.py").read_text(encoding="utf-8")
        made_of = [self.scenario.digest, margin_pu, __version__, expert]
        digest = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
        self.path = folder / f"{self.scenario.id}-{digest[:16]}.npz"
        self._kept: dict[str, Plan] = _read(self.path, self.scenario.steps) if self.path.is_file() else {}

    def __call__(self, tasks: Sequence[Task], jobs: int = 1) -> list[Plan]:
        """Return a plan for each task, made now where it is not kept. Raises SolverError, StorageError, InvalidInput."""
        keys = [_key(*task) for task in tasks]
        missing = {key: task for key, task in zip(keys, tasks, strict=True) if key not in self._kept}
        items = [(self._name, self._margin_pu, key, *task) for key, task in missing.items()]
        made = 0
        try:
            for key, plan in tqdm(over_processes(_made, items, jobs), total=len(items), desc="expert", unit="plan"):
                self._kept[key] = plan
                made += 1
                if made % EVERY == 0:
                    self._save()
        finally:
            if made % EVERY:
                self._save()
        return [self._kept[key] for key in keys]

    def _save(self) -> None:
        kept = [self._kept[key] for key in sorted(self._kept)]
        arrays: dict[str, Any] = {"key": np.array(sorted(self._kept)), "t": np.array([one.t for one in kept], dtype=np.int64)}
        arrays |= {name: np.array([getattr(one, name) for one in kept]) for name in ("bound_usd", "cpu_s")}
        write_arrays(self.path, arrays | {"asks": np.concatenate([one.asks for one in kept])})


def _made(item: tuple[str, float, str, int, int, NDArray[np.float64]]) -> tuple[str, Plan]:
    name, margin_pu, key, day, t, states = item
    scenario = load_scenario(name)
    return key, planned(scenario, scenario.window("train", day), t, states, margin_pu)


def _key(day: int, t: int, states: NDArray[np.float64]) -> str:
    return hashlib.sha256(f"{day} {t} ".encode() + np.asarray(states, dtype=np.float64).tobytes()).hexdigest()


def _read(path: Path, steps: int) -> dict[str, Plan]:
    arrays = read_arrays(path)
    try:
        lengths = steps - arrays["t"]
        if lengths.sum() != len(arrays["asks"]):
            raise ValueError(f"{len(arrays['asks'])} rows of asks for plans of {lengths.sum()} steps")
        parts = np.split(arrays["asks"], np.cumsum(lengths)[:-1])
        numbers = zip(arrays["key"], arrays["t"], parts, arrays["bound_usd"], arrays["cpu_s"], strict=True)
        return {str(key): Plan(int(t), asks, float(bound), float(cpu)) for key, t, asks, bound, cpu in numbers}
    except (KeyError, ValueError) as error:
        raise InvalidInput(str(path), [f"holds no plans of the expert: {error}; remove it, they are made anew"]) from error
