"""The frame of a chart: caption, plot with title and description for those who hear it, legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.html.axes import Axis, Scale, horizontal, margin, number, scale, vertical
from gridbench.html.text import escaped, isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLOURS = 8
"""How many colours of series style.css has."""
WIDTH, HEIGHT = 480.0, 250.0
TOP, BELOW, RIGHT = 8.0, 42.0, 14.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A series: its name, its numbers (NaN: a break), a range around them, and the number of its colour (None: by its order).

    Series of one colour, or beyond the last one, differ by their dashes, which `dash` sets too.
    """

    name: str
    values: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    colour: int | None = None
    dash: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line at a number of the vertical axis, with its name."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot's axes, found: the scale across, the scale up, and its corners."""

    across: Scale
    up: Scale

    def frame(self) -> str:
        """Return grid, ticks and labels."""
        return vertical(self.up, self.across.start, self.across.end) + horizontal(self.across, self.up.end, self.up.start)

    def rules(self, rules: Sequence[Rule]) -> str:
        """Return the straight lines."""
        ends = f"{number(self.across.start)} {{y}}H{number(self.across.end)}"
        return "".join(f'<path class="rule" d="M{ends.format(y=number(self.up.place(rule.at)))}"/>' for rule in rules)


def plot(x: Axis, y: Axis, xs: Iterable[float], ys: Iterable[float], height: float = HEIGHT) -> Plot:
    """Return the axes of a plot over these numbers."""
    up = scale(y, ys, height - BELOW, TOP)
    left = margin(label for _, label in up.ticks())
    return Plot(scale(x, xs, left, WIDTH - RIGHT), up)


def figure(title: str, inside: str, keys: Sequence[str] = (), *, description: str = "", height: float = HEIGHT) -> str:
    """Return a chart as HTML: `inside` is SVG, `keys` are the entries of the legend."""
    about = f"<desc>{escaped(description)}</desc>" if description else ""
    shown = f'<ul class="legend">{"".join(f"<li>{key}</li>" for key in keys)}</ul>' if keys else ""
    return (
        f'<figure class="chart"><figcaption>{escaped(title)}</figcaption><div class="wide">'
        f'<svg class="plot" role="img" viewBox="0 0 {number(WIDTH)} {number(height)}">'
        f"<title>{escaped(title)}</title>{about}{inside}</svg></div>{shown}</figure>"
    )


def colour(i: int, own: int | None = None) -> str:
    """Return the class of the colour of a series."""
    return f"k{(i if own is None else own) % COLOURS}"


def dash(i: int, own: int | None = None) -> str:
    """Return the class of the dashes of a series: the first eight are drawn through."""
    kind = ((i // COLOURS) if own is None else own) % 4
    return f" d{kind}" if kind else ""


def line_key(name: str, classes: str) -> str:
    """Return an entry of the legend for a line."""
    return f'<svg aria-hidden="true" viewBox="0 0 28 12"><path class="{classes}" d="M0 6H28"/></svg>{isolated(name)}'


def area_key(name: str, classes: str) -> str:
    """Return an entry of the legend for an area."""
    return f'<svg aria-hidden="true" viewBox="0 0 28 12"><path class="{classes}" d="M4 0H24V12H4Z"/></svg>{isolated(name)}'


def rule_keys(rules: Sequence[Rule]) -> list[str]:
    """Return the entries of the legend for straight lines, lines of one name once."""
    names = dict.fromkeys(rule.name for rule in rules if rule.name)
    return [line_key(name, "rule") for name in names]
