"""An instance: its parts add up, its names lead back to their columns and rows, its relaxation bounds the day."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from gridbench.errors import InvalidInput, UnknownName
from gridbench.oracle import Instance, solve


@pytest.fixture(scope="module")
def instance(scenario):
    return Instance(scenario, "test", 0)


@pytest.fixture(scope="module")
def relaxed(instance):
    return instance.relax()


def test_the_parts_add_up_to_the_problem(instance):
    p = instance.problem
    whole = p.n, p.A.shape[0], p.cone_sizes.size, int(p.integer.sum()), p.A.nnz + p.G.nnz
    assert astuple(instance.sizes) == whole
    assert instance.parts["gen"].integers == instance.scenario.steps
    assert instance.parts["load3"].columns == 0


def test_the_table_leaves_out_what_is_empty(instance):
    lines = instance.table().splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["grid", "load4", "gen", "cell", "sun", "reg", "bank", "network", "total"]
    assert lines[-1].split()[1:] == [str(size) for size in astuple(instance.sizes)]


@pytest.mark.parametrize("kind", ["columns", "rows", "cones"])
def test_every_name_leads_back(instance, kind):
    names = getattr(instance, kind)
    every = names.all()
    assert len(set(every)) == len(every) == getattr(instance.sizes, kind)
    assert [names.number(name) for name in every[::7]] == list(range(0, len(every), 7))


@pytest.mark.parametrize(("kind", "name"), [
    ("columns", "cell.charge_mw[3]"), ("columns", "u[b4, 3]"), ("columns", "P[l2, 0]"), ("columns", "cell.missing_mwh"),
    ("columns", "voltage.over_pu2[b1, 5]"), ("columns", "loading.over[l1, 5]"), ("rows", "p balance[b0, 2]"),
    ("rows", "voltage drop[l5, 2]"), ("rows", "gen.minimum up time[1]"), ("rows", "cell.energy_mwh advance[5]"),
    ("rows", "reg.factor #2[1]"), ("rows", "cell.closing.energy returned"), ("cones", "flow[l3, 4]"),
    ("cones", "sun.inverter[0]"),
])  # fmt: skip
def test_names_as_one_would_say_them(instance, kind, name):
    names = getattr(instance, kind)
    assert str(names.places[names.number(name)]) == name


def test_a_row_bears_the_name_of_its_law(instance):
    """At any point, the rows named after a law are off by what the law is off on numbers."""
    p, gen = instance.problem, instance.formulation.days["gen"]
    x = np.random.default_rng(0).normal(size=p.n)
    held = {name: column.value(x) for name, column in gen.controls.items()}
    gap = held["p_mw"] - gen.device.p_max_mw * held["on"]
    np.testing.assert_allclose((p.A @ x - p.row_upper)[p.rows["gen.maximum output"]], gap)


def test_an_unknown_name_says_which_is_near(instance, relaxed):
    with pytest.raises(UnknownName, match=r"unknown column 'cell.charge_mw\[6\]'.*cell.charge_mw\["):
        relaxed.value("cell.charge_mw[6]")
    with pytest.raises(UnknownName, match="unknown bus 'b9'"):
        relaxed.prices.at("b9")
    with pytest.raises(UnknownName, match="unknown row 'p balances'"):
        relaxed.multipliers("p balances")
    with pytest.raises(InvalidInput, match="there is no day 5"):
        Instance(instance.scenario, "test", 5)


def test_the_relaxation_bounds_the_day_and_knows_its_values_by_name(scenario, relaxed, root):
    assert relaxed.status == "Solved"
    assert relaxed.bound_usd <= relaxed.money_usd * (1.0 + 1e-9)
    assert relaxed.money_usd == pytest.approx(root.money, rel=1e-6)
    assert relaxed.bound_usd <= solve(scenario, "test", 0, time_limit_s=10.0, gap=1e-2).witness_usd
    assert relaxed.values["u"].shape == (scenario.steps, 6)
    assert relaxed.value("u[b4, 3]") == relaxed.values["u"][3, 3]
    assert relaxed.value("cell.energy_mwh after[5]") == relaxed.values["cell.energy_mwh after"][5]


def test_no_time_leaves_a_valid_bound(instance, relaxed):
    hasty = instance.relax(time_limit_s=1e-6)
    assert hasty.status == "MaxTime"
    assert hasty.bound_usd <= relaxed.money_usd
