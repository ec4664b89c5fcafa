"""Pages and charts without a library: HTML and SVG as text, the same bytes for the same numbers, light and dark.

`document` frames a page; `table` makes tables that sort, with `asset("sort.js")` in the page's script; `lines`, `steps`,
`profiles`, `scatter`, `stacks`, `bars` and `dots` return figures; `escaped`, `isolated` and `link` make text of others safe.
No markup may use `style=` or `on..=`: the page's policy refuses both. Put figures into `<div class="charts">`.
"""

from gridbench.html.axes import DAY_TICKS, Axis
from gridbench.html.bars import Bar, bars, dots
from gridbench.html.chart import Curve, Rule
from gridbench.html.lines import lines, profiles, scatter, steps
from gridbench.html.page import asset, document
from gridbench.html.stacks import stacks
from gridbench.html.table import Cell, Column, Row, legend, table
from gridbench.html.text import escaped, is_link, isolated, link, printable, slug

__all__ = [
    "DAY_TICKS",
    "Axis",
    "Bar",
    "Cell",
    "Column",
    "Curve",
    "Row",
    "Rule",
    "asset",
    "bars",
    "document",
    "dots",
    "escaped",
    "is_link",
    "isolated",
    "legend",
    "lines",
    "link",
    "printable",
    "profiles",
    "scatter",
    "slug",
    "stacks",
    "steps",
    "table",
]
