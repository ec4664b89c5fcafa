"""Horizontal bars and dots by name, each with the whiskers of its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.html.axes import LETTER, Axis, Scale, horizontal, number, scale
from gridbench.html.chart import RIGHT, TOP, WIDTH, Rule, colour, figure
from gridbench.html.lines import mark
from gridbench.html.text import escaped, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW = 24.0
LONGEST = 28
"""Letters of a name that are shown; the whole name stands in the title of its line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A number by name, its interval, and the number of its colour."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    colour: int = 0


def bars(title: str, found: Sequence[Bar], *, across: Axis, description: str = "") -> str:
    """Return horizontal bars from zero, in the order given."""
    return _rows(title, found, across, (), description, from_zero=True)


def dots(title: str, found: Sequence[Bar], *, across: Axis, rules: Sequence[Rule] = (), description: str = "") -> str:
    """Return dots with whiskers, in the order given; `rules` stand upright at numbers of the axis."""
    return _rows(title, found, across, rules, description, from_zero=False)


def _rows(title: str, found: Sequence[Bar], axis: Axis, rules: Sequence[Rule], description: str, *, from_zero: bool) -> str:
    numbers = [number for bar in found for number in (bar.value, bar.low, bar.high) if number is not None]
    numbers += [rule.at for rule in rules] + ([0.0] if from_zero else [])
    names = [_short(bar.name) for bar in found]
    left = max([60.0, *(LETTER * len(name) for name in names)]) + 10.0
    across, bottom = scale(axis, numbers, left, WIDTH - RIGHT), TOP + ROW * max(1, len(found))
    inside = horizontal(across, TOP, bottom)
    for rule in rules:
        upright = f"M{number(across.place(rule.at))} {number(TOP)}V{number(bottom)}"
        inside += f'<path class="rule" d="{upright}"><title>{escaped(rule.name)}</title></path>'
    for i, (bar, name) in enumerate(zip(found, names, strict=True)):
        inside += _row(bar, name, across, TOP + ROW * (i + 0.5), from_zero=from_zero)
    return figure(title, inside, description=description, height=bottom + 42.0)


def _row(bar: Bar, name: str, across: Scale, y: float, *, from_zero: bool) -> str:
    at, zero = across.place(bar.value), across.place(max(0.0, across.low))
    length = number(abs(at - zero))
    shape = f"M{number(min(at, zero))} {number(y - 8)}h{length}v16h-{length}z" if from_zero else mark(0, at, y)
    drawn = f'<path class="f {colour(bar.colour)}" d="{shape}"/>'
    whiskers, said = "", f"{printable(bar.name)}: {bar.value:.4g}"
    if bar.low is not None and bar.high is not None:
        low, high = number(across.place(bar.low)), number(across.place(bar.high))
        ends = "".join(f"M{x} {number(y - 4)}v8" for x in (low, high))
        whiskers = f'<path class="whisker" d="M{low} {number(y)}H{high}{ends}"/>'
        said += f" ({bar.low:.4g} to {bar.high:.4g})"
    label = f'<text x="{number(across.start - 8)}" y="{number(y + 4)}" text-anchor="end">{escaped(name)}</text>'
    return f"<g><title>{escaped(said)}</title>{label}{drawn + whiskers if from_zero else whiskers + drawn}</g>"


def _short(name: str) -> str:
    shown = printable(name)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "\u2026"
