"""Actions in [-1, 1] of each agent, and the asks in units that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import InvalidInput
from gridbench.heron.action_spec import ActionSpec, Choice
from gridbench.heron.action_spec import Span as Continuous

if TYPE_CHECKING:
    from gridbench.heron.action_spec import Part
    from gridbench.physics.terms import Span
    from gridbench.plant.layout import Layout

Floats = NDArray[np.float64]
Actions = Mapping[str, NDArray[np.floating]]
"""One array (batch, entries) by agent."""
_UNITS = {"mw": "MW", "mvar": "Mvar", "mva": "MVA", "mwh": "MWh", "kv": "kV", "pu": "pu", "h": "h", "usd": "usd"}


class ActionCodec:
    """Translates between the actions of the agents and the asks of the plant, both ways.

    An agent's action has one entry per ask that it owns, in the order of `layout.asks`. A real ask is linear over its
    span; an integer ask cuts [-1, 1] into equal bins, and encodes to the middle of its bin. Agents without asks have no action.
    """

    def __init__(self, layout: Layout) -> None:
        """Build the index arrays of a layout."""
        owners = np.array(layout.ask_agents, dtype=np.int64)
        places = {name: np.flatnonzero(owners == i) for i, name in enumerate(layout.agents)}
        self._places = {name: place for name, place in places.items() if place.size}
        self.agents: tuple[str, ...] = tuple(self._places)
        self.names: dict[str, tuple[str, ...]] = {a: tuple(layout.asks[i] for i in at) for a, at in self._places.items()}
        self.sizes: dict[str, int] = {agent: len(names) for agent, names in self.names.items()}
        self._order = np.concatenate(list(self._places.values()))
        named = zip(layout.asks, layout.ask_spans, strict=True)
        self._spec = ActionSpec(ask_part(name, span) for name, span in named)

    def stack(self, actions: Actions) -> Floats:
        """Return the actions side by side (batch, asks) in the order of the layout, not clipped yet.

        Raises InvalidInput with all faults: a missing or unknown agent, a wrong shape, a number that is not finite.
        """
        try:
            joined = np.concatenate([actions[agent] for agent in self._places], axis=1, dtype=np.float64, casting="unsafe")
        except (KeyError, ValueError, TypeError, IndexError):
            raise InvalidInput("actions", self._faults(actions)) from None
        fits = all(np.shape(actions[agent])[1] == size for agent, size in self.sizes.items())
        if not fits or len(actions) != len(self._places) or not np.isfinite(joined).all():
            raise InvalidInput("actions", self._faults(actions))
        stacked = np.empty_like(joined)
        stacked[:, self._order] = joined
        return stacked

    def decode(self, actions: Actions) -> Floats:
        """Return the asks (batch, asks) in their units; entries outside [-1, 1] are clipped. Raises InvalidInput as `stack`."""
        return self.asks(self.stack(actions))

    def out_of_range(self, actions: Actions) -> NDArray[np.int64]:
        """Return how many entries of each element of the batch lie outside [-1, 1] (batch,). Raises InvalidInput as `stack`."""
        return outside(self.stack(actions))

    def asks(self, stacked: Floats) -> Floats:
        """Return the asks (batch, asks) in their units of stacked actions (batch, asks)."""
        return self._spec.read_box(stacked, "").values

    def encode(self, asks: NDArray[np.floating]) -> dict[str, Floats]:
        """Return the actions that stand for asks (batch, asks) in their units.

        Raises InvalidInput for a wrong shape, or a number that is not finite; asks outside their span are clipped to it.
        """
        wanted = np.asarray(asks, dtype=np.float64)
        if wanted.ndim != 2 or wanted.shape[1] != len(self._spec) or not np.isfinite(wanted).all():
            fault = f"asks of shape {wanted.shape}: give finite numbers of shape (batch, {len(self._spec)})"
            raise InvalidInput("ActionCodec.encode", [fault])
        stacked = self._spec.box(np.clip(wanted, self._spec.lo, self._spec.hi))
        return {agent: stacked[:, at] for agent, at in self._places.items()}

    def _faults(self, actions: object) -> list[str]:
        if not isinstance(actions, Mapping):
            return [f"are {type(actions).__name__}: give a dict of one array (batch, entries) per agent"]
        absent = {agent: size for agent, size in self.sizes.items() if agent not in actions}
        faults = [f"agent {agent!r} is missing: give an array of shape (batch, {size})" for agent, size in absent.items()]
        faults += [f"agent {one!r} has no asks or is unknown: leave it out" for one in actions if one not in self.sizes]
        shapes = {agent: np.shape(actions[agent]) for agent in self.sizes if agent in actions}
        batch = next((shape[0] for shape in shapes.values() if len(shape) == 2), 1)
        for agent, shape in shapes.items():
            if shape != (batch, self.sizes[agent]):
                faults.append(f"agent {agent!r}: shape {shape}, give (batch, entries) = ({batch}, {self.sizes[agent]})")
            else:
                faults += self._not_finite(agent, actions[agent])
        return faults or ["cannot be read: give a dict of one float array (batch, entries) per agent"]

    def _not_finite(self, agent: str, action: object) -> list[str]:
        try:
            bad = np.argwhere(~np.isfinite(np.asarray(action, dtype=np.float64)))
        except (TypeError, ValueError):
            return [f"agent {agent!r}: no numbers, give floats in [-1, 1]"]
        entries = sorted({int(entry) for _, entry in bad})
        return [
            f"agent {agent!r}: entry {i} ({self.names[agent][i]}) is NaN or infinite, give a number in [-1, 1]" for i in entries
        ]


def ask_part(name: str, span: Span, rest: float = 0.0) -> Part:
    """Return an ask of the plant as a part of an action; `rest` is its value while no one asks."""
    if span.integer:
        return Choice(name, round(span.hi - span.lo) + 1, round(span.lo), rest)
    return Continuous(name, float(span.lo), float(span.hi), unit_of(name), rest)


def unit_of(name: str) -> str:
    """Return the unit that a name ends in, as text; nothing for a plain number."""
    units = [_UNITS.get(part.rpartition("_")[2], "") for part in name.split("_per_")]
    return "/".join(units) if all(units) else ""


def outside(stacked: Floats) -> NDArray[np.int64]:
    """Return how many entries of each row lie outside [-1, 1] (batch,)."""
    count: NDArray[np.int64] = np.count_nonzero(np.abs(stacked) > 1.0, axis=1)
    return count
