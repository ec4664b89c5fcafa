"""The oracle: a certified interval for the least cost of a day, a schedule that reaches it, and what there is to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.oracle.diagnosis import Exactness, exactness
    from gridbench.oracle.dispatch import Dispatch
    from gridbench.oracle.horizon import Horizon, Rolling
    from gridbench.oracle.infeasible import Conflict, why_infeasible
    from gridbench.oracle.instance import Instance, Sizes
    from gridbench.oracle.plot import plot_prices, plot_schedule
    from gridbench.oracle.prices import NodalPrices, Relaxation
    from gridbench.oracle.session import solve

__all__ = [
    "Conflict",
    "Dispatch",
    "Exactness",
    "Horizon",
    "Instance",
    "NodalPrices",
    "Relaxation",
    "Rolling",
    "Sizes",
    "exactness",
    "plot_prices",
    "plot_schedule",
    "solve",
    "why_infeasible",
]

_PLACES = {
    "Conflict": "infeasible",
    "Dispatch": "dispatch",
    "Exactness": "diagnosis",
    "Horizon": "horizon",
    "Instance": "instance",
    "NodalPrices": "prices",
    "Relaxation": "prices",
    "Rolling": "horizon",
    "Sizes": "instance",
    "exactness": "diagnosis",
    "plot_prices": "plot",
    "plot_schedule": "plot",
    "solve": "session",
    "why_infeasible": "infeasible",
}
"""The module of each public name, none of which is a module itself, so that solvers and pictures load on first use."""


def __getattr__(name: str) -> object:
    """Return a public name, imported on first use; raises AttributeError for any other."""
    if name not in _PLACES:
        raise AttributeError(f"module 'gridbench.oracle' has no attribute {name!r}; public: {', '.join(__all__)}")
    import importlib  # noqa: PLC0415

    return getattr(importlib.import_module(f"gridbench.oracle.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
