"""States that a day can bring about, and asks and weather to go with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gridbench.physics.devices import GridTie
from gridbench.physics.terms import Device, Span, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

Weather: TypeAlias = Callable[[np.random.Generator], Values]
"""Draws the numbers `w` that a device reads in a step."""


def walk(
    device: Device, rng: np.random.Generator, rounds: int, *, step_h: float = 1.0, weather: Weather | None = None
) -> Iterator[tuple[Values, Values, Values]]:
    """Yield states that a device reaches from its initial one, each with an ask and the weather of the step.

    Asks lie inside, on the ends of and far outside their spans; runs of equal asks carry the walk to the ends of the states.
    """
    draw = weather or (lambda generator: _weather(device, generator))
    x, ask = Values(**device.initial()), _ask(device, rng)
    for _ in range(rounds):
        if rng.random() < 0.4:
            ask = _ask(device, rng)
        elif rng.random() < 0.05:
            x = Values(**device.initial())
        w = draw(rng)
        yield x, ask, w
        u = Values(**device.settle(x, ask, w, step_h))
        x = Values(**device.advance(x, u, w, step_h))


def _weather(device: Device, rng: np.random.Generator) -> Values:
    """Draw by the unit in the name: prices of both signs, shares between nothing and a little above the nominal.

    A breaker is at most closed.
    """
    drawn = {}
    for name in device.inputs():
        if name.endswith("_usd_per_mwh"):
            drawn[name] = float(rng.uniform(-50.0, 300.0))
        else:
            drawn[name] = float(rng.choice([0.0, 1.0, rng.uniform(0.0, 1.3)]))
        if name == "connection":
            drawn[name] = min(drawn[name], 1.0)
    return Values(**drawn)


def asks(device: Device) -> dict[str, Span]:
    """Return the asks; what the tie is asked for is the balance of the network."""
    if isinstance(device, GridTie):
        most = device.rating_mva * device.trip_loading / 2**0.5
        return {"p_mw": Span(-most, most), "q_mvar": Span(-most, most)}
    return device.asks()


def _ask(device: Device, rng: np.random.Generator) -> Values:
    stretch = 1.0 if isinstance(device, GridTie) else float(rng.choice([1.0, 1.0, 3.0, 1e6]))
    drawn = {}
    for name, span in asks(device).items():
        middle, half = (span.lo + span.hi) / 2, (span.hi - span.lo) / 2
        drawn[name] = middle + stretch * half * float(rng.choice([-1.0, 0.0, 1.0, rng.uniform(-1.0, 1.0)]))
    return Values(**drawn)


def ask_of(device: Device, u: Values, w: Values) -> Values:
    """Return the asks of the controls; the tie is asked for the balance."""
    if isinstance(device, GridTie):
        return Values(**dict(zip(("p_mw", "q_mvar"), device.inject(u, w), strict=True)))
    return Values(**device.ask_of(u))
