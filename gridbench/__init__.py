"""gridbench: how far a controller of a distribution grid is from the best that was possible, with proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.bench.runner import run
    from gridbench.bench.verify import verify
    from gridbench.envs.microgrids import parallel_env as make_env
    from gridbench.oracle import solve
    from gridbench.policies import Policy
    from gridbench.scenario.catalogue import list_scenarios, load_scenario
    from gridbench.standings.files import leaderboard

__version__ = "0.1.0"
__all__ = ["Policy", "__version__", "leaderboard", "list_scenarios", "load_scenario", "make_env", "run", "solve", "verify"]

_PLACES = {
    "Policy": ("gridbench.policies", "Policy"),
    "leaderboard": ("gridbench.standings.files", "leaderboard"),
    "list_scenarios": ("gridbench.scenario.catalogue", "list_scenarios"),
    "load_scenario": ("gridbench.scenario.catalogue", "load_scenario"),
    "make_env": ("gridbench.envs.microgrids", "parallel_env"),
    "run": ("gridbench.bench.runner", "run"),
    "solve": ("gridbench.oracle", "solve"),
    "verify": ("gridbench.bench.verify", "verify"),
}
"""Where each public name is found, so that `import gridbench` loads nothing."""


def __getattr__(name: str) -> object:
    """Return a public name, imported on first use; raises AttributeError for any other."""
    if name not in _PLACES:
        raise AttributeError(f"module 'gridbench' has no attribute {name!r}; public: {', '.join(__all__)}")
    import importlib  # noqa: PLC0415

    module, attribute = _PLACES[name]
    found: object = getattr(importlib.import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
