"""Profiles, probability of improvement, Borda points: their laws, and whether their intervals keep what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridbench.bench import score as scoring
from gridbench.bench.statistics import borda, improvement, improvement_estimate, profile, share_at_least
from gridbench.errors import InvalidInput

SCORES = st.sampled_from([-2.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0])
TABLES = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 7)), elements=SCORES)
PAIRS = st.integers(1, 6).flatmap(
    lambda days: st.tuples(*[arrays(np.float64, st.tuples(st.integers(1, 3), st.just(days)), elements=SCORES)] * 2)
)
TAUS = np.linspace(-1.0, 1.0, 9)


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_seeds_is_of_no_account(table, random):
    seeds = list(range(len(table)))
    random.shuffle(seeds)
    assert scoring.interquartile_mean(table[seeds].ravel()) == pytest.approx(scoring.interquartile_mean(table.ravel()))
    np.testing.assert_array_equal(profile([table[seeds]], TAUS).share, profile([table], TAUS).share)
    other = np.roll(table, 1, axis=1)
    assert improvement(table[seeds], other) == pytest.approx(improvement(table, other))


@given(st.lists(TABLES, min_size=1, max_size=3))
def test_a_profile_falls_from_one_and_lies_in_its_band_of_shares(tables):
    found = profile(tables, TAUS)
    for curve in (found.share, found.low, found.high):
        assert np.all(np.diff(curve) <= 1e-12)
        assert np.all((curve >= -1e-12) & (curve <= 1.0 + 1e-12))
    assert np.all(found.low <= found.high)
    assert share_at_least(tables[0].ravel(), np.array([-np.inf]))[0] == 1.0


@given(TABLES)
def test_a_profile_counts_episodes_and_its_area_is_the_mean(table):
    fine = np.linspace(-2.0, 1.0, 3001)
    share = share_at_least(table.ravel(), fine)
    assert share[1500] == pytest.approx(np.mean(table >= fine[1500]))
    assert -2.0 + share[1:].sum() * 1e-3 == pytest.approx(table.mean(), abs=2e-3)


@given(PAIRS)
def test_what_one_wins_the_other_loses_and_ties_are_halved(pair):
    x, y = pair
    assert improvement(x, y) + improvement(y, x) == pytest.approx(1.0)
    assert improvement(x, x[:1] if len(x) == 1 else x) == pytest.approx(0.5)
    assert improvement(x + 5.0, y) == 1.0
    found = improvement_estimate([pair])
    assert 0.0 <= found.low <= found.high <= 1.0
    assert found.value == pytest.approx(improvement(x, y))


def test_days_are_compared_with_themselves():
    """One is better by a little on every day, however much the days differ: unpaired, that would be near a half."""
    days = np.linspace(-5.0, 1.0, 12)[None]
    assert improvement(days + 1e-3, days) == 1.0
    assert improvement_estimate([(days + 1e-3, days)]).low == 1.0
    with pytest.raises(InvalidInput, match="compare the same days"):
        improvement(days, days[:, 1:])


def test_nothing_to_compare_is_refused():
    for call in (lambda: improvement_estimate([]), lambda: profile([], TAUS)):
        with pytest.raises(InvalidInput, match="one scenario"):
            call()


def test_the_global_random_state_is_neither_read_nor_changed():
    table, other = np.arange(12.0).reshape(3, 4) % 5, np.arange(8.0).reshape(2, 4) % 3
    found = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002 - the global generator must not matter
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        found.append((improvement_estimate([(table, other)]), profile([table], TAUS).low.tolist(), scoring.interval(table)))
        assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert found[0] == found[1]


@pytest.mark.parametrize("seeds", [1, 4])
def test_intervals_cover_the_truth_about_as_often_as_they_say(seeds):
    """Days differ, seeds differ within a day; the truth is known. Percentile intervals of 30 days cover the mean at 93 %."""
    generator = np.random.Generator(np.random.PCG64(11))
    hits = {"mean": 0, "improvement": 0, "profile": 0}
    for _ in range(200):
        day = generator.normal(0.5, 0.2, size=(1, 30))
        x = day + generator.normal(0.0, 0.1, size=(seeds, 30))
        y = day + generator.normal(0.0, 0.1, size=(seeds, 30))
        low, high = scoring.interval(x, scoring.mean)
        hits["mean"] += low <= 0.5 <= high
        found = improvement_estimate([(x, y)])
        hits["improvement"] += found.low <= 0.5 <= found.high
        band = profile([x], np.array([0.5]))
        hits["profile"] += band.low[0] <= 0.5 <= band.high[0]
    assert all(0.9 <= hit / 200 <= 1.0 for hit in hits.values()), hits


def test_borda_counts_who_is_beaten():
    names = ("a", "b", "c")
    scores = [{"a": 0.9, "b": 0.5, "c": 0.5}, {"a": 0.1, "b": 0.2}, {"a": None, "b": None, "c": 0.0}]
    assert borda(scores, names) == {"a": 2.0 + 1.0, "b": 0.5 + 2.0, "c": 0.5 + 0.0 + 2.0}


@given(st.lists(st.fixed_dictionaries({name: st.none() | SCORES for name in "abcd"}), min_size=1, max_size=4))
def test_borda_shares_out_one_point_a_pair_and_scenario_unless_both_are_out(scores):
    points = borda(scores, "abcd")
    out = [sum(value is None for value in one.values()) for one in scores]
    assert sum(points.values()) == pytest.approx(sum(6 - n * (n - 1) / 2 for n in out))
    assert all(0.0 <= one <= 3.0 * len(scores) for one in points.values())


@given(st.lists(st.fixed_dictionaries(dict.fromkeys("abc", SCORES)), min_size=1, max_size=4))
def test_borda_asks_for_the_order_alone(scores):
    stretched = [{name: 3.0 * value**3 + value for name, value in one.items()} for one in scores]
    assert borda(scores, "abc") == borda(stretched, "abc")
