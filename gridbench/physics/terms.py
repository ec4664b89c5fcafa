"""The words that a law is written in: bounds of numbers, rows over them, and what a device is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Number = Any
"""A float, a NumPy batch, a traced scalar of the plant's compiler, or an affine expression of the oracle."""

Values = SimpleNamespace
"""Named numbers: controls `u`, states `x`, or the weather, prices and demand `w` of a step."""

MONEY = (
    "generation",
    "start",
    "wear",
    "switching",
    "import",
    "export",
    "unserved",
    "voltage",
    "loading",
    "tie_overload",
    "missing_energy",
    "blackout",
)
"""The components of the objective, in the order of every table of money (usd; income is negative)."""


class Span(NamedTuple):
    """The range of one number, ends included."""

    lo: float
    hi: float
    integer: bool = False


class Le(NamedTuple):
    """A row `lhs <= rhs`."""

    name: str
    lhs: Number
    rhs: Number


class Eq(NamedTuple):
    """A row `lhs == rhs`."""

    name: str
    lhs: Number
    rhs: Number


class Cone(NamedTuple):
    """A row `||parts|| <= radius` (Euclidean norm)."""

    name: str
    parts: tuple[Number, ...]
    radius: Number


Row = Le | Eq | Cone


class Device:
    """What stands at a bus or in a branch: named numbers, and plain arithmetic over them.

    The bodies of `inject`, `advance`, `limits`, `cost`, `closing_limits` and `closing_cost` use only `+ - * / **`
    on their arguments, so that the same lines run on floats, on NumPy batches, in the plant's compiler and in the
    oracle. `settle` alone is numeric: what the plant does when it is asked. Powers are in MW and Mvar, injection
    into the bus is positive, `dt_h` is the length of the step in hours.
    """

    __slots__ = ()
    kind: str
    name: str
    gate: ClassVar[str | None] = None
    """The binary control that forces every output to zero when it is 0, if there is one."""
    excesses: ClassVar[tuple[str, ...]] = ()
    """Controls that measure by how much a limit is broken."""
    ceilings: ClassVar[tuple[str, ...]] = ()
    """Asks that mean `at most`: staying below one is not a clipped action."""

    def controls(self) -> dict[str, Span]:
        """Return the numbers that are chosen in a step."""
        return {}

    def states(self) -> dict[str, Span]:
        """Return the numbers that are carried from step to step."""
        return {}

    def initial(self) -> dict[str, float]:
        """Return the states at the start of an episode."""
        return {}

    def timers(self) -> dict[str, tuple[str, ...]]:
        """Return the memories of whole steps: by the control that sets one off (1 when it does) its states, youngest first."""
        return {}

    def inputs(self) -> dict[str, str]:
        """Return which column of the series each name in `w` reads."""
        return {}

    def asks(self) -> dict[str, Span]:
        """Return what a policy may ask for."""
        return {}

    def at_rest(self) -> dict[str, float]:
        """Return the asks that leave the device alone: zero where zero can be asked, ceilings open, states kept."""
        first, asks = self.initial(), self.asks().items()
        return {n: span.hi if n in self.ceilings else min(max(first.get(n, 0.0), span.lo), span.hi) for n, span in asks}

    def ask_of(self, u: Values) -> dict[str, Number]:
        """Return the asks that bring the controls `u` about."""
        return {name: getattr(u, name) for name in self.asks()}

    def inject(self, u: Values, w: Values) -> tuple[Number, Number]:  # noqa: ARG002
        """Return the active and reactive power into the bus (MW, Mvar)."""
        return 0.0, 0.0

    def advance(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the states after the step."""
        return {}

    def limits(self, x: Values, u: Values, w: Values, dt_h: float) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the rows that every step obeys."""
        return ()

    def cost(self, x: Values, u: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the money of the step by component (usd)."""
        return {}

    def demand(self, w: Values) -> Number:  # noqa: ARG002
        """Return the power that goes unserved when the feeder is dark (MW)."""
        return 0.0

    def blackout_cost(self, w: Values, dt_h: float) -> Number:  # noqa: ARG002
        """Return the money of a step without supply (usd)."""
        return 0.0

    def closing(self) -> dict[str, Span]:
        """Return the slacks that the end of the day is priced with."""
        return {}

    def closing_limits(self, first: Values, last: Values, slack: Values) -> tuple[Row, ...]:  # noqa: ARG002
        """Return the rows between the first and the last state of the day and the slacks."""
        return ()

    def closing_cost(self, slack: Values) -> dict[str, Number]:  # noqa: ARG002
        """Return the money of the end of the day by component (usd)."""
        return {}

    def settle(self, x: Values, ask: Values, w: Values, dt_h: float) -> dict[str, Number]:  # noqa: ARG002
        """Return the controls that the plant realises when it is asked for `ask`."""
        return {}


def inputs(device: Device, series: Mapping[str, Any]) -> Values:
    """Return the weather, prices and demand that a device reads of the series, by the names of its laws."""
    return Values(**{name: series[column] for name, column in device.inputs().items()})
