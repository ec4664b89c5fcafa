"""Reader: reads the asks of several agents as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.heron.action import Action
from gridbench.heron.action_spec import ActionSpec
from gridbench.heron.errors import ActionRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.streams import Array


class Reader:
    """The specs of some agents side by side."""

    def __init__(self, specs: Mapping[str, ActionSpec]) -> None:
        """Join the specs."""
        self.specs = specs
        self._whole = ActionSpec(part for name, spec in specs.items() for part in spec.prefixed(name))
        self._sizes = [len(spec) for spec in specs.values()]
        ends = np.cumsum([0, *(len(spec) for spec in specs.values())]).tolist()
        self._parts = {name: slice(i, j) for name, i, j in zip(specs, ends, ends[1:], strict=False)}

    def read(self, asks: Mapping[str, Array], batch: int, *, boxed: bool = False) -> dict[str, Action]:
        """Return the actions of asks (or points of the box) of a batch; raise ActionRefused, naming agent and field."""
        if not asks:
            return {}
        try:
            rows = [row if row.ndim > 1 else row[None] for row in map(np.asarray, asks.values())]
            whole = np.concatenate(rows, axis=1, dtype=float)
            if [row.shape for row in rows] != [(batch, size) for size in self._sizes]:
                raise ValueError("a wrong shape")
            action = self._whole.read_box(whole, "") if boxed else self._whole.read(whole, "")
        except (ActionRefused, TypeError, ValueError, IndexError):
            return {name: self._alone(name, ask, batch, boxed=boxed) for name, ask in asks.items()}
        parts = self._parts.items()
        return {name: Action(self.specs[name], action.values[:, at], action.excess[:, at]) for name, at in parts}

    def _alone(self, name: str, ask: Array, batch: int, *, boxed: bool) -> Action:
        """Read one ask, so that what is wrong with it is said of its agent."""
        spec = self.specs[name]
        checked = spec.checked(ask, name, boxed=boxed)
        if len(checked) != batch:
            raise ActionRefused(f"agent {name}", [f"action: {len(checked)} rows for {batch} environments"])
        return spec.read_box(checked, name) if boxed else spec.read(checked, name)
