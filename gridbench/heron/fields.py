"""Fields: named columns over a batch of environments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.heron.streams import Array


@dataclass(frozen=True, slots=True)
class Fields:
    """Values of shape (environments, columns), read by name; `columns` gives each name its column."""

    columns: Mapping[str, int]
    values: Array

    def __getitem__(self, name: str) -> Array:
        """Return one column, one number an environment; raise UnknownName where it is not to be seen."""
        if name not in self.columns:
            raise UnknownName("field", name, self.columns)
        column: Array = self.values[:, self.columns[name]]
        return column

    def __contains__(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name in self.columns

    @property
    def batch(self) -> int:
        """How many environments."""
        return int(self.values.shape[0])
