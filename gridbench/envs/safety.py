"""How far limits are passed, for environments of your own: read from the laws of devices and networks, none stated again.

| function | unit | over several limits or places |
|---|---|---|
| `apparent_power_violation` | MVA | one row |
| `power_factor_violation` | Mvar | the worse of lagging and leading |
| `ramp_violation` | MW | the worse of up and down |
| `soc_violation` | share of the capacity | the worse of empty and full |
| `voltage_violation` | pu | the sum over the buses |
| `loading_violation` | share of the rating | the sum over the branches |
| `limit_violation` | the unit of its rows | the worst row |

Numbers are floats or NumPy arrays of one shape, a batch or the steps of a day. A violation is 0 where a limit holds or is
passed by a rounding. What `settle` returns never violates its device's limits: these functions judge numbers that were chosen
or simulated elsewhere, and the soft limits (network, grid tie) of any. A device without the limit in question is refused, never
counted as safe; so is a number that is missing or NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import InvalidInput, UnknownName
from gridbench.physics.reach import SLACK, excess
from gridbench.physics.terms import Le, Values
from gridbench.plant.violations import excesses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridbench.physics.devices import Storage
    from gridbench.physics.terms import Device, Row
    from gridbench.scenario.scenario import Scenario

Floats = NDArray[np.float64]

APPARENT_POWER = ("apparent power", "inverter", "rating")
"""The rows that bound P and Q together: a device has one of them."""
POWER_FACTOR = ("power factor, lagging", "power factor, leading")
"""The rows that bound Q by P."""
RAMP = ("ramp up", "ramp down")
"""The rows that bound the change of P."""


class _Partial(Values):
    """Named numbers of which some are not given: those read as NaN, so that only the rows that need them are lost."""

    def __getattr__(self, name: str) -> float:
        return math.nan


def limit_violation(
    device: Device, u: Values, *laws: str, x: Values | None = None, w: Values | None = None, dt_h: float = math.nan
) -> Floats:
    """Return by how much the worst of a device's rows with these names (of all, where none is named) is passed, in their unit.

    Give the controls, states, inputs and hours that these rows read. Controls that excuse an excess (`device.excesses`) count as
    zero: what they excuse is the violation. Raises UnknownName for a row that is not there, InvalidInput for numbers amiss.
    """
    rows = _rows(device, u, x, w, dt_h)
    names = {row.name for row in rows}
    for law in laws:
        if law not in names:
            raise UnknownName(f"limit of {device.name}", law, names)
    return _passed(f"{device.name}: {', '.join(laws or sorted(names))}", [row for row in rows if row.name in (laws or names)])


def apparent_power_violation(device: Device, u: Values) -> Floats:
    """Return the apparent power above what a unit, an inverter or a grid tie is rated for (MVA)."""
    names = [row.name for row in _rows(device, u) if row.name in APPARENT_POWER]
    return limit_violation(device, u, *(names or APPARENT_POWER))


def power_factor_violation(generator: Device, u: Values) -> Floats:
    """Return the reactive power beyond what the least power factor allows at the active power (Mvar)."""
    return limit_violation(generator, u, *POWER_FACTOR)


def ramp_violation(generator: Device, x: Values, u: Values, dt_h: float) -> Floats:
    """Return the change of power beyond what the rate of change, a start or a stop allows in a step (MW)."""
    return limit_violation(generator, u, *RAMP, x=x, dt_h=dt_h)


def soc_violation(storage: Storage, x: Values) -> Floats:
    """Return the stored energy outside the band of its state, as a share of the capacity `energy_mwh`."""
    spans = storage.states()
    if "energy_mwh" not in spans:
        raise UnknownName(f"state of {storage.name}", "energy_mwh", spans)
    span, energy_mwh = spans["energy_mwh"], _Partial(**vars(x)).energy_mwh
    passed_mwh = _passed(f"{storage.name}: energy", [Le("empty", span.lo, energy_mwh), Le("full", energy_mwh, span.hi)])
    return np.asarray(passed_mwh / storage.energy_mwh)


def voltage_violation(scenario: Scenario, v_pu: Floats) -> Floats:
    """Return how far voltages (steps, buses) lie outside the band, summed over all buses but the root (pu), an array (steps,).

    A blackout's voltages are 0, below any band: judge its steps apart.
    """
    v_pu = _checked("voltages", v_pu, len(scenario.feeder.buses))
    over = excesses(scenario, v_pu, _nowhere(v_pu), _no_balance(v_pu))
    return np.asarray((over["undervoltage"] + over["overvoltage"]).sum(axis=1))


def loading_violation(scenario: Scenario, loading: Floats) -> Floats:
    """Return how far loadings (steps, branches) are above the ratings, summed over the branches (share), an array (steps,)."""
    loading = _checked("loadings", loading, len(scenario.feeder.branches))
    return np.asarray(excesses(scenario, _nowhere(loading), loading, _no_balance(loading))["loading"].sum(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyWeights:
    """What one unit of each violation weighs (the units: see above); finite and not negative, else InvalidInput."""

    apparent_power: float = 1.0
    power_factor: float = 1.0
    ramp: float = 1.0
    soc: float = 1.0
    voltage: float = 1.0
    loading: float = 1.0

    def __post_init__(self) -> None:
        """Refuse weights that would reward a violation."""
        weights = {field.name: getattr(self, field.name) for field in fields(self)}
        faults = [f"{name} is {one}: give a number from 0 up" for name, one in weights.items() if not 0.0 <= one < math.inf]
        if faults:
            raise InvalidInput("safety weights", faults)

    def total(self, violations: Mapping[str, Floats]) -> Floats:
        """Return the weighted sum of violations by name, 0 for none; arrays of shapes that broadcast. Raises UnknownName."""
        names = [field.name for field in fields(self)]
        for name in violations:
            if name not in names:
                raise UnknownName("violation", name, names)
        return np.asarray(sum((getattr(self, name) * one for name, one in violations.items()), start=0.0))


def _rows(device: Device, u: Values, x: Values | None = None, w: Values | None = None, dt_h: float = math.nan) -> tuple[Row, ...]:
    unexcused = _Partial(**{**vars(u), **dict.fromkeys(device.excesses, 0.0)})
    return device.limits(_Partial(**vars(x or Values())), unexcused, _Partial(**vars(w or Values())), dt_h)


def _passed(where: str, rows: Iterable[Row]) -> Floats:
    worst = np.asarray(excess(rows), dtype=np.float64)
    if np.isnan(worst).any():
        raise InvalidInput(where, ["reads a number that is missing or NaN: give each control, state and input, and the hours"])
    return np.where(worst > SLACK, worst, 0.0)


def _checked(where: str, values: Floats, places: int) -> Floats:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != places:
        raise InvalidInput(where, [f"the shape is {values.shape}: give (steps, {places})"])
    if np.isnan(values).any():
        raise InvalidInput(where, ["a number is NaN: give what the power flow found"])
    return values


def _nowhere(values: Floats) -> Floats:
    return np.zeros((len(values), 0))


def _no_balance(values: Floats) -> tuple[Floats, Floats]:
    return np.zeros(len(values)), np.zeros(len(values))
