"""What is settled keeps the laws, and repeats itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.contracts.breach import TOLERANCE, ContractError, close
from gridbench.contracts.walks import Weather, ask_of, walk
from gridbench.physics.reach import excess
from gridbench.physics.terms import MONEY, Cone, Device, Number, Row, Span, Values

if TYPE_CHECKING:
    from collections.abc import Mapping


def sound(
    device: Device, rng: np.random.Generator, rounds: int = 300, *, step_h: float = 1.0, weather: Weather | None = None
) -> None:
    """Check that every answer to an ask obeys the spans and rows of controls and next states, and that its memories keep time.

    Raises ContractError.
    """
    _named(device)
    for x, ask, w in walk(device, rng, rounds, step_h=step_h, weather=weather):
        u = device.settle(x, ask, w, step_h)
        story = f"settled {u} when asked {vars(ask)} in state {vars(x)} with {vars(w)}"
        _inside(device, "control", device.controls(), u, story)
        chosen = Values(**u)
        after = device.advance(x, chosen, w, step_h)
        _inside(device, "next state", device.states(), after, story)
        for control, states in device.timers().items():
            told = (u[control], *(getattr(x, state) for state in states))
            for state, number in zip(states, told, strict=False):
                close(device, f"timers {control}, {state}", after[state], number, TOLERANCE, story)
        for row in device.limits(x, chosen, w, step_h):
            broken = float(excess([row]))
            if not broken <= TOLERANCE * _scale(row):
                raise ContractError(device.name, row.name, f"broken by {broken:.3g}; {story}")
        for component, usd in device.cost(x, chosen, w, step_h).items():
            if component not in MONEY or not np.isfinite(usd):
                raise ContractError(device.name, "cost", f"{component} is {usd} usd; {story}")


def faithful(
    device: Device, rng: np.random.Generator, rounds: int = 300, *, step_h: float = 1.0, weather: Weather | None = None
) -> None:
    """Check that asking for what was settled settles it again. Raises ContractError."""
    for x, ask, w in walk(device, rng, rounds, step_h=step_h, weather=weather):
        once = device.settle(x, ask, w, step_h)
        again = device.settle(x, ask_of(device, Values(**once), w), w, step_h)
        story = f"settled {once}, then {again} when asked for that in state {vars(x)} with {vars(w)}"
        for name in device.controls():
            close(device, f"control {name}", once[name], again[name], TOLERANCE, story)
        for name, p, q in zip(("p", "q"), *(device.inject(Values(**u), w) for u in (once, again)), strict=True):
            close(device, f"injection {name}", p, q, TOLERANCE, story)


def _named(device: Device) -> None:
    """Check that timers name controls and states."""
    for control, states in device.timers().items():
        for what, names, known in (("control", (control,), device.controls()), ("state", states, device.states())):
            for name in names:
                if name not in known:
                    raise ContractError(device.name, "timers", f"{name!r} is no {what}; known: {', '.join(known) or 'none'}")


def _inside(device: Device, what: str, spans: Mapping[str, Span], numbers: Mapping[str, Number], story: str) -> None:
    if set(spans) != set(numbers):
        raise ContractError(device.name, what, f"{sorted(numbers)} are given, {sorted(spans)} are declared; {story}")
    for name, span in spans.items():
        number = float(numbers[name])
        room = TOLERANCE * max(1.0, abs(number))
        if not span.lo - room <= number <= span.hi + room:
            raise ContractError(device.name, f"{what} {name}", f"{number} is outside [{span.lo}, {span.hi}]; {story}")
        if span.integer and number != round(number):
            raise ContractError(device.name, f"{what} {name}", f"{number} is no integer; {story}")


def _scale(row: Row) -> float:
    numbers = (*row.parts, row.radius) if isinstance(row, Cone) else (row.lhs, row.rhs)
    return max(1.0, *(abs(float(number)) for number in numbers))
