"""Solvers that fail cost width: the interval stays valid, and the status says why it is wide."""

from __future__ import annotations

import os

import clarabel
import highspy
import numpy as np
import pytest
import scipy.sparse as sp

from gridbench.errors import SolverError
from gridbench.oracle import highs, solve
from gridbench.oracle.certify import Replay, idle_asks
from gridbench.oracle.master import Master
from gridbench.oracle.projection import Projection

CALLS = (1, 2, 3, 4, 6, 10)


class PanicException(BaseException):
    """What a panic of Rust looks like from Python."""


@pytest.fixture(scope="module")
def sound(scenario):
    return solve(scenario, "test", 0, time_limit_s=30.0, gap=1e-4)


@pytest.fixture
def breaks(monkeypatch):
    """Let a function of a solver raise in its k-th call, or in every call where k is None."""

    def arm(owner, name, error, k):
        real, count = getattr(owner, name), iter(range(1, 100000))

        def broken(*args, **kwargs):
            if k is None or next(count) == k:
                raise error
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, broken)

    return arm


def check(found, sound):
    assert found.bound_usd <= sound.witness_usd
    assert sound.bound_usd <= found.witness_usd
    assert np.isfinite(found.bound_usd)
    assert found.status == "gap reached" or found.status.startswith("solver failed: ")


@pytest.mark.parametrize("error", [RuntimeError("numbers"), PanicException("index out of bounds")])
@pytest.mark.parametrize("k", CALLS)
def test_clarabel_fails_in_one_call(scenario, sound, breaks, error, k):
    breaks(clarabel, "DefaultSolver", error, k)
    found = solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-4)
    check(found, sound)
    assert found.gap < 0.05


@pytest.mark.parametrize(("name", "k"), [("run", 1), ("run", 2), ("passModel", 1), ("addRows", 1), ("addRows", 20)])
def test_highs_fails_in_one_call(scenario, sound, breaks, name, k):
    breaks(highspy.Highs, name, MemoryError("HiGHS"), k)
    check(solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-4), sound)


def test_highs_fails_always(scenario, sound, breaks):
    breaks(highspy.Highs, "run", ValueError("no"), None)
    found = solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-4)
    check(found, sound)
    assert "HiGHS: ValueError: no" in found.status


def test_clarabel_fails_always(scenario, sound, breaks):
    breaks(clarabel, "DefaultSolver", PanicException("index out of bounds"), None)
    found = solve(scenario, "test", 0, time_limit_s=20.0)
    check(found, sound)
    assert found.status == "solver failed: Clarabel: PanicException: index out of bounds"
    np.testing.assert_array_equal(found.asks, idle_asks(scenario))


def test_an_interrupt_is_no_failure(scenario, breaks):
    breaks(clarabel, "DefaultSolver", KeyboardInterrupt(), 2)
    with pytest.raises(KeyboardInterrupt):
        solve(scenario, "test", 0, time_limit_s=20.0)


@pytest.mark.parametrize("money", [np.nan, ZeroDivisionError("flow")])
def test_no_plant_no_interval(scenario, monkeypatch, money):
    def cost_usd(*_):
        if isinstance(money, Exception):
            raise money
        return money

    monkeypatch.setattr(Replay, "cost_usd", cost_usd)
    with pytest.raises(SolverError, match="at rest"):
        solve(scenario, "test", 0)


def test_highs_is_not_asked_for_a_dual_bound_that_it_does_not_have(scenario, formulation, root):
    projection = Projection(formulation.problem, scenario.steps)
    none = np.zeros(formulation.problem.A.shape[0]), np.zeros(formulation.problem.G.shape[0])
    master = Master(projection, np.zeros(0, dtype=np.int64), 1, projection.cuts(*none).constant)
    assert master.solve(10.0, 1e-3, root.x).bound == -np.inf


def test_models_with_other_numbers_of_threads_take_turns():
    one, row = np.ones(1), sp.csr_array(np.ones((1, 1)))
    models = [highs.model(one, (0 * one, one), row, (one, one), options={"threads": threads}) for threads in (1, 2, 3, 1)]
    assert [highs.run(model) for model in models] == [highspy.HighsModelStatus.kOptimal] * 4


def test_highs_refuses_always(scenario, sound, monkeypatch):
    monkeypatch.setattr(highspy.Highs, "run", lambda _: highspy.HighsStatus.kError)
    found = solve(scenario, "test", 0, time_limit_s=20.0, gap=1e-4)
    check(found, sound)
    assert "HiGHS: cannot run the model" in found.status


def test_a_banner_of_highs_is_not_heard(monkeypatch, capfd):
    banners = iter([b"Running HiGHS"])

    class Loud(highspy.Highs):
        def __init__(self):
            super().__init__()
            os.write(1, next(banners, b""))

    monkeypatch.setattr(highspy, "Highs", Loud)
    highs._greeted.cache_clear()
    one, row = np.ones(1), sp.csr_array(np.ones((1, 1)))
    highs.run(highs.model(one, (0 * one, one), row, (one, one)))
    os.write(1, b"heard")
    assert capfd.readouterr().out == "heard"
