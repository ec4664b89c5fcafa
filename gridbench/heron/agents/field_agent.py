"""FieldAgent: stands at one thing of the world, level 1."""

from __future__ import annotations

from typing import ClassVar

from gridbench.heron.agents.agent import Agent


class FieldAgent(Agent):
    """An agent that measures and moves one thing, and has no one below it."""

    level: ClassVar[int] = 1
