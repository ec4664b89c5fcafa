"""Boxes that follow from rows: rounded outwards, they hold what exact arithmetic finds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import odd_days as odd
import pytest
import tiny_grid as tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.oracle import Instance, solve
from gridbench.oracle.builder import Builder

LINKS = 12


def chain(slopes, shares, sides):
    """Columns that follow from one another: slopes[k] x[k] + shares[k] x[k-1] = sides[k], x[-1] = 0."""
    builder = Builder()
    x = builder.column("x", (LINKS,), -1e9, 1e9)
    builder.eq(x[0] * slopes[0] - sides[0])
    for k in range(1, LINKS):
        builder.eq(x[k] * slopes[k] + x[k - 1] * shares[k] - sides[k])
    builder.cone("wide", (x[:1],), 1e12)
    builder.minimise(x)
    return builder.build()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_a_chain_of_rows_keeps_the_exact_point(seed):
    rng = np.random.default_rng(seed)
    slopes, shares = rng.uniform(0.3, 3.0, LINKS) * rng.choice([-1.0, 1.0], LINKS), rng.normal(size=LINKS)
    sides = rng.normal(size=LINKS) * 10.0 ** rng.integers(-3, 4, LINKS)
    problem = chain(slopes, shares, sides)
    low, high = problem.outer
    exact = Fraction(0)
    for k in range(LINKS):
        exact = (Fraction(sides[k]) - Fraction(shares[k]) * exact * (k > 0)) / Fraction(slopes[k])
        assert Fraction(low[k]) <= exact <= Fraction(high[k])
    assert np.array_equal(problem.lower, problem.upper)
    assert np.all(problem.blur <= 1e-6 * (1.0 + np.abs(problem.lower)))


def test_boxes_that_no_row_moves_stay_sharp():
    builder = Builder()
    x = builder.column("x", (3,), -1.0, 2.0)
    builder.le(x[0] + x[1] - 5.0)
    builder.cone("wide", (x[:1],), 10.0)
    builder.minimise(x)
    assert not builder.build().blur.any()


@pytest.mark.parametrize("ask", [lambda day: solve(day, "test", 0), lambda day: Instance(day, "test", 0).why_infeasible()])
def test_a_broken_law_without_decisions_is_refused_by_name(ask):
    day = odd.added(tiny.scenario(6), odd.Licence())
    demand = day.window("test", 0)["load_a"]
    assert (demand > 1.0).sum() == 1
    with pytest.raises(InvalidInput, match=rf"1 fault.*\n.*licence.permitted demand\[{demand.argmax()}\]: is broken by 0.0\d*,"):
        ask(day)


def test_a_law_without_decisions_that_holds_is_no_row():
    names = Instance(odd.added(tiny.scenario(6), odd.Licence(most_pu=2.0)), "test", 0).rows.all()
    assert not any(name.startswith("licence") for name in names)


@pytest.mark.parametrize("gap", [1e-3, np.nan])
def test_rows_without_columns_of_both_kinds_are_refused(gap):
    for add, broken in ((Builder.le, gap), (Builder.eq, gap), (Builder.eq, -gap)):
        builder = Builder()
        x = builder.column("x", (2,), -1.0, 2.0)
        add(builder, x * 0.0 + np.array([0.0, broken]), "law")
        builder.cone("wide", (x[:1],), 10.0)
        builder.minimise(x)
        with pytest.raises(InvalidInput, match=r"law\[1\]: is broken by"):
            builder.build()
