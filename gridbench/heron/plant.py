"""Plant: the world that agents measure and move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from gridbench.heron.layout import Layout
    from gridbench.heron.streams import Array


class Dynamics(Protocol):
    """A plant bound to a layout. Arrays have one row an environment, and no row depends on another."""

    def start(self, values: Array, generators: Sequence[np.random.Generator]) -> Array:
        """Return the state that episodes begin with, from the fields' starting values."""

    def advance(self, values: Array, controls: Array, begin_s: float, elapsed_s: float) -> Array:
        """Return the state after controls (in units) were held from begin_s (seconds of the episode) for elapsed_s."""


class Plant(Protocol):
    """What a declaration holds: it finds its columns once, and is then only arithmetic."""

    def bind(self, layout: Layout, controls: Mapping[str, int]) -> Dynamics:
        """Return the dynamics under a layout; `controls` gives each agent/part its column."""
