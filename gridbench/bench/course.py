"""The course of a day: what the plant does when asked for a schedule, as a few curves, rounded and kept in the cache."""

from __future__ import annotations

import hashlib
import math
from functools import cache
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridbench.archive import write_bytes
from gridbench.bench.series_of import powers
from gridbench.errors import StorageError
from gridbench.places import PACKAGE, cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from gridbench.bench.trajectory import Trajectory
    from gridbench.bench.world import World
    from gridbench.scenario.scenario import Scenario

    Floats = NDArray[np.float64]

Curve = tuple[Annotated[float, Field(allow_inf_nan=False)] | None, ...]
"""Numbers in order, None where there is none."""
CODE = (
    "physics", "plant", "networks", "scenario",
    "bench/course.py", "bench/series_of.py", "bench/trajectory.py", "bench/world.py", "bench/metrics.py",
)  # fmt: skip
"""What a course comes from, below the package: other code makes it anew."""


class Course(BaseModel):
    """A day in curves; by step (steps,), or at the ends of the steps with the start first (steps + 1,) where said so.

    `power_mw` by kind of device, into the network, and `demand_mw` served; `charge_*` the stored energy of all storages over
    their capacity, with the emptiest and the fullest (steps + 1,; empty without storages); `v_*_pu` the lowest and the highest
    bus but the root, None in the dark; `cost_usd` from the start of the day (steps + 1,); `price_usd_per_mwh` at the tie.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    step_h: float
    power_mw: dict[str, Curve]
    demand_mw: Curve
    charge_share: Curve
    charge_low_share: Curve
    charge_high_share: Curve
    v_low_pu: Curve
    v_high_pu: Curve
    price_usd_per_mwh: Curve
    cost_usd: Curve
    dark_steps: int

    @property
    def ends_h(self) -> list[float]:
        """The ends of the steps, the start of the day first (hours)."""
        return [self.step_h * i for i in range(len(self.demand_mw) + 1)]


def course(world: Callable[[], World], scenario: Scenario, split: str, day: int, asks: NDArray[np.float32]) -> Course:
    """Return the course of a day under asks (steps, asks), from the cache where it is there and whole.

    `world` is called where the day must be replayed. A cache that cannot be written is of no account.
    """
    path = cache_folder() / "courses" / _code() / f"{_key(scenario, split, day, asks)}.json"
    kept = _read(path)
    if kept is None:
        kept = _course(scenario, split, day, world().replay(split, day, asks))
        text = kept.model_dump_json().encode()
        try:
            write_bytes(path, hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
        except StorageError:
            return kept
    return kept


def _read(path: Path) -> Course | None:
    """Return a course from the cache, None where it is not there or not what was written."""
    try:
        digest, _, text = path.read_bytes().partition(b"\n")
        return Course.model_validate_json(text) if hashlib.sha256(text).hexdigest().encode() == digest else None
    except (OSError, ValidationError):
        return None


def _key(scenario: Scenario, split: str, day: int, asks: NDArray[np.float32]) -> str:
    named = f"{scenario.id}\0{scenario.digest}\0{split}\0{day}\0{asks.shape}\0".encode()
    return hashlib.sha256(named + np.ascontiguousarray(asks, dtype="<f4").tobytes()).hexdigest()[:32]


@cache
def _code() -> str:
    places = [PACKAGE / part for part in CODE]
    files = sorted(path for place in places for path in (place.rglob("*.py") if place.is_dir() else [place]))
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


def _course(scenario: Scenario, split: str, day: int, run: Trajectory) -> Course:
    columns, dark = scenario.window(split, day), run.blackout.astype(bool)
    curves = powers(scenario, columns, run)
    demand, kinds = curves.pop("demand"), {device.name: _kind(device) for device in scenario.devices}
    by_kind: dict[str, Floats] = {}
    for name, power in curves.items():
        by_kind[kinds[name]] = by_kind.get(kinds[name], np.zeros(scenario.steps)) + power
    charge, emptiest, fullest = _charge(scenario, run.states)
    voltage = np.where(dark[:, None], np.nan, run.v_pu)[:, 1:]
    return Course(
        step_h=scenario.step_h,
        power_mw={kind: _rounded(by_kind[kind], 5) for kind in sorted(by_kind)},
        demand_mw=_rounded(demand, 5),
        charge_share=_rounded(charge, 4),
        charge_low_share=_rounded(emptiest, 4),
        charge_high_share=_rounded(fullest, 4),
        v_low_pu=_rounded(voltage.min(axis=1), 5),
        v_high_pu=_rounded(voltage.max(axis=1), 5),
        price_usd_per_mwh=_rounded(columns[scenario.tie.price], 3),
        cost_usd=_rounded(np.concatenate([[0.0], np.cumsum(run.cost_usd)]), 3),
        dark_steps=int(dark.sum()),
    )


def _kind(device: object) -> str:
    """Return the kind of a device, wind apart from other renewables."""
    return "wind" if str(getattr(device, "profile", "")).startswith("wind") else str(getattr(device, "kind", ""))


def _charge(scenario: Scenario, states: Floats) -> tuple[Floats, Floats, Floats]:
    """Return stored energy over capacity of all storages, of the emptiest and of the fullest (steps + 1,); empty without any."""
    names = [f"{device.name}.{own}" for device in scenario.devices for own in device.states()]
    energies, sizes = [], []
    for device in scenario.devices:
        if device.kind == "storage":
            own = np.concatenate([[device.initial()["energy_mwh"]], states[:, names.index(f"{device.name}.energy_mwh")]])
            energies.append(own)
            sizes.append(float(getattr(device, "energy_mwh")))  # noqa: B009 - a field of this kind alone
    if not energies:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    shares = np.stack(energies) / np.array(sizes)[:, None]
    return np.sum(energies, axis=0) / sum(sizes), shares.min(axis=0), shares.max(axis=0)


def _rounded(values: Floats, digits: int) -> Curve:
    """Return numbers with so many digits behind the point: machines that differ in the last bits agree."""
    return tuple(round(float(value), digits) + 0.0 if math.isfinite(value) else None for value in values)
