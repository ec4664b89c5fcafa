"""Stacked areas of a day: what is above zero grows upwards, what is below it downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html.chart import Curve, area_key, colour, dash, figure, line_key, plot
from gridbench.html.lines import between, stairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.html.axes import Axis


def stacks(
    title: str,
    ends: Sequence[float],
    layers: Sequence[Curve],
    *,
    across: Axis,
    up: Axis,
    over: Sequence[Curve] = (),
    description: str = "",
) -> str:
    """Return areas by layer, constant within a step: `ends` (n + 1,), layers (n,) of either sign; `over` are lines on top."""
    n = len(ends) - 1
    top, bottom, areas = [0.0] * n, [0.0] * n, []
    for i, one in enumerate(layers):
        higher = [base + max(value, 0.0) for base, value in zip(top, one.values, strict=True)]
        lower = [base + min(value, 0.0) for base, value in zip(bottom, one.values, strict=True)]
        areas.append((colour(i, one.colour), top, higher, lower, bottom))
        top, bottom = higher, lower
    drawn = plot(across, up, ends, [0.0, *top, *bottom, *(value for one in over for value in one.values)])
    inside = drawn.frame()
    for shade, base, higher, lower, under in areas:
        path = between(drawn, ends, base, higher) + between(drawn, ends, lower, under)
        inside += f'<path class="area {shade}" d="{path}"/>' if path else ""
    for i, one in enumerate(over):
        inside += f'<path class="ink{dash(i, one.dash)}" d="{stairs(drawn, ends, one.values)}"/>'
    keys = [area_key(one.name, f"area {colour(i, one.colour)}") for i, one in enumerate(layers)]
    keys += [line_key(one.name, f"ink{dash(i, one.dash)}") for i, one in enumerate(over)]
    return figure(title, inside, keys, description=description)
