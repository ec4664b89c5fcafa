"""Auction: sealed bids and offers, one price, cleared at the midpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.heron.streams import Array


@dataclass(frozen=True, slots=True)
class Clearing:
    """Quantity sold (negative: bought) by each order, the price, the volume, and what each order is paid after the fee."""

    sold: Array
    price: Array
    volume: Array
    paid: Array


def clear(quantity: Array, limit: Array, fee: float) -> Clearing:
    """Return the largest trade in which no one does worse than its limit after half the fee (per unit).

    Orders are (environments, orders): a positive quantity is offered at `limit` or more, a negative one bid for at
    `limit` or less. The price is the midpoint of the marginal bid and the marginal offer; 0 where nothing trades.
    """
    offers, bids = np.maximum(quantity, 0.0), np.maximum(-quantity, 0.0)
    lowest, highest = np.where(offers > 0, limit, np.inf), np.where(bids > 0, limit, -np.inf)  # no order: no trade
    cheap, dear = np.argsort(lowest, axis=1, kind="stable"), np.argsort(-highest, axis=1, kind="stable")
    asks, wants = np.take_along_axis(lowest, cheap, 1), np.take_along_axis(highest, dear, 1)
    supply = np.cumsum(np.take_along_axis(offers, cheap, 1), axis=1)
    demand = np.cumsum(np.take_along_axis(bids, dear, 1), axis=1)
    fits = wants[:, None, :] - asks[:, :, None] >= fee
    volume = np.where(fits, np.minimum(supply[:, :, None], demand[:, None, :]), 0.0).max(axis=(1, 2))
    price = 0.5 * (_marginal(asks, supply, volume) + _marginal(wants, demand, volume))
    sold = _filled(supply, volume, cheap) - _filled(demand, volume, dear)
    paid = sold * price[:, None] - np.abs(sold) * (0.5 * fee)
    return Clearing(sold, price, volume, paid)


def _marginal(limits: Array, cumulative: Array, volume: Array) -> Array:
    """Return the limit of the order that completes the volume; 0 where nothing trades."""
    at = np.argmax(cumulative >= volume[:, None], axis=1)
    return np.where(volume > 0, np.take_along_axis(limits, at[:, None], 1)[:, 0], 0.0)


def _filled(cumulative: Array, volume: Array, order: NDArray[np.intp]) -> Array:
    """Return how much of each order is filled, in the orders' own sequence."""
    before = np.concatenate([np.zeros_like(cumulative[:, :1]), cumulative[:, :-1]], axis=1)
    sorted_fill = np.minimum(cumulative, volume[:, None]) - np.minimum(before, volume[:, None])
    filled = np.zeros(sorted_fill.shape)
    np.put_along_axis(filled, order, sorted_fill, 1)
    return filled
