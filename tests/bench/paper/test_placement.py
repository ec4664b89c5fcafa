"""The best buses for units: the search against brute force, its bound against any placement."""

import itertools

import numpy as np
import pytest

from gridbench.bench.paper.baran_wu import baran_wu, placement_variant
from gridbench.bench.paper.losses import flow
from gridbench.bench.paper.placement import PlacementSearch, along
from gridbench.bench.paper.unit_sizing import UnitSizing
from gridbench.errors import SolverError

FIGURES = 111.0299, 87.1673, 72.7869, 67.8685, 28.5050, 11.7410
SIZES_MW = (2.5902,), (0.8515, 1.1576), (0.8017, 1.0913, 1.0536)


@pytest.fixture(scope="module")
def feeder():
    return placement_variant().base()


def test_losses_are_those_that_are_printed(found):
    lines = found["placement"]
    assert [line.computed for line in lines] == pytest.approx(FIGURES, abs=1e-4)
    assert all(line.agrees for line in lines)


@pytest.mark.parametrize("units", [1, 2, 3])
def test_sizes_are_those_of_another_program(feeder, units):
    found = PlacementSearch(feeder, units, reactive=False).run()
    sizes = found.sizes.p_mw[found.sizes.p_mw > 1e-6]
    assert sorted(sizes) == pytest.approx(sorted(SIZES_MW[units - 1]), abs=1e-4)


@pytest.mark.parametrize(("units", "reactive"), [(1, False), (1, True), (2, False)])
def test_the_search_finds_what_trying_every_set_finds(feeder, units, reactive):
    sizing = UnitSizing(feeder, reactive=reactive)
    sets = itertools.combinations(range(1, len(feeder.buses)), units)
    least = min(sizing.best(np.array(buses)).bound_kw for buses in sets)
    found = PlacementSearch(feeder, units, reactive=reactive).run()
    assert found.bound_kw == pytest.approx(least, rel=1e-6)
    assert found.proved


@pytest.mark.parametrize(("reactive", "least_kw"), [(False, (103.97, 85.91, 71.46)), (True, (61.36, 28.49, 11.63))])
def test_on_the_original_system_other_losses_come_out(reactive, least_kw):
    base = baran_wu().base()
    found = [PlacementSearch(base, units, reactive=reactive).run() for units in (1, 2, 3)]
    assert [one.flow.losses_kw for one in found] == pytest.approx(least_kw, abs=0.005)
    assert all(one.proved for one in found)


def test_units_that_bring_no_gain_are_left_out():
    """On a feeder of two buses a second unit has nowhere to go."""
    short = baran_wu().base().below("32", 1.0)
    one, two = (PlacementSearch(short, units, reactive=True).run() for units in (1, 2))
    assert two.flow.losses_kw == pytest.approx(one.flow.losses_kw, abs=1e-6)


@pytest.mark.parametrize("reactive", [False, True])
def test_no_placement_at_random_beats_the_bound(feeder, reactive):
    rng = np.random.default_rng(5)
    bound = PlacementSearch(feeder, 3, reactive=reactive).run().bound_kw
    for _ in range(50):
        buses = rng.choice(np.arange(1, 33), 3, replace=False)
        p, q = np.zeros((2, 33))
        p[buses], q[buses] = rng.uniform(0.2, 1.5, 3), reactive * rng.uniform(0.0, 1.2, 3)
        assert flow(feeder, p, q).losses_kw > bound


def test_the_cones_are_exact(feeder):
    """The power flow with the proposed sizes loses what the cone problem says."""
    sizing = UnitSizing(feeder, reactive=True)
    for bus in (5, 12, 17, 29):
        sizes = sizing.best(np.array([bus]))
        assert flow(feeder, sizes.p_mw, sizes.q_mvar).losses_kw == pytest.approx(sizes.bound_kw, rel=1e-6)


def test_buses_along_the_feeder_keep_parts_together(feeder):
    order, parent = along(feeder), feeder.arrays.parent
    assert sorted(order) == list(range(1, 33))
    place = {bus: k for k, bus in enumerate(order)}
    for k, start in enumerate(parent):
        assert start == 0 or place[start] < place[k + 1]


def test_an_unfinished_cone_problem_is_an_error(feeder, monkeypatch):
    sizing = UnitSizing(feeder, reactive=False)

    class Broken:
        status, usable = "Unsolved", False

    monkeypatch.setattr("gridbench.bench.paper.unit_sizing.solve_conic", lambda *_: Broken)
    with pytest.raises(SolverError, match="Unsolved"):
        sizing.best(np.array([5]))
