"""Charts of series: lines, the steps of a day, empirical curves with bands, and dots by number."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from gridbench.html.axes import Axis, number
from gridbench.html.chart import Curve, Plot, Rule, area_key, colour, dash, figure, line_key, plot, rule_keys
from gridbench.html.text import escaped, isolated

if TYPE_CHECKING:
    from collections.abc import Sequence


def lines(
    title: str,
    x: Sequence[float],
    curves: Sequence[Curve],
    *,
    across: Axis,
    up: Axis,
    rules: Sequence[Rule] = (),
    description: str = "",
) -> str:
    """Return a chart of series over `x` (n,), each (n,), with the range of those that have one."""
    drawn = plot(across, up, x, _heights(curves, rules))
    inside = drawn.frame() + "".join(_band(drawn, x, one, colour(i, one.colour)) for i, one in enumerate(curves))
    for i, one in enumerate(curves):
        inside += f'<path class="s {colour(i, one.colour)}{dash(i, one.dash)}" d="{_through(drawn, x, one.values)}"/>'
    return figure(title, inside + drawn.rules(rules), [*_keys(curves), *rule_keys(rules)], description=description)


def steps(
    title: str,
    ends: Sequence[float],
    curves: Sequence[Curve],
    *,
    across: Axis,
    up: Axis,
    rules: Sequence[Rule] = (),
    description: str = "",
) -> str:
    """Return a chart of series that are constant within a step: `ends` (n + 1,) of the steps, each series (n,)."""
    drawn = plot(across, up, ends, _heights(curves, rules))
    inside = drawn.frame()
    for i, one in enumerate(curves):
        if one.low is not None and one.high is not None:
            inside += f'<path class="band {colour(i, one.colour)}" d="{between(drawn, ends, one.low, one.high)}"/>'
    for i, one in enumerate(curves):
        inside += f'<path class="s {colour(i, one.colour)}{dash(i, one.dash)}" d="{stairs(drawn, ends, one.values)}"/>'
    return figure(title, inside + drawn.rules(rules), [*_keys(curves), *rule_keys(rules)], description=description)


def profiles(title: str, taus: Sequence[float], curves: Sequence[Curve], *, across: Axis, up: Axis, description: str = "") -> str:
    """Return empirical curves over `taus` (n,), shares from 0 to 1, each with its band of confidence."""
    share = Axis(up.label, 0.0, 1.0, up.distances)
    return lines(title, taus, curves, across=across, up=share, description=description)


def scatter(
    title: str,
    x: Sequence[float],
    curves: Sequence[Curve],
    *,
    across: Axis,
    up: Axis,
    ranges: Curve | None = None,
    description: str = "",
) -> str:
    """Return a chart of marks at `x` (n,), one shape and colour a series; `ranges` is drawn behind as bars from low to high."""
    heights = [*_heights(curves), *(_heights([ranges]) if ranges else [])]
    apart = min((b - a for a, b in pairwise(sorted(set(x)))), default=1.0)
    drawn = plot(across, up, [min(x, default=0.0) - 0.5 * apart, max(x, default=1.0) + 0.5 * apart], heights)
    inside, keys = drawn.frame(), []
    if ranges is not None and ranges.low is not None and ranges.high is not None:
        half = 0.38 * abs(drawn.across.place(apart) - drawn.across.place(0.0))
        bars = zip(x, ranges.low, ranges.high, strict=True)
        inside += f'<path class="band k7" d="{"".join(_bar(drawn, at, half, low, high) for at, low, high in bars)}"/>'
        keys.append(area_key(ranges.name, "band k7"))
    for i, one in enumerate(curves):
        places = ((at, value) for at, value in zip(x, one.values, strict=True) if math.isfinite(value))
        shape = "".join(mark(i, drawn.across.place(at), drawn.up.place(value)) for at, value in places)
        inside += f'<path class="f {colour(i, one.colour)}" d="{shape}"><title>{escaped(one.name)}</title></path>'
        key = f'<path class="f {colour(i, one.colour)}" d="{mark(i, 14.0, 6.0)}"/>'
        keys.append(f'<svg aria-hidden="true" viewBox="0 0 28 12">{key}</svg>{isolated(one.name)}')
    return figure(title, inside, keys, description=description)


def mark(i: int, x: float, y: float) -> str:
    """Return the path of a mark: its shape tells a series where its colour does not."""
    a, b = number(x), number(y)
    shapes = (
        f"M{number(x - 4)} {b}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
        f"M{number(x - 3.5)} {number(y - 3.5)}h7v7h-7z",
        f"M{a} {number(y - 5)}l4.5 8h-9z",
        f"M{a} {number(y - 5)}l5 5l-5 5l-5-5z",
        f"M{number(x - 1.5)} {number(y - 4.5)}h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
        f"M{a} {number(y + 5)}l4.5-8h-9z",
        f"M{number(x - 5)} {number(y - 1.5)}h10v3h-10z",
    )
    return shapes[i % len(shapes)]


def stairs(drawn: Plot, ends: Sequence[float], values: Sequence[float]) -> str:
    """Return the path of a series that is constant within a step (n + 1 ends, n values), broken where it is NaN."""
    path, on = "", False
    for (start, end), value in zip(pairwise(ends), values, strict=True):
        if not math.isfinite(value):
            on = False
            continue
        y, x = number(drawn.up.place(value)), number(drawn.across.place(end))
        path += f"V{y}H{x}" if on else f"M{number(drawn.across.place(start))} {y}H{x}"
        on = True
    return path


def between(drawn: Plot, ends: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
    """Return the path of the area between two such series, step by step, without steps that are NaN or empty."""
    path, run = "", []
    for (start, end), below, above in zip(pairwise(ends), low, high, strict=True):
        shown = math.isfinite(below) and math.isfinite(above) and below != above
        if shown:
            run.append((start, end, below, above))
        if not shown and run:
            path, run = path + _outline(drawn, run), []
    return path + (_outline(drawn, run) if run else "")


def _outline(drawn: Plot, run: Sequence[tuple[float, float, float, float]]) -> str:
    there = "".join(f"V{number(drawn.up.place(above))}H{number(drawn.across.place(end))}" for _, end, _, above in run)
    back = "".join(f"V{number(drawn.up.place(low))}H{number(drawn.across.place(at))}" for at, _, low, _ in reversed(run))
    start, _, below, _ = run[0]
    return f"M{number(drawn.across.place(start))} {number(drawn.up.place(below))}{there}{back}Z"


def _bar(drawn: Plot, x: float, half: float, low: float, high: float) -> str:
    at, top, bottom = drawn.across.place(x), drawn.up.place(high), drawn.up.place(low)
    return f"M{number(at - half)} {number(top)}h{number(2 * half)}V{number(max(bottom, top + 1.0))}h-{number(2 * half)}z"


def _through(drawn: Plot, x: Sequence[float], values: Sequence[float]) -> str:
    path, on = "", False
    for at, value in zip(x, values, strict=True):
        if math.isfinite(value):
            path += f"{'L' if on else 'M'}{number(drawn.across.place(at))} {number(drawn.up.place(value))}"
        on = math.isfinite(value)
    return path


def _band(drawn: Plot, x: Sequence[float], one: Curve, classes: str) -> str:
    if one.low is None or one.high is None:
        return ""
    there = _through(drawn, x, one.high)
    back = _through(drawn, list(reversed(x)), list(reversed(one.low))).replace("M", "L", 1)
    return f'<path class="band {classes}" d="{there}{back}Z"/>'


def _heights(curves: Sequence[Curve], rules: Sequence[Rule] = ()) -> list[float]:
    found = [rule.at for rule in rules]
    for one in curves:
        found += [*one.values, *(one.low or ()), *(one.high or ())]
    return found


def _keys(curves: Sequence[Curve]) -> list[str]:
    return [_key(i, one) for i, one in enumerate(curves)]


def _key(i: int, one: Curve) -> str:
    """Return the entry of a series; one that is a range alone has an area."""
    if not any(math.isfinite(value) for value in one.values):
        return area_key(one.name, f"band {colour(i, one.colour)}")
    return line_key(one.name, f"s {colour(i, one.colour)}{dash(i, one.dash)}")
