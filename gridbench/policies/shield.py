"""The shield: whatever a policy asks for, the limits of the network hold in the step that is decided, where anything holds them.

A step of the plant says whether the policy's asks pass a limit; where they do, the nearest ones that do not are asked for
(`oracle.nearest`), and the plant is asked again. A step that needs no correction costs one power flow.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.plant.plant import Plant
from gridbench.plant.violations import excess_row
from gridbench.policies.policy import Floats, Observations, Policy, batch_of, code_digest
from gridbench.policies.states import StateReader

if TYPE_CHECKING:
    from gridbench.oracle.formulation import Start
    from gridbench.oracle.nearest import Nearest
    from gridbench.plant.plant import StepResult
    from gridbench.scenario.scenario import Columns, Scenario

PREFIX = "shielded:"
"""What the name of a shielded policy begins with."""
CLASSES = ("local", "shared", "full", "forecast", "foresight")
"""What policies may know, from the least to the most."""
ROUNDS = 4
"""How many conic programs one set of integers may take: the relaxation, then the tangents of the plant's equations."""
MOVES = 3
"""How many sets of integers a step may try: those asked for, then others, where no powers hold the limits with them."""
SAME = 1e-5
"""Share of its span by which an observed state may miss the one that was reckoned: observations are in single precision."""
FLOW = "v_pu", "loading", "flow_p_mw", "flow_q_mvar"
"""What tangents are laid at."""


class Shield(Policy):
    """Wraps a policy and corrects its asks where they would pass a limit of the network; batch of one.

    Powers move first; taps, banks and commitment only where no powers are found with those that were asked for. Where nothing
    holds all limits, the least violating asks that were found are asked for. It knows the whole state and the series of the step,
    so that it is of class `full` at the least. It looks at one step: what it does now may leave a later one without safe asks.
    `notes` counts its corrections.
    """

    sources = ("shield.py", "states.py", "seen.py", "../oracle/nearest.py", "../oracle/redispatch.py")

    def __init__(self, inner: Policy) -> None:
        """Take the policy to guard."""
        super().__init__(inner.scenario)
        self.inner = inner
        self.name, self.version, self.kind = f"{PREFIX}{inner.name}", inner.version, inner.kind
        self.information = CLASSES[max(CLASSES.index("full"), CLASSES.index(inner.information))]
        self.digest = _joint_digest(code_digest(self.sources), inner.digest)
        self.parameters, self.deterministic, self.training = inner.parameters, inner.deterministic, inner.training
        self.trained_seeds = inner.trained_seeds
        self.contained, self.isolation = inner.contained, inner.isolation
        self.authors, self.url = inner.authors, inner.url
        self._plant, self._reader = Plant(self.scenario), StateReader(self.scenario, self.layout)
        self._spans = np.array([span.hi - span.lo for span in self.layout.state_spans])
        self._expected = self.layout.initial[None]
        self._columns: Columns | None = None
        self._step = self._corrected = self._left = 0
        self._distance = 0.0

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day. Raises InvalidInput for another scenario."""
        super().reset(scenario, columns, seed)
        self.inner.reset(scenario, columns, seed)
        self._columns, self._expected = columns, self.layout.initial[None]
        self._step, self._corrected, self._left, self._distance = 0, 0, 0, 0.0

    @property
    def notes(self) -> dict[str, float]:
        """The steps of the day so far that were corrected, the sum of their distances in spans, and those that still violate."""
        return {
            "corrected_steps": float(self._corrected),
            "correction_spans": self._distance,
            "uncorrectable_steps": float(self._left),
        }

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the actions of the policy, corrected where they would pass a limit (batch of one).

        Raises InvalidInput past the end of the day, or for a batch.
        """
        if self._columns is None or self._step >= self.scenario.steps or batch_of(observations) != 1:
            fault = f"step {self._step} of a day of {self.scenario.steps}, one at a time: call reset at the start of each day"
            raise InvalidInput(f"policy {self.name!r}", [fault])
        now = {name: np.asarray(self._columns[name])[self._step : self._step + 1] for name in self.scenario.columns}
        self._step += 1
        chosen = self._guarded(self.inner.act(observations), self._states(observations), now)
        self._expected = chosen.result.states
        return chosen.actions

    def _states(self, observations: Observations) -> Floats:
        """Return the states (1, states): those that were reckoned, where what is observed is the same but for its rounding."""
        seen = self._reader.read(observations)
        return np.where(np.abs(seen - self._expected) <= SAME * self._spans, self._expected, seen)

    def _guarded(self, actions: dict[str, Floats], states: Floats, now: Columns) -> _Tried:
        """Return the actions, or others in whose step no limit is passed, or as little as could be found."""
        first = best = self._tried(actions, states, now)
        if best.passed == 0.0:
            return first
        from gridbench.oracle.nearest import Nearest  # noqa: PLC0415 - solvers load where they are used

        nearest = Nearest(self.scenario, now, self._start(states), first.asks)
        around: dict[str, Floats] | None = None
        for attempt in range(MOVES):
            if attempt and not nearest.move_integers(around):
                break
            tried = self._mended(nearest, states, now, around)
            best = min([best, *tried], key=lambda one: one.passed)
            if best.passed == 0.0:
                break
            around = tried[-1].flows if tried else around
        self._left += best.passed > 0.0
        if best is not first:
            self._corrected += 1
            self._distance += nearest.distance(best.result.done[0])
        return best

    def _mended(self, nearest: Nearest, states: Floats, now: Columns, around: dict[str, Floats] | None) -> list[_Tried]:
        """Return what was tried: the nearest asks `around` some flows, then around what the plant made of those before."""
        tried: list[_Tried] = []
        for _ in range(ROUNDS):
            found = nearest.solve(tried[-1].flows if tried else around)
            if found is None:
                break
            tried.append(self._tried(self.codec.encode(found.asks[None]), states, now))
            if tried[-1].passed == 0.0 or tried[-1].flows is None or not found.keeps:
                break
        return tried

    def _tried(self, actions: dict[str, Floats], states: Floats, now: Columns) -> _Tried:
        """Return what the plant makes of actions in this step: of their asks in single precision, as it gets them."""
        asks = self.codec.decode(actions).astype(np.float32).astype(np.float64)
        weather = np.array([[now[name][0] for name in self.layout.columns]], dtype=np.float64)
        result = self._plant.advance(states, asks, weather, self.scenario.step_h, first=states, last=False)
        if result.blackout[0]:
            return _Tried(actions, asks[0], result, np.inf)
        root = result.p_root_mw, result.q_root_mvar
        return _Tried(actions, asks[0], result, float(excess_row(self.scenario, result.v_pu, result.loading, root).sum()))

    def _start(self, states: Floats) -> Start:
        """Return states (1, states) by device and name."""
        found: Start = {device.name: {} for device in self.scenario.devices}
        for name, number in zip(self.layout.states, states[0], strict=True):
            device, _, state = name.rpartition(".")
            found[device][state] = float(number)
        return found


@dataclass(frozen=True, eq=False)
class _Tried:
    """Actions, their asks (asks,), what the plant made of them, and by how much limits were passed: the sum over all places."""

    actions: dict[str, Floats]
    asks: Floats
    result: StepResult
    passed: float

    @property
    def flows(self) -> dict[str, Floats] | None:
        """What tangents are laid at; None in the dark."""
        return None if self.result.blackout[0] else {name: getattr(self.result, name) for name in FLOW}


def _joint_digest(*digests: str) -> str:
    return f"sha256:{hashlib.sha256(' '.join(digests).encode()).hexdigest()}"
