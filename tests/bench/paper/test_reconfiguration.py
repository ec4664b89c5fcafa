"""The tree with the least losses: bounds against all trees, on the Baran-Wu system and on small grids."""

from dataclasses import replace

import numpy as np
import pandapower.networks
import pytest
from trees import all_losses_kw

from gridbench.bench.paper.baran_wu import SwitchedGrid, baran_wu, placement_variant
from gridbench.bench.paper.losses import flow, within
from gridbench.bench.paper.reconfiguration import best_tree
from gridbench.bench.paper.tree_choice import arcs_of, tree_choice
from gridbench.errors import NetworkError, SolverError
from gridbench.oracle.conic import solve_conic
from gridbench.oracle.safe_bound import safe_bound


@pytest.fixture(scope="module")
def every_tree():
    return all_losses_kw(baran_wu().raw)


@pytest.fixture(scope="module")
def small():
    """Buses 1, 2, 3, 4, 5, 19, 20, 23 of the Baran-Wu system, with three more branches: 8 buses, 10 branches."""
    raw = baran_wu().raw
    kept = {"1", "2", "3", "4", "5", "19", "20", "23"}
    branches = [one for one in raw.branches if {one.from_bus, one.to_bus} <= kept]
    ties = [
        replace(branches[0], name=f"tie{a}-{b}", from_bus=a, to_bus=b, r_pu=0.01, x_pu=0.01)
        for a, b in (("5", "20"), ("23", "4"), ("19", "23"))
    ]
    buses = tuple(bus for bus in raw.buses if bus.name in kept)
    loads = tuple(one.times(8.0) for one in raw.loads if one.bus in kept)
    grid = replace(raw, buses=buses, branches=(*branches, *ties), loads=loads)
    return SwitchedGrid(grid, tuple(tie.name for tie in ties))


def test_figures_are_those_of_pandapower():
    net, grid = pandapower.networks.case33bw(), baran_wu().raw
    base_ohm = 12.66**2
    assert [one.r_pu * base_ohm for one in grid.branches] == pytest.approx(list(net.line.r_ohm_per_km))
    assert [one.x_pu * base_ohm for one in grid.branches] == pytest.approx(list(net.line.x_ohm_per_km))
    assert [one.p_mw for one in grid.loads] == pytest.approx(list(net.load.p_mw))
    assert [one.q_mvar for one in grid.loads] == pytest.approx(list(net.load.q_mvar))
    assert [one.name not in baran_wu().normally_open for one in grid.branches] == list(net.line.in_service)


def test_the_variant_differs_in_one_branch():
    differing = [
        (one, other) for one, other in zip(baran_wu().raw.branches, placement_variant().raw.branches, strict=True) if one != other
    ]
    assert [(one.from_bus, one.to_bus) for one, _ in differing] == [("7", "8")]
    assert flow(placement_variant().base()).losses_kw == pytest.approx(210.998, abs=1e-3)


def test_losses_are_those_that_are_printed(found):
    base, lowest, least, then = found["reconfiguration"]
    assert base.computed == pytest.approx(202.677, abs=1e-3)
    assert lowest.computed == pytest.approx(0.91309, abs=1e-5)
    assert least.computed == pytest.approx(139.5513, abs=1e-4)
    assert then.computed == pytest.approx(0.93782, abs=1e-5)
    assert least.solution == "open 7, 9, 14, 32, 37"
    assert all(line.agrees for line in found["reconfiguration"])


@pytest.mark.slow
def test_no_tree_of_all_loses_less(found, every_tree):
    """Every tree by phasors: none beats the one found, and none but those computed lies below the bound of the others."""
    opened, losses = every_tree
    assert len(opened) == 50751
    order = np.argsort(np.where(np.isnan(losses), np.inf, losses))
    least = found["reconfiguration"][2]
    assert losses[order[0]] == pytest.approx(least.computed, abs=1e-6)
    assert tuple(opened[order[0]] + 1) == (7, 9, 14, 32, 37)
    assert losses[order[1]] == pytest.approx(139.9782, abs=1e-4)
    others = float(least.certified.split(">= ")[1].split(" kW")[0])
    assert least.computed < others <= losses[order[1]] + 0.005


def test_the_relaxation_is_below_every_tree(small):
    grid, arcs = small.raw, arcs_of(small.raw)
    base_kw = flow(small.base()).losses_kw
    opened, losses = all_losses_kw(grid)
    problem = tree_choice(grid, arcs, base_kw)
    solution = solve_conic(problem, 10.0)
    assert safe_bound(problem, solution.y, solution.w) < losses.min()
    for out, lost in zip(opened, losses, strict=True):
        if lost > base_kw:
            continue
        tree = small.feeder(grid.branches[k].name for k in out)
        pairs = {(branch.from_bus, branch.to_bus) for branch in tree.branches}
        names = [bus.name for bus in grid.buses]
        on = np.array([(names[a], names[b]) in pairs for a, b in zip(arcs.start, arcs.end, strict=True)], dtype=float)
        kept = solve_conic(problem.fixed(problem.columns["on"], on), 10.0)
        assert kept.feasible
        assert kept.money == pytest.approx(lost, rel=1e-6), "on a tree the relaxation is exact"


def test_the_search_finds_the_best_of_a_small_grid(small):
    _, losses = all_losses_kw(small.raw)
    best = best_tree(small)
    assert best.proved
    assert best.flow.losses_kw == pytest.approx(losses.min(), rel=1e-7)
    assert np.sum(losses < best.others_kw) <= best.trees


def test_a_search_without_time_proves_nothing(small):
    best = best_tree(small, time_limit_s=0.0)
    assert not best.proved
    assert best.opened == small.normally_open


def test_what_losses_say_holds_of_every_tree(small):
    grid = small.raw
    r, x = (np.array([getattr(one, name) for one in grid.branches]) for name in ("r_pu", "x_pu"))
    for out in all_losses_kw(grid)[0]:
        lost = flow(small.feeder(grid.branches[k].name for k in out))
        assert 1.0 - within(lost.losses_kw, grid.base_mva, r, x).v_off <= lost.v_min_pu


def test_open_branches_that_leave_no_tree_are_refused():
    with pytest.raises(NetworkError, match="loop"):
        baran_wu().feeder(("33", "34", "35", "36"))


def test_losses_of_a_flow_without_solution_are_refused():
    grid = baran_wu()
    with pytest.raises(SolverError, match="no solution"):
        flow(grid.base().scaled(load=10.0))
