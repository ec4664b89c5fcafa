"""ActionSpec: the parts of an action, their units, bounds and scale."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gridbench.heron.action import Action
from gridbench.heron.errors import ActionRefused, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.heron.streams import Array, Mask


@dataclass(frozen=True, slots=True)
class Span:
    """A continuous part between lo and hi (in its unit); asked for as -1 to 1. `rest` is its value while no one asks."""

    name: str
    lo: float
    hi: float
    unit: str = ""
    rest: float = 0.0

    def faults(self) -> list[str]:
        """Return what is wrong with it."""
        good = math.isfinite(self.lo) and math.isfinite(self.hi) and self.lo <= self.hi
        return [] if good else [f"{self.name}: bounds [{self.lo:g}, {self.hi:g}] are not finite and in order"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A discrete part: one of so many options, asked for as a whole number from `first` on."""

    name: str
    options: int
    first: int = 0
    rest: float = 0.0

    def faults(self) -> list[str]:
        """Return what is wrong with it."""
        return [] if self.options >= 1 else [f"{self.name}: {self.options} options; give at least 1"]

    @property
    def lo(self) -> float:
        """The first option."""
        return float(self.first)

    @property
    def hi(self) -> float:
        """The last option."""
        return float(self.first + self.options - 1)


Part: TypeAlias = Span | Choice


class ActionSpec:
    """The parts of an action in order. Asks are scaled (-1 to 1, or an option); values are in units."""

    def __init__(self, parts: Iterable[Part] = (), where: str = "action") -> None:
        """Hold the parts; raise DeclarationError, saying where, for bad bounds or doubled names."""
        self.parts: tuple[Part, ...] = tuple(parts)
        names = [part.name for part in self.parts]
        faults = [f"action field {fault}" for part in self.parts for fault in part.faults()]
        twice = sorted({name for name in names if names.count(name) > 1})
        refuse(where, faults + [f"action field {name}: declared twice" for name in twice])
        self.discrete = np.array([isinstance(part, Choice) for part in self.parts], dtype=bool)
        self.lo = np.array([part.lo for part in self.parts])
        self.hi = np.array([part.hi for part in self.parts])
        self.rest = np.clip([part.rest for part in self.parts], self.lo, self.hi) if self.parts else np.zeros(0)
        self._middle, self._half = 0.5 * (self.hi + self.lo), 0.5 * (self.hi - self.lo)
        self._options, self._bins = np.flatnonzero(self.discrete), (self.hi - self.lo + 1.0)[self.discrete]
        self.ask_lo = np.where(self.discrete, self.lo, -1.0)
        self.ask_hi = np.where(self.discrete, self.hi, 1.0)

    def __len__(self) -> int:
        """Return the number of parts."""
        return len(self.parts)

    def prefixed(self, agent: str) -> tuple[Part, ...]:
        """Return the parts, named agent/part."""
        return tuple(replace(part, name=f"{agent}/{part.name}") for part in self.parts)

    def read(self, ask: Array, agent: str) -> Action:
        """Return the action of an ask, clipped into bounds; raise ActionRefused for a wrong shape, NaN or half an option."""
        ask = self.checked(ask, agent)
        inside = np.minimum(np.maximum(ask, self.ask_lo), self.ask_hi)
        return Action(self, self._units(inside, inside), ask - inside)

    def read_box(self, points: Array, agent: str) -> Action:
        """Return the action of points of the box [-1, 1], where a choice cuts its side into equal bins; raise as `read` does."""
        points = self.checked(points, agent, boxed=True)
        inside = np.minimum(np.maximum(points, -1.0), 1.0)
        return Action(self, self._units(inside, self.unbox(inside)), points - inside)

    def _units(self, scaled: Array, options: Array) -> Array:
        values = np.minimum(np.maximum(self._middle + scaled * self._half, self.lo), self.hi)
        if self._options.size:
            values[:, self._options] = options[:, self._options]
        return np.asarray(values)

    def unbox(self, box: Array) -> Array:
        """Return the asks that points of the box [-1, 1] stand for."""
        at = self._options
        if not at.size:
            return box
        asks = box.copy()
        options = np.floor((asks[:, at] + 1.0) * (0.5 * self._bins))
        asks[:, at] = self.lo[at] + np.minimum(options, self._bins - 1.0)
        return asks

    def box(self, values: Array) -> Array:
        """Return the points of the box [-1, 1] that stand for values in units; an option is the middle of its bin."""
        points = np.clip((values - self._middle) / np.where(self._half == 0.0, 1.0, self._half), -1.0, 1.0)
        at = self._options
        points[:, at] = (2.0 * np.rint(values[:, at] - self.lo[at]) + 1.0) / self._bins - 1.0
        return np.asarray(points)

    def take(self, values: Array, agent: str) -> Action:
        """Return the action of values in units, clipped into bounds; raise ActionRefused as `read` does."""
        values = self.checked(values, agent)
        inside = np.minimum(np.maximum(values, self.lo), self.hi)
        return Action(self, inside, values - inside)

    def ask(self, values: Array) -> Array:
        """Return the ask whose action has these values (in units); a part of no width is asked for as 0."""
        half = np.where(self._half > 0.0, self._half, 1.0)
        return np.where(self.discrete, values, np.where(self._half > 0.0, (np.asarray(values) - self._middle) / half, 0.0))

    def idle(self, batch: int) -> Array:
        """Return the values at rest, in units: what an agent does before it is told anything."""
        return np.tile(self.rest, (batch, 1))

    def checked(self, numbers: Array, agent: str, *, boxed: bool = False) -> Array:
        """Return asks as an array; raise ActionRefused for a wrong shape or a NaN, and but for boxed ones half an option."""
        try:
            numbers = np.asarray(numbers, dtype=float)
        except (TypeError, ValueError) as error:
            raise ActionRefused(f"agent {agent}", [f"action: not an array of numbers ({error})"]) from error
        if numbers.ndim == 1:
            numbers = numbers[None, :]
        if numbers.ndim != 2 or numbers.shape[1] != len(self):
            raise ActionRefused(f"agent {agent}", [f"action: shape {numbers.shape}; give (environments, {len(self)})"])
        bad = ~np.isfinite(numbers)
        if self._options.size and not boxed:
            bad[:, self._options] |= numbers[:, self._options] != np.rint(numbers[:, self._options])
        if bad.any():
            columns = np.flatnonzero(bad.any(axis=0)).tolist()
            raise ActionRefused(f"agent {agent}", [self._why(numbers, bad, column) for column in columns])
        return numbers

    def _why(self, numbers: Array, bad: Mask, column: int) -> str:
        wanted = "a whole number" if self.discrete[column] else "a finite number"
        values, row = numbers[:, column], int(np.flatnonzero(bad[:, column])[0])
        return f"action field {self.parts[column].name}: {values[row]} in environment {row}; give {wanted}"
