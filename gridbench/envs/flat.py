"""FlatView: what the acting agents see, as flat scaled arrays for learners."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from gridbench.envs.features import CONSTANT
from gridbench.envs.observation import Observations, scaled
from gridbench.envs.scored import scored_fields
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gridbench.envs.field import Reading
    from gridbench.heron.streams import Array
    from gridbench.heron.wiring import Wiring
    from gridbench.scenario.scenario import Scenario


class FlatView:
    """The columns of the state that each acting agent is given, in order, with their scales.

    A grid agent is given the fields that policies are scored on (`scored_fields`), as far as its visibility reaches; any
    other agent all that it may see and that changes. `viewers` names, for each acting agent, those through whose eyes it sees.
    """

    def __init__(self, scenario: Scenario, wiring: Wiring, viewers: Mapping[str, Sequence[str]]) -> None:
        """Find the columns."""
        lay = layout(scenario)
        self.fields: dict[str, tuple[Reading, ...]] = {}
        columns: list[int] = []
        for agent, eyes in viewers.items():
            found: dict[int, Reading] = {}
            for viewer in eyes:
                if viewer in lay.agents:
                    wanted = scored_fields(scenario, lay, lay.agents.index(viewer))
                    found |= dict(_scored(wiring, viewer, wanted))
                else:
                    found |= dict(_all(wiring, viewer))
            self.fields[agent] = tuple(found.values())
            columns += found
        every = [field for fields in self.fields.values() for field in fields]
        self._columns = np.array(columns, dtype=np.intp)
        self._offset, self._scale = np.array([f.offset for f in every]), np.array([f.scale for f in every])
        ends = np.cumsum([0, *(len(fields) for fields in self.fields.values())]).tolist()
        self._parts = {agent: slice(i, j) for agent, i, j in zip(self.fields, ends, ends[1:], strict=False)}

    def read(self, values: Array) -> Observations:
        """Return the observations by agent (environments, fields), float32 in [-5, 5]."""
        seen = scaled(values.take(self._columns, axis=1), self._offset, self._scale)
        return {agent: np.ascontiguousarray(seen[:, part]) for agent, part in self._parts.items()}


def _scored(wiring: Wiring, viewer: str, wanted: Sequence[Reading]) -> Iterator[tuple[int, Reading]]:
    """Yield the column and the field of each scored number that the viewer may see."""
    held: dict[str, int] = {}
    for column, slot in enumerate(wiring.layout.slots):
        source = cast("Reading", slot.field).source
        if source not in held and wiring.proxy.may_see(viewer, column):
            held[source] = column
    yield from ((held[field.source], field) for field in wanted if field.source in held)


def _all(wiring: Wiring, viewer: str) -> Iterator[tuple[int, Reading]]:
    """Yield the column and the field of each number that the viewer may see and that changes."""
    for column, slot in enumerate(wiring.layout.slots):
        field = cast("Reading", slot.field)
        if field.source != CONSTANT and wiring.proxy.may_see(viewer, column):
            yield column, field
