"""Environments: the grid under HERON agents, with the faces of PettingZoo, Gymnasium and RLlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.envs.agents import DeviceAgent, OperatorAgent, PowerGridAgent
    from gridbench.envs.microgrids import MultiAgentMicrogrids
    from gridbench.envs.networked import NetworkedGridEnv
    from gridbench.envs.single import GridEnv
    from gridbench.envs.vector import GridVectorEnv

__all__ = [
    "DeviceAgent",
    "GridEnv",
    "GridVectorEnv",
    "MultiAgentMicrogrids",
    "NetworkedGridEnv",
    "OperatorAgent",
    "PowerGridAgent",
]

_PLACES = {
    "DeviceAgent": "gridbench.envs.agents",
    "GridEnv": "gridbench.envs.single",
    "GridVectorEnv": "gridbench.envs.vector",
    "MultiAgentMicrogrids": "gridbench.envs.microgrids",
    "NetworkedGridEnv": "gridbench.envs.networked",
    "OperatorAgent": "gridbench.envs.agents",
    "PowerGridAgent": "gridbench.envs.agents",
}


def __getattr__(name: str) -> object:
    """Return a public name, imported on first use; raises AttributeError for any other."""
    if name not in _PLACES:
        raise AttributeError(f"module 'gridbench.envs' has no attribute {name!r}; public: {', '.join(__all__)}")
    import importlib  # noqa: PLC0415

    return getattr(importlib.import_module(_PLACES[name]), name)
