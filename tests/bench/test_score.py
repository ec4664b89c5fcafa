"""The score, its mean and its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridbench.bench import score as scoring
from gridbench.errors import InvalidInput

MONEY = st.floats(-1e5, 1e5)
ROOM = st.floats(1e-2, 1e5)
TABLES = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 9)), elements=st.floats(-50, 1))


@given(bound=MONEY, room=ROOM)
def test_bound_scores_one_and_anchor_zero(bound, room):
    anchor = np.array([bound + room])
    assert scoring.score(np.array([bound]), np.array([bound]), anchor) == pytest.approx(1.0)
    assert scoring.score(anchor, np.array([bound]), anchor) == pytest.approx(0.0)


@given(bound=MONEY, room=ROOM, shift=MONEY, scale=st.floats(1e-2, 1e2), share=st.floats(0, 2))
def test_score_does_not_depend_on_unit_or_origin_of_money(bound, room, shift, scale, share):
    cost, low, anchor = np.array([bound + share * room]), np.array([bound]), np.array([bound + room])
    again = scoring.score(scale * cost + shift, scale * low + shift, scale * anchor + shift)
    assert again == pytest.approx(1.0 - share, abs=1e-3)


@given(bound=MONEY, room=ROOM, first=st.floats(0, 5), more=st.floats(1e-3, 5))
def test_cheaper_scores_higher(bound, room, first, more):
    low, anchor = np.array([bound, bound]), np.array([bound + room, bound + room])
    cheap, dear = scoring.score(bound + room * np.array([first, first + more]), low, anchor)
    assert cheap > dear


@pytest.mark.parametrize("bound", [10.0, 11.0, -np.inf, np.nan])
def test_score_without_meaning_is_refused(bound):
    with pytest.raises(InvalidInput, match="the anchor must cost more than the bound"):
        scoring.score(np.array([10.5]), np.array([bound]), np.array([10.0]))


def test_cost_below_its_bound_is_found_and_rounding_is_not():
    cost = np.array([100.0, 100.0 - 1e-8, 99.9, np.nan])
    assert scoring.below_bound(cost, np.full(4, 100.0)).tolist() == [False, False, True, True]


def test_interquartile_mean_drops_a_quarter_at_each_end():
    assert scoring.interquartile_mean(np.array([-1000.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1000.0])) == pytest.approx(3.5)
    assert scoring.interquartile_mean(np.array([7.0])) == pytest.approx(7.0)


def test_the_tail_mean_is_over_the_worst_twentieth_and_one_at_the_least():
    values = np.arange(40.0)
    assert scoring.tail_mean(values) == scoring.tail_mean(values.reshape(5, 8)[::-1]) == pytest.approx(38.5)
    assert scoring.tail_mean(values[:3]) == pytest.approx(2.0)
    assert scoring.tail_mean(values, share=1.0) == pytest.approx(values.mean())


@given(TABLES)
def test_interval_is_the_same_each_time_and_inside_the_range(table):
    np.random.seed(1)  # noqa: NPY002 - the global generator must not matter
    first = scoring.interval(table)
    np.random.seed(2)  # noqa: NPY002
    assert scoring.interval(table) == first
    assert table.min() - 1e-9 <= first[0] <= first[1] <= table.max() + 1e-9


def test_interval_covers_the_mean_of_its_population():
    generator = np.random.default_rng(0)
    samples = [scoring.interval(generator.normal(size=(2, 32)), scoring.mean) for _ in range(60)]
    assert sum(low <= 0.0 <= high for low, high in samples) >= 50


def test_resamples_are_stratified_by_day():
    table = np.tile(np.arange(8.0), (3, 1))  # seeds agree on every day: drawing seeds adds nothing
    one = np.arange(8.0)[None]
    wide, narrow = (np.ptp(scoring.interval(t, scoring.mean)) for t in (one, table))
    assert narrow == pytest.approx(wide, rel=0.15)
