"""Axes: ticks are round, inside the ends, told apart by their labels, and numbers lie where they should."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridbench.html.axes import DAY_TICKS, Axis, number, scale

numbers = st.floats(-1e7, 1e7, allow_nan=False)


@given(st.lists(numbers, min_size=1, max_size=5))
def test_ticks_lie_inside_rise_and_have_labels_of_their_own(values):
    assume(max(values) - min(values) == 0 or max(values) - min(values) > 1e-6 * max(map(abs, values)))
    found = scale(Axis(), values, 200.0, 10.0)
    ticks = found.ticks()
    assert 1 <= len(ticks) <= 8
    assert all(found.low - 1e-9 * abs(found.low) <= at <= found.high + 1e-9 * abs(found.high) for at, _ in ticks)
    assert [at for at, _ in ticks] == sorted({at for at, _ in ticks})
    assert len({label for _, label in ticks}) == len(ticks)
    for at, label in ticks:
        assert float(label.replace(",", "")) == pytest.approx(at, rel=1e-9, abs=1e-9 * (found.high - found.low))


@given(st.lists(numbers, min_size=2, max_size=5))
def test_a_scale_keeps_the_order_and_all_numbers_inside(values):
    found = scale(Axis(), values, 30.0, 460.0)
    places = [found.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(29.999 <= place <= 460.001 for place in places)


def test_hours_have_ticks_that_suit_a_day():
    assert [at for at, _ in scale(Axis("h", 0.0, 24.0, DAY_TICKS), [], 40.0, 460.0).ticks()] == [0, 4, 8, 12, 16, 20, 24]


def test_a_logarithmic_axis_places_powers_of_ten_evenly_and_what_is_below_it_at_its_foot():
    found = scale(Axis("%", 0.001, log=True), [0.02, 70.0], 100.0, 0.0)
    assert [label for _, label in found.ticks()] == ["0.001", "0.01", "0.1", "1", "10", "100"]
    assert found.place(0.0) == found.place(-3.0) == 100.0
    assert found.place(0.1) - found.place(1.0) == pytest.approx(20.0)


def test_nothing_to_show_still_gives_an_axis():
    assert scale(Axis(), [], 0.0, 100.0).ticks()
    assert scale(Axis(), [math.nan, math.inf], 0.0, 100.0).ticks()


@given(st.floats(-999.0, 999.0))
def test_places_are_short_and_never_minus_zero(at):
    assert float(number(at)) == pytest.approx(at, abs=0.0501)
    assert number(at) != "-0"
