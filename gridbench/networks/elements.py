"""What a network is made of: buses, branches, shunts, nominal loads and switches, each a frozen record."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Bus:
    """A bus with its base voltage (kV, line to line)."""

    name: str
    base_kv: float

    def faults(self) -> list[str]:
        """What is wrong with the bus alone, one sentence a fault."""
        return [] if _positive(self.base_kv) else [f"bus {self.name!r}: base_kv must be finite and > 0, is {self.base_kv}"]


@dataclass(frozen=True, slots=True)
class Branch:
    """A line or transformer: an ideal transformer at `from_bus` (v' = ratio * v_from), then a pi section to `to_bus`.

    Per unit on the network's base_mva and the base voltages of its ends: series r_pu + j x_pu, total charging b_pu (half at each
    end, the sending half behind the ideal transformer), and rating_pu, the largest magnitude of the series current.
    Its flow P, Q is that at the sending end behind the ideal transformer and behind the sending half of b_pu.
    """

    name: str
    from_bus: str
    to_bus: str
    r_pu: float
    x_pu: float
    b_pu: float
    ratio: float
    rating_pu: float

    def faults(self) -> list[str]:
        """What is wrong with the branch alone, one sentence a fault."""
        found = [f"{field} must be finite, is {value}" for field, value in self._numbers() if not math.isfinite(value)]
        if self.r_pu < 0:
            found.append(f"r_pu must be >= 0, is {self.r_pu}")
        if self.r_pu == 0 and self.x_pu == 0:
            found.append("has no impedance: state it as a closed switch")
        if not _positive(self.rating_pu):
            found.append(f"rating_pu must be finite and > 0, is {self.rating_pu}")
        if self.ratio <= 0:
            found.append(f"ratio must be > 0, is {self.ratio}")
        if self.from_bus == self.to_bus:
            found.append(f"both ends are bus {self.from_bus!r}")
        return [f"branch {self.name!r}: {fault}" for fault in found]

    def _numbers(self) -> tuple[tuple[str, float], ...]:
        return ("r_pu", self.r_pu), ("x_pu", self.x_pu), ("b_pu", self.b_pu), ("ratio", self.ratio)

    def reversed(self) -> Branch:
        """The same two-port stated from the other end, exactly.

        The ideal transformer moves from the receiving to the sending side, so that the pi section is referred through it:
        impedances divide by ratio^2, admittances multiply by ratio^2, and the current's rating multiplies by ratio.
        """
        squared = self.ratio * self.ratio
        return Branch(
            name=self.name,
            from_bus=self.to_bus,
            to_bus=self.from_bus,
            r_pu=self.r_pu / squared,
            x_pu=self.x_pu / squared,
            b_pu=self.b_pu * squared,
            ratio=1 / self.ratio,
            rating_pu=self.rating_pu * self.ratio,
        )

    def rebased(self, factor: float) -> Branch:
        """The same branch on a base power `factor` times as large."""
        return replace(
            self, r_pu=self.r_pu * factor, x_pu=self.x_pu * factor, b_pu=self.b_pu / factor, rating_pu=self.rating_pu / factor
        )


@dataclass(frozen=True, slots=True)
class Shunt:
    """A constant admittance at a bus: it consumes g_pu * u of active and injects b_pu * u of reactive power, u = v^2."""

    bus: str
    g_pu: float
    b_pu: float

    @property
    def is_capacitor(self) -> bool:
        """Whether it is a pure capacitor; any other shunt counts as load."""
        return self.g_pu == 0 and self.b_pu > 0

    def faults(self) -> list[str]:
        """What is wrong with the shunt alone, one sentence a fault."""
        return _finite(f"shunt at {self.bus!r}", {"g_pu": self.g_pu, "b_pu": self.b_pu})

    def times(self, factor: float) -> Shunt:
        """The same shunt `factor` times as large."""
        return Shunt(self.bus, self.g_pu * factor, self.b_pu * factor)


@dataclass(frozen=True, slots=True)
class NominalLoad:
    """What a bus nominally consumes, at constant power; negative where it generates."""

    bus: str
    p_mw: float
    q_mvar: float

    def faults(self) -> list[str]:
        """What is wrong with the load alone, one sentence a fault."""
        return _finite(f"load at {self.bus!r}", {"p_mw": self.p_mw, "q_mvar": self.q_mvar})

    def times(self, factor: float) -> NominalLoad:
        """The same load `factor` times as large."""
        return NominalLoad(self.bus, self.p_mw * factor, self.q_mvar * factor)


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch between two buses without impedance: closed makes them one, open parts them."""

    from_bus: str
    to_bus: str
    closed: bool = True


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _finite(where: str, numbers: dict[str, float]) -> list[str]:
    return [f"{where}: {field} must be finite, is {value}" for field, value in numbers.items() if not math.isfinite(value)]
