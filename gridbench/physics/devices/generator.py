"""A dispatchable generator with commitment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from gridbench.physics.curves import quadratic
from gridbench.physics.devices.breaker import connected
from gridbench.physics.quantities import NonNegative, Positive, PositiveCount, PositiveShare  # noqa: TC001 - scenario files are read by these types
from gridbench.physics.reach import SLACK, reach
from gridbench.physics.terms import Cone, Device, Eq, Le, Number, Row, Span, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator(Device):
    """A generator that is started and stopped, with quadratic cost, ramps and a P-Q capability.

    The minimum up and down times are the turn-on and turn-off inequalities of Rajan and Takriti (2005): the starts
    (stops) of the last steps are carried as states. While it runs, p lies in [p_min_mw, p_max_mw], the apparent power
    below s_max_mva and the power factor above power_factor_min. A start and a stop happen at or below `start_mw`.

    `connection` may name a column of its breaker (1 closed, 0 open). While that is open the unit may stop from any power, or it
    goes on turning at `p_min_mw`, of which nothing reaches the bus and which burns no more than `cost_usd_per_h`: minimum times
    hold through an outage, and a unit that turns comes back at its least output.
    """

    name: str
    bus: str
    p_min_mw: NonNegative
    p_max_mw: Positive
    s_max_mva: Positive
    power_factor_min: PositiveShare = 0.8
    cost_usd_per_mw2h: NonNegative = 0.0
    cost_usd_per_mwh: NonNegative
    cost_usd_per_h: NonNegative = 0.0
    start_usd: NonNegative = 0.0
    start_mw: Positive
    ramp_mw_per_h: Positive
    min_up_steps: PositiveCount = 1
    min_down_steps: PositiveCount = 1
    connection: str | None = None
    kind: Literal["generator"] = "generator"
    gate: ClassVar[str | None] = "on"

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        rules = {
            "p_min_mw must not be above p_max_mw": self.p_min_mw <= self.p_max_mw,
            "p_max_mw must not be above s_max_mva": self.p_max_mw <= self.s_max_mva,
            "start_mw must not be below p_min_mw: it could never start": self.start_mw >= self.p_min_mw,
        }
        return [rule for rule, holds in rules.items() if not holds]

    def controls(self) -> dict[str, Span]:
        """Return power, commitment, start and stop (the last two are implied integers)."""
        return {
            "p_mw": Span(0.0, self.p_max_mw),
            "q_mvar": Span(-self.s_max_mva, self.s_max_mva),
            "on": Span(0, 1, integer=True),
            "start": Span(0, 1),
            "stop": Span(0, 1),
        }

    def _memory(self) -> list[tuple[str, str, int]]:
        return [("started", "start", self.min_up_steps), ("stopped", "stop", self.min_down_steps)]

    def states(self) -> dict[str, Span]:
        """Return power and commitment of the step before, and the starts and stops still remembered."""
        remembered = {f"{word}_{age}": Span(0, 1) for word, _, steps in self._memory() for age in range(1, steps)}
        return {"p_mw": Span(0.0, self.p_max_mw), "on": Span(0, 1), **remembered}

    def initial(self) -> dict[str, float]:
        """Return a unit at rest, free to start."""
        return dict.fromkeys(self.states(), 0.0)

    def timers(self) -> dict[str, tuple[str, ...]]:
        """Return the starts and stops still remembered."""
        return {control: tuple(f"{word}_{age}" for age in range(1, steps)) for word, control, steps in self._memory()}

    def asks(self) -> dict[str, Span]:
        """Return commitment and powers."""
        controls = self.controls()
        return {name: controls[name] for name in ("on", "p_mw", "q_mvar")}

    def inputs(self) -> dict[str, str]:
        """Return the column of the breaker if there is one."""
        return connected(self.connection)

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:
        """Return the output, what the breaker lets through of it."""
        return self._through(u.p_mw, w), self._through(u.q_mvar, w)

    def advance(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Shift the memory of starts and stops by one step."""
        after: dict[str, Number] = {"p_mw": u.p_mw, "on": u.on}
        for word, control, steps in self._memory():
            for age in range(1, steps):
                after[f"{word}_{age}"] = getattr(u, control) if age == 1 else getattr(x, f"{word}_{age - 1}")
        return after

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:
        """Return commitment, minimum times, capability and ramps; an open breaker takes the load off at once."""
        tangent = (1.0 / self.power_factor_min**2 - 1.0) ** 0.5
        ramp_mw = self.ramp_mw_per_h * dt_h
        starts = sum((getattr(x, f"started_{age}") for age in range(1, self.min_up_steps)), start=u.start)
        stops = sum((getattr(x, f"stopped_{age}") for age in range(1, self.min_down_steps)), start=u.stop)
        return (
            Eq("commitment", u.on - x.on, u.start - u.stop),
            Le("minimum up time", starts, u.on),
            Le("minimum down time", stops, 1.0 - u.on),
            Le("minimum output", self.p_min_mw * u.on, u.p_mw),
            Le("maximum output", u.p_mw, self._most_mw(w) * u.on),
            Cone("apparent power", (u.p_mw, u.q_mvar), self.s_max_mva * u.on),
            Le("power factor, lagging", u.q_mvar, tangent * u.p_mw),
            Le("power factor, leading", -u.q_mvar, tangent * u.p_mw),
            Le("ramp up", u.p_mw - x.p_mw, ramp_mw * x.on + self.start_mw * u.start),
            Le("ramp down", x.p_mw - u.p_mw, ramp_mw * u.on + self.start_mw * u.stop + self._shed_mw(w)),
        )

    def _through(self, power: Number, w: Values) -> Number:
        """Return what of a power reaches the bus."""
        return power if self.connection is None else power * w.connection

    def _most_mw(self, w: Values) -> Number:
        """Return the most that a running unit makes: behind an open breaker its least."""
        return self.p_max_mw if self.connection is None else self.p_min_mw + (self.p_max_mw - self.p_min_mw) * w.connection

    def _shed_mw(self, w: Values) -> Number:
        """Return by how much more than its ramp the unit may fall as the breaker opens."""
        return 0.0 if self.connection is None else self.p_max_mw * (1.0 - w.connection)

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return fuel and start cost; fuel is burnt for what reaches the bus."""
        fuel = quadratic(self._through(u.p_mw, w), self.cost_usd_per_mw2h, self.cost_usd_per_mwh, self.cost_usd_per_h, u.on)
        return {"generation": dt_h * fuel, "start": self.start_usd * u.start}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:
        """Commit as asked where minimum times and ramps allow, then take the nearest power, then the nearest reactive power."""
        wanted = np.where(ask.on >= 0.5, 1.0, 0.0)
        low, high = reach(self, x, self._commit(x, wanted), w, dt_h, "p_mw")
        on = np.where(high >= low - SLACK, wanted, 1.0 - wanted)
        u = self._commit(x, on)
        low, high = reach(self, x, u, w, dt_h, "p_mw")
        u["p_mw"] = np.minimum(np.maximum(ask.p_mw, low), np.maximum(high, low))
        low, high = reach(self, x, u, w, dt_h, "q_mvar")
        u["q_mvar"] = np.minimum(np.maximum(ask.q_mvar, low), high)
        return u

    def _commit(self, x: Values, on: Number) -> dict[str, Number]:
        start, stop = np.maximum(on - x.on, 0.0), np.maximum(x.on - on, 0.0)
        return {"on": on, "start": start, "stop": stop, "p_mw": 0.0 * on, "q_mvar": 0.0 * on}
