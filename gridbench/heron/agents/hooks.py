"""The answers that protocols ask of their members; an agent writes those that its protocol needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.heron.observation import Observation
    from gridbench.heron.streams import Array


class ProtocolHooks:
    """Each returns one row an environment; values are in units, and see what the observation shows."""

    def answer_price(self, price: Array, observation: Observation) -> Array:
        """Return the action at a price, by the agent's own marginal rule."""
        raise NotImplementedError

    def offer(self, observation: Observation) -> Array:
        """Return quantity and limit price, block by block: a positive quantity is offered, a negative one bid for."""
        raise NotImplementedError

    def answer_trade(self, quantity: Array, price: Array, observation: Observation) -> Array:
        """Return the action after a trade (quantity sold is positive)."""
        raise NotImplementedError

    def estimate(self, observation: Observation) -> Array:
        """Return the number that the agent brings to a consensus."""
        raise NotImplementedError

    def answer_agreement(self, value: Array, observation: Observation) -> Array:
        """Return the action after a consensus."""
        raise NotImplementedError


def writes(agent: ProtocolHooks, hook: str) -> bool:
    """Return whether the agent's class writes a hook of this name."""
    return getattr(type(agent), hook) is not getattr(ProtocolHooks, hook)
