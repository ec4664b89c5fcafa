"""A device's day: its own laws read over all steps at once, as expressions of the columns of the problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.affine import Affine, Expression, Floats, Quadratic, affine, concatenate
from gridbench.physics.terms import Cone, Device, Eq, Row, Values, inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridbench.oracle.builder import Builder
    from gridbench.oracle.taps import Window
    from gridbench.scenario.scenario import Columns, Scenario

    States = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class DeviceDay:
    """The controls (steps,), the states at the start of each step (steps,) and the injection in MW and Mvar (steps,)."""

    device: Device
    controls: dict[str, Affine]
    states: dict[str, Affine]
    p_mw: Expression
    q_mvar: Expression


def device_day(
    builder: Builder, device: Device, series: Columns, scenario: Scenario, window: Window | None, first: States | None
) -> DeviceDay:
    """Add a device's columns, rows and money; `window` narrows the positions of a regulator or bank.

    `first` are the states before the first step; where it is None each step stands alone: it may start from any state, and
    the end of the day is free.
    """
    apart = first is None
    w = inputs(device, series)
    controls = _controls(builder, device, scenario, window, apart=apart)
    u, gate = Values(**controls), controls.get(device.gate or "")
    if first is None:
        states = _free_states(builder, device, scenario, (u, w))
    else:
        states = _carried_states(builder, device, scenario, (u, w), first)
    x = Values(**states)
    add_rows(builder, device.name, device.limits(x, u, w, scenario.step_h), gate)
    add_money(builder, device.name, device.cost(x, u, w, scenario.step_h), gate, network=apart)
    p_mw, q_mvar = device.inject(u, w)
    return DeviceDay(device, controls, states, p_mw, q_mvar)


def _controls(builder: Builder, device: Device, scenario: Scenario, window: Window | None, *, apart: bool) -> dict[str, Affine]:
    """Add the columns of the controls; what the tie feeds follows from the network: the master need not see it."""
    controls = {}
    for name, span in device.controls().items():
        low, high = (window.low, window.high) if window is not None and name == "position" else (span.lo, span.hi)
        network = apart or (device is scenario.tie and not span.integer)
        column = f"{device.name}.{name}"
        controls[name] = builder.column(column, (scenario.steps,), low, high, integer=span.integer, network=network)
    return controls


def _carried_states(
    builder: Builder, device: Device, scenario: Scenario, now: tuple[Values, Values], first: States
) -> dict[str, Affine]:
    """Add the states after each step with the laws that lead to them; return those before each step, `first` before the first."""
    u, w = now
    after = {
        name: builder.column(f"{device.name}.{name} after", (scenario.steps,), span.lo, span.hi)
        for name, span in device.states().items()
    }
    states = {name: concatenate([np.array([first[name]]), column[:-1]]) for name, column in after.items()}
    for name, law in device.advance(Values(**states), u, w, scenario.step_h).items():
        builder.eq(law - after[name], f"{device.name}.{name} advance")
    _close(builder, device, Values(**device.initial()), Values(**{name: column[-1:] for name, column in after.items()}))
    return states


def _free_states(builder: Builder, device: Device, scenario: Scenario, now: tuple[Values, Values]) -> dict[str, Affine]:
    """Add a free state before each step, with the span of the state after it."""
    u, w = now
    spans = device.states()
    states = {
        name: builder.column(f"{device.name}.{name} before", (scenario.steps,), span.lo, span.hi, network=True)
        for name, span in spans.items()
    }
    for name, law in device.advance(Values(**states), u, w, scenario.step_h).items():
        builder.le(law - spans[name].hi, f"{device.name}.{name} at most")
        builder.le(spans[name].lo - law, f"{device.name}.{name} at least")
    return states


def _close(builder: Builder, device: Device, first: Values, last: Values) -> None:
    """Add the slacks, rows and money of the end of the day."""
    slacks = {name: builder.column(f"{device.name}.{name}", (1,), span.lo, span.hi) for name, span in device.closing().items()}
    slack = Values(**slacks)
    add_rows(builder, f"{device.name}.closing", device.closing_limits(first, last, slack), None)
    add_money(builder, f"{device.name}.closing", device.closing_cost(slack), None)


def add_rows(builder: Builder, owner: str, rows: Iterable[Row], gate: Affine | None) -> None:
    """Add the rows of a law; a gated device's cones are empty while its gate is 0."""
    for row in rows:
        if isinstance(row, Cone):
            builder.cone(f"{owner}.{row.name}", row.parts, row.radius, gate)
        elif isinstance(row, Eq):
            builder.eq(row.lhs - row.rhs, f"{owner}.{row.name}")
        else:
            builder.le(row.lhs - row.rhs, f"{owner}.{row.name}")


def add_money(
    builder: Builder, owner: str, money: Mapping[str, Expression], gate: Affine | None, *, network: bool = False
) -> None:
    """Add a law's money to the objective; squares become epigraphs."""
    for component, amount in money.items():
        linear = amount
        if isinstance(amount, Quadratic):
            linear = amount.part
            for k, (weight, square) in enumerate(amount.terms):
                z = _epigraph(builder, f"{owner}.{component} square {k}", weight, square, gate, network=network)
                linear = linear + weight * z
        builder.minimise(linear)


def _epigraph(builder: Builder, name: str, weight: Floats, square: Affine, gate: Affine | None, *, network: bool) -> Affine:
    """Return columns z >= square^2, for a gated device the perspective z * gate >= square^2 (Frangioni and Gentile 2006)."""
    if np.any(weight < 0.0):
        raise TypeError(f"{name}: a cost must be convex, its squares must have weights >= 0")
    most = builder.upper_of(square)
    scale = np.where(most > 0.0, most, 1.0)
    z = builder.column(name, square.shape, 0.0, 1.0, network=network)
    on = affine(np.ones(square.shape)) if gate is None else gate
    builder.cone(name, (2.0 * (square / scale), z - on), z + on, gate)
    return z * (scale * scale)
