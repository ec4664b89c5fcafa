"""Charts: well-formed, the same bytes each time, no name of a series becomes markup, and what is drawn is what was given."""

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.html import DAY_TICKS, Axis, Bar, Curve, Rule, bars, dots, lines, profiles, scatter, stacks, steps
from gridbench.html.chart import HEIGHT, WIDTH

HOURS = [float(hour) for hour in range(5)]
DAY, POWER = Axis("hour of the day (h)", 0.0, 4.0, DAY_TICKS), Axis("power (MW)")
NASTY = '</title><script>alert(1)</script>"\u202e'
NAN = math.nan


def charts(name):
    four, five = [1.0, NAN, -2.0, 3.0], [0.0, 1.0, NAN, 2.0, 3.0]
    ranged = Curve(name, four, [0.0, 0.0, -3.0, 2.0], [2.0, NAN, 0.0, 3.0])
    return {
        "lines": lines(name, HOURS, [Curve(name, five)], across=DAY, up=POWER, rules=[Rule(name, 1.0)], description=name),
        "steps": steps(name, HOURS, [ranged, Curve("b", four)], across=DAY, up=POWER, rules=[Rule("band", 4.0)]),
        "stacks": stacks(name, HOURS, [Curve(name, [1.0, -1.0, 0, 2.0])], across=DAY, up=POWER, over=[Curve("b", [1.0] * 4)]),
        "profiles": profiles(name, HOURS, [Curve(name, [1, 0.8, 0.5, 0.2, 0], [0.9, 0.7, 0.4, 0.1, 0], [1, 0.9, 0.6, 0.3, 0.1])],
                             across=DAY, up=Axis("share")),
        "scatter": scatter(name, HOURS, [Curve(name, five)], across=Axis("day"), up=POWER,
                           ranges=Curve("b", [], [0] * 5, [1] * 5)),
        "bars": bars(name, [Bar(name, 1.0, 0.5, 1.5), Bar("b", -1.0)], across=POWER),
        "dots": dots(name, [Bar(name, 1.0, 0.5, 1.5), Bar("b", -1.0)], across=POWER, rules=[Rule(name, 0.5)]),
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(charts("x")))
def test_a_chart_is_well_formed_titled_deterministic_and_inside_its_frame(kind):
    text = charts(NASTY)[kind]
    assert text == charts(NASTY)[kind]
    figure = ET.fromstring(text)  # noqa: S314 - it is ours
    plot = figure.find(".//svg[@role='img']")
    assert plot.find("title").text.startswith("</title><script>alert(1)</script>")
    assert not figure.findall(".//script")
    assert "style=" not in text
    assert "\u202e" not in text
    assert "nan" not in text
    height = float(plot.attrib["viewBox"].split()[3])
    for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", text):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= height


@given(st.lists(st.floats(-5.0, 5.0), min_size=4, max_size=4), st.lists(st.floats(-5.0, 5.0), min_size=4, max_size=4))
def test_areas_add_up_above_and_below_zero(first, second):
    """The ends of the stack are the sums of what is positive and of what is negative, read back from the paths."""
    text = stacks("t", HOURS, [Curve("a", first), Curve("b", second)], across=DAY, up=Axis("MW", -10.0, 10.0))
    paths = re.findall(r'class="area k\d" d="([^"]*)"/?><?/?', text.split("</svg>")[0])
    heights = [float(y) for path in paths for y in re.findall(r"V([\d.]+)", path)]
    if not heights:
        return

    def place(value):
        return (HEIGHT - 42.0) + (8.0 - (HEIGHT - 42.0)) * (value + 10.0) / 20.0

    tops = [max(a, 0.0) + max(b, 0.0) for a, b in zip(first, second, strict=True)]
    feet = [min(a, 0.0) + min(b, 0.0) for a, b in zip(first, second, strict=True)]
    assert min(heights) == pytest.approx(place(max(tops)), abs=0.06)
    assert max(heights) == pytest.approx(place(min(feet)), abs=0.06)


def test_steps_break_where_there_is_no_number_and_go_on_after_it():
    text = steps("t", HOURS, [Curve("a", [1, NAN, 2, 3])], across=DAY, up=POWER)
    path = re.search(r'<path class="s k0" d="([^"]*)"', text).group(1)
    assert path.count("M") == 2
    assert path.count("H") == 3


def test_series_beyond_the_colours_differ_by_their_dashes():
    text = steps("t", HOURS, [Curve(f"s{i}", [i] * 4) for i in range(17)], across=DAY, up=POWER)
    classes = re.findall(r'<path class="(s k\d(?: d\d)?)" d="M\d+\.?\d* \d', text)
    assert len(set(classes)) == 17
