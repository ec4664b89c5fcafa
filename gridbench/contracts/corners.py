"""Every corner that the oracle believes possible can be settled, and costs no more."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from gridbench.contracts.breach import REACHED, ContractError, close
from gridbench.contracts.region import Region
from gridbench.contracts.walks import Weather, ask_of, asks, walk
from gridbench.physics.devices import GridTie
from gridbench.physics.terms import Device, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

RETREAT = 1e-6
"""A corner is approached from inside by this share of the way to the middle: the solver's own error may lie outside."""


def complete(
    device: Device, rng: np.random.Generator, rounds: int = 12, *, step_h: float = 1.0, weather: Weather | None = None
) -> None:
    """Check that settle realises every corner of the set which the oracle chooses from, and no dearer. Raises ContractError.

    The set of one step is read off the device's rows with the oracle's expressions; every choice of the integer controls is
    a branch of its own, and its corners are those furthest in the axes and in random directions of the (p, q) plane.
    """
    for x, _, w in walk(device, rng, rounds, step_h=step_h, weather=weather):
        for integers in _integers(device):
            region = Region(device, x, w, step_h, integers)
            axes = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), *rng.normal(size=(2, 2))])
            directions = axes if region.injects else axes[:1]
            corners = [region.furthest(direction) for direction in directions] if region.possible else []
            found = [corner for corner in corners if corner is not None]
            for corner in found:
                inner = corner + RETREAT * (np.mean(found, axis=0) - corner)
                _realised(device, x, region.controls(inner), w, step_h)


def _integers(device: Device) -> Iterator[dict[str, float]]:
    spans = {name: span for name, span in device.controls().items() if span.integer}
    for choice in product(*(range(round(span.lo), round(span.hi) + 1) for span in spans.values())):
        yield dict(zip(spans, map(float, choice), strict=True))


def _realised(device: Device, x: Values, u: Values, w: Values, step_h: float) -> None:
    """Check that a choice of the oracle comes about when it is asked for."""
    ask = ask_of(device, u, w)
    got = Values(**device.settle(x, ask, w, step_h))
    story = f"settled {vars(got)} instead of {vars(u)} in state {vars(x)} with {vars(w)}"
    for name, span in asks(device).items():
        number = getattr(ask, name)
        if not span.lo - REACHED <= number <= span.hi + REACHED and not isinstance(device, GridTie):
            raise ContractError(device.name, f"ask {name}", f"{number} is needed, the span is [{span.lo}, {span.hi}]; {story}")
    for name, wanted, done in zip(("p", "q"), device.inject(u, w), device.inject(got, w), strict=True):
        close(device, f"injection {name}", wanted, done, REACHED, story)
    wanted_next, done_next = (device.advance(x, chosen, w, step_h) for chosen in (u, got))
    for name in device.states():
        close(device, f"next state {name}", wanted_next[name], done_next[name], REACHED, story)
    wanted_usd, done_usd = (sum(device.cost(x, chosen, w, step_h).values()) for chosen in (u, got))
    if not done_usd <= wanted_usd + REACHED * max(1.0, abs(wanted_usd)) * 100.0:
        raise ContractError(device.name, "cost", f"{done_usd} usd, {wanted_usd} usd for the oracle; {story}")
