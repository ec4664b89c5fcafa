"""A device's day in Pyomo: its own laws, called with variables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyomo.environ as pyo

from gridbench.errors import InvalidInput
from gridbench.physics.reach import SLACK
from gridbench.physics.terms import Cone, Device, Eq, Le, Number, Row, Span, Values, inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gridbench.scenario.scenario import Columns

Component: TypeAlias = Any
"""A component of Pyomo, which states no types."""


def weather(device: Device, series: Columns, steps: int) -> list[Values]:
    """Return what the device reads, step by step."""
    columns = vars(inputs(device, series))
    return [Values(**{name: float(column[t]) for name, column in columns.items()}) for t in range(steps)]


def read_device(block: Component, device: Device, w: Sequence[Values], step_h: float) -> None:
    """Fill a block with the variables, laws and money (usd) of a device's day; `w` holds what it reads, step by step.

    Raises InvalidInput for a law that no control can keep.
    """
    block.control = variables(device.controls(), range(len(w)))
    block.state = variables(device.states(), range(len(w)))
    block.closing = variables(device.closing())
    block.row = pyo.Constraint(pyo.Any)
    money: dict[str, Number] = defaultdict(float)
    x = first = Values(**device.initial())
    for t, now in enumerate(w):
        u, after = controls(block, device, t), {name: block.state[name, t] for name in device.states()}
        laws = [Eq(f"{name} after", after[name], law) for name, law in device.advance(x, u, now, step_h).items()]
        hold(block.row, (*laws, *device.limits(x, u, now, step_h)), t)
        _bill(money, device.cost(x, u, now, step_h))
        x = Values(**after)
    slack = Values(**{name: block.closing[name] for name in device.closing()})
    hold(block.row, device.closing_limits(first, x, slack), "closing")
    _bill(money, device.closing_cost(slack))
    block.money = pyo.Expression(list(money), initialize=dict(money))


def controls(block: Component, device: Device, t: int) -> Values:
    """Return the variables of a device's controls in a step."""
    return Values(**{name: block.control[name, t] for name in device.controls()})


def variables(spans: Mapping[str, Span], *places: Iterable[int]) -> Component:
    """Return a variable for every name and place, within the span of its name."""

    def bounds(_: Component, name: str, *place: int) -> tuple[float | None, ...]:  # noqa: ARG001
        return tuple(float(end) if np.isfinite(end) else None for end in spans[name][:2])

    def domain(_: Component, name: str, *place: int) -> Component:  # noqa: ARG001
        if not spans[name].integer:
            return pyo.Reals
        return pyo.Binary if spans[name][:2] == (0, 1) else pyo.Integers

    return pyo.Var(list(spans), *places, bounds=bounds, domain=domain)


def hold(rows: Component, laws: Iterable[Row], *place: str | int) -> None:
    """Add laws to indexed constraints, under their names; a cone without its root, next to a radius that is not negative.

    Raises InvalidInput for a law without variables that does not hold.
    """
    for law in laws:
        if isinstance(law, Cone):
            hold(rows, [Le(f"{law.name}, radius", 0.0, law.radius)], *place)
        row = squared(law) if isinstance(law, Cone) else law
        gap, key = row.lhs - row.rhs, (row.name, *place)
        if not pyo.is_potentially_variable(gap):
            if (abs(gap) if isinstance(row, Eq) else gap) > SLACK:
                raise InvalidInput(f"{rows.name}[{','.join(map(str, key))}]", ["no control can keep this law: mend the data"])
            continue
        while key in rows:  # two laws of a device may bear one name
            key = (f"{key[0]}'", *place)
        rows[key] = gap == 0.0 if isinstance(row, Eq) else gap <= 0.0


def squared(cone: Cone) -> Le:
    """Return a cone without its root: the same where its radius is not negative."""
    return Le(cone.name, sum(part**2 for part in cone.parts), cone.radius**2)


def _bill(money: dict[str, Number], more: Mapping[str, Number]) -> None:
    for component, amount in more.items():
        money[component] += amount
