"""Cost curves agree with each other, with the generator and with sums made by hand, and the oracle reads the convex ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import GENERATORS

from gridbench.errors import InvalidInput
from gridbench.oracle.affine import affine
from gridbench.physics.curves import Piecewise, polynomial, quadratic
from gridbench.physics.terms import Values

powers = st.floats(-5, 5)
prices = st.floats(-300, 300)
ascending = st.lists(st.integers(-40, 40), min_size=2, max_size=8, unique=True).map(
    lambda found: tuple(n / 8 for n in sorted(found))
)


@given(p=powers, square=prices, linear=prices, fixed=prices)
def test_a_parabola_is_the_polynomial_of_its_three_coefficients(p, square, linear, fixed):
    assert quadratic(p, square, linear, fixed) == pytest.approx(polynomial(p, (square, linear, fixed)), abs=1e-9)


@given(p=powers, coefficients=st.lists(prices, min_size=1, max_size=6))
def test_a_polynomial_is_the_sum_of_its_powers(p, coefficients):
    wanted = sum(c * p**degree for degree, c in enumerate(reversed(coefficients)))
    assert polynomial(p, coefficients) == pytest.approx(wanted, abs=1e-7)


@given(p=powers, linear=prices, fixed=prices, mw=ascending)
def test_a_piecewise_curve_through_points_of_a_line_is_the_line(p, linear, fixed, mw):
    curve = Piecewise(mw, tuple(quadratic(at, 0.0, linear, fixed) for at in mw))
    assert curve.at(p) == pytest.approx(quadratic(p, 0.0, linear, fixed), abs=1e-8)
    np.testing.assert_allclose(curve.segments(), linear, atol=1e-8)
    assert curve.convex()


@given(mw=ascending, square=st.integers(1, 300), linear=prices, share=st.floats(0, 1))
def test_a_piecewise_curve_through_points_of_a_parabola_meets_them_and_lies_above_it_between(mw, square, linear, share):
    curve = Piecewise(mw, tuple(quadratic(at, square, linear, 1.0) for at in mw))
    between = mw[0] + share * (mw[-1] - mw[0])
    np.testing.assert_array_equal(curve.at(np.array(mw)), curve.usd_per_h)
    assert curve.convex()
    assert curve.at(between) >= quadratic(between, square, linear, 1.0) - 1e-8
    assert not Piecewise(mw, tuple(-usd for usd in curve.usd_per_h)).convex() or len(mw) == 2


def test_a_curve_that_gets_cheaper_is_evaluated_all_the_same():
    curve = Piecewise((0.0, 1.0, 3.0), (5.0, 45.0, 65.0))
    np.testing.assert_allclose(curve.at(np.array([[-0.5, 0.0, 0.5], [1.0, 2.0, 4.0]])), [[-15, 5, 25], [45, 55, 75]])
    np.testing.assert_allclose(curve.segments(), [40.0, 10.0])
    assert not curve.convex()


@pytest.mark.parametrize(
    ("mw", "usd_per_h", "faults"),
    [
        ((0.0, 2.0, 1.0), (0.0, 1.0, 2.0), ["the power 1.0 MW follows 2.0 MW: powers must ascend"]),
        ((1.0, 1.0), (0.0, 1.0), ["the power 1.0 MW follows 1.0 MW: powers must ascend"]),
        ((0.0,), (0.0,), ["1 powers make no segment: give at least two"]),
        ((0.0, 1.0), (0.0, float("nan")), ["a power or a cost is not finite: give numbers"]),
        (
            (1.0, 0.0),
            (2.0,),
            ["2 powers and 1 costs: give one cost a power", "the power 0.0 MW follows 1.0 MW: powers must ascend"],
        ),
    ],
)
def test_points_that_are_no_curve_are_refused_with_every_fault(mw, usd_per_h, faults):
    with pytest.raises(InvalidInput) as refusal:
        Piecewise(mw, usd_per_h)
    assert list(refusal.value.faults) == faults


def test_a_polynomial_without_coefficients_is_refused():
    with pytest.raises(InvalidInput, match="give at least the constant"):
        polynomial(1.0, ())


@pytest.mark.parametrize("device", GENERATORS, ids=lambda d: d.name)
@given(
    share=st.floats(0, 1), on=st.sampled_from([0.0, 1.0]), start=st.sampled_from([0.0, 1.0]), step_h=st.sampled_from([0.25, 1.0])
)
def test_a_generator_burns_what_the_curve_says_to_the_bit(device, share, on, start, step_h):
    p_mw = on * share * device.p_max_mw
    curve = quadratic(p_mw, device.cost_usd_per_mw2h, device.cost_usd_per_mwh, device.cost_usd_per_h, on)
    money = device.cost(Values(), Values(p_mw=p_mw, on=on, start=start), Values(), step_h)
    assert money == {"generation": step_h * curve, "start": device.start_usd * start}


def test_the_oracle_reads_a_parabola_and_a_line_and_no_higher_polynomial():
    p_mw = np.array([0.1, 0.4])
    read = quadratic(affine(p_mw), 100.0, 72.4, 0.5)
    squares = sum(weight * square.constant**2 for weight, square in read.terms)
    np.testing.assert_allclose(read.part.constant + squares, quadratic(p_mw, 100.0, 72.4, 0.5))
    np.testing.assert_allclose(polynomial(affine(p_mw), (72.4, 0.5)).constant, polynomial(p_mw, (72.4, 0.5)))
    with pytest.raises(TypeError, match="multiplies two of them"):
        polynomial(affine(p_mw), (100.0, 72.4, 0.5))
