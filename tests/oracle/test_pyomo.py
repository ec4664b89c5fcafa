"""A third reading of the same laws, by Pyomo: the plant's days are its points, and other solvers agree with the pipeline."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_grid as tiny

from gridbench.errors import InvalidInput, SolverError, UnknownName
from gridbench.oracle import solve
from gridbench.physics.branch_flow import behind_transformer
from gridbench.physics.reach import least_slacks
from gridbench.physics.terms import MONEY, Cone, Eq, Le, Values
from gridbench.plant.plant import Plant

sys.path.append(str(Path(__file__).parent.parent / "scenario"))
from mixed_grid import mixed
from plug_in_heater import Heater

pyo = pytest.importorskip("pyomo.environ")

from gridbench.oracle import pyomo_solve  # noqa: E402
from gridbench.oracle.pyomo_device import controls, hold  # noqa: E402
from gridbench.oracle.pyomo_model import pyomo_model  # noqa: E402
from gridbench.oracle.pyomo_solve import SUFFIXES, excess, export, solve_with  # noqa: E402

needs_scip = pytest.mark.skipif(importlib.util.find_spec("pyscipopt") is None, reason="pyscipopt is not installed")
ROOM = 1e-5
"""Relative room for the feasibility tolerance of SCIP, 1e-6 a row."""


def small(steps=2, without=(), **options):
    found = tiny.scenario(steps, positions=1, min_up=1, capacitors=1, **options)
    return replace(found, devices=tuple(d for d in found.devices if d.name not in without))


def heated():
    found = small(without=("cell",))
    tank = Heater(name="tank", bus="b3", power_mw=0.2, heat_mwh=2.0, outside="pv_a")
    operator = replace(found.agents[0], devices=(*found.agents[0].devices, "tank"))
    return replace(found, devices=(*found.devices, tank), agents=(operator,))


def at_root():
    found = small()
    moved = {"reg": {"branch": "l0"}, "bank": {"bus": "b0"}}
    return replace(found, devices=tuple(replace(d, **moved.get(d.name, {})) for d in found.devices))


SCENARIOS = {
    "two steps": small,
    "regulator and bank at the root": at_root,
    "six steps": tiny.scenario,
    "energy is paid for": lambda: small(3, cheaper=30.0),
    "device of one's own": heated,
    "cars, flexible load and outages": lambda: mixed(6),
}


@pytest.fixture(scope="module", params=SCENARIOS)
def case(request):
    scenario = SCENARIOS[request.param]()
    return scenario, solve(scenario, "test", 0, time_limit_s=15.0, gap=1e-3)


def put(variable, value):
    variable.set_value(float(value), skip_validation=True)


def insert(model, scenario, asks):
    """Set every variable of a model to what the plant does when it is asked for a schedule; return the plant's steps."""
    plant = Plant(scenario)
    plant.reset([scenario.window("test", 0)])
    steps = [plant.step(row[None].astype(float)) for row in asks]
    for t, step in enumerate(steps):
        for names, numbers, part in (
            (plant.layout.controls, step.controls, "control"), (plant.layout.states, step.states, "state"),
        ):  # fmt: skip
            for name, number in zip(names, numbers[0], strict=True):
                device, field = name.rsplit(".", 1)
                put(getattr(model.device[device], part)[field, t], number)
        insert_network(model, scenario, t, step)
        insert_positions(model, scenario, t)
    for device in scenario.devices:
        block = model.device[device.name]
        last = Values(**{name: block.state[name, scenario.steps - 1].value for name in device.states()})
        rows = lambda slack, d=device, last=last: d.closing_limits(Values(**d.initial()), last, slack)  # noqa: E731
        for name, slack in least_slacks(device.closing(), rows).items():
            put(block.closing[name], slack)
    return steps


def insert_network(model, scenario, t, step):
    tree, base = scenario.feeder.arrays, scenario.feeder.base_mva
    for k, bus in enumerate(model.voltage):
        put(model.v2[bus, t], step.v_pu[0, k + 1] ** 2)
        insert_excess(model.voltage[bus], scenario.voltage, Values(u_pu2=step.v_pu[0, k + 1] ** 2), t)
    for k, line in enumerate(model.loading):
        put(model.i2[line, t], (step.loading[0, k] * tree.rating[k]) ** 2)
        put(model.P[line, t], step.flow_p_mw[0, k] / base)
        put(model.Q[line, t], step.flow_q_mvar[0, k] / base)
        insert_excess(model.loading[line], scenario.loading, Values(l_pu2=step.loading[0, k] ** 2), t)


def insert_excess(block, limit, w, t):
    for name, number in limit.settle(Values(), Values(), w, 1.0).items():
        put(block.control[name, t], number)


def insert_positions(model, scenario, t):
    feeder = scenario.feeder
    known = {bus.name: model.v2[bus.name, t].value for bus in feeder.buses[1:]} | {feeder.root: feeder.root_voltage_pu**2}
    for device in (*scenario.regulators, *scenario.banks):
        block, taken = model.tap[device.name], round(model.device[device.name].control["position", t].value)
        if device in scenario.banks:
            v2 = known[device.bus]
            scaled = v2 * device.susceptance_mvar(taken) / feeder.base_mva
        else:
            k = feeder.branch_index(device.branch)
            v2 = known[feeder.branches[k].from_bus]
            scaled = behind_transformer(v2, feeder.arrays.ratio[k] * device.ratio(taken))
        put(block.scaled[t], scaled)
        span = device.positions()
        for n in range(span.lo, span.hi + 1):
            put(block.at[n, t], n == taken)
            put(block.v2[n, t], v2 if n == taken else 0.0)


def replayed(scenario, model):
    """Return the plant's money of a model's point."""
    plant, total = Plant(scenario), 0.0
    plant.reset([scenario.window("test", 0)])
    for t in range(scenario.steps):
        asked = [d.ask_of(controls(model.device[d.name], d, t)).values() for d in scenario.devices]
        total += plant.step(np.array([[pyo.value(ask) for asks in asked for ask in asks]])).cost_usd[0]
    return total


def money_of(model):
    found = dict.fromkeys(MONEY, 0.0)
    for block in (*model.device.values(), *model.voltage.values(), *model.loading.values()):
        for component, amount in block.money.items():
            found[component] += pyo.value(amount)
    return np.array(list(found.values()))


def test_every_day_of_the_plant_is_a_point_of_the_exact_model_at_the_same_money(case):
    scenario, dispatch = case
    rng, spans = np.random.default_rng(4), Plant(scenario).layout.ask_spans
    low, high = (np.array([span[k] for span in spans]) for k in (0, 1))
    wild = rng.uniform(low, high, (3, scenario.steps, len(spans))).astype(np.float32)
    model = pyomo_model(scenario, "test", 0, exact=True)
    for asks in (dispatch.asks, *wild):
        steps = insert(model, scenario, asks)
        assert not any(step.blackout[0] for step in steps)
        assert excess(model)[0] <= 1e-6, excess(model)
        np.testing.assert_allclose(money_of(model), sum(step.money[0].sum(axis=0) for step in steps), atol=1e-6)
        assert pyo.value(model.cost) == pytest.approx(sum(step.cost_usd[0] for step in steps), rel=1e-9)
        if asks is dispatch.asks:
            assert pyo.value(model.cost) == pytest.approx(dispatch.witness_usd, rel=1e-9)


def test_excess_names_what_a_point_breaks(case):
    scenario, dispatch = case
    model = pyomo_model(scenario, "test", 0)
    insert(model, scenario, dispatch.asks)
    put(model.device["gen"].control["on", 1], 0.5)
    assert excess(model)[1] in {"device[gen].control[on,1]", "device[gen].row[commitment,1]", "device[gen].row[on after,1]"}
    put(model.device["gen"].control["on", 1], 7.0)
    assert excess(model)[0] >= 6.0


@needs_scip
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("name", ["two steps", "energy is paid for", "device of one's own"])
def test_scip_and_the_pipeline_agree(name, exact):
    scenario = SCENARIOS[name]()
    dispatch = solve(scenario, "test", 0, time_limit_s=15.0, gap=1e-3)
    model = pyomo_model(scenario, "test", 0, exact=exact)
    found = solve_with(model, "scip", 60.0, 1e-4, tuned=not exact)
    room = ROOM * dispatch.witness_usd
    assert found.gap <= 1e-4 * (1.0 + ROOM)
    assert found.lower_usd <= dispatch.witness_usd + room
    if exact or name != "energy is paid for":  # there the pipeline knows more of currents than the cones
        assert dispatch.bound_usd <= found.upper_usd + room
    assert found.upper_usd == pyo.value(model.cost), "the best point stays in the model"
    if exact:
        assert replayed(scenario, model) == pytest.approx(found.upper_usd, rel=1e-4)


@needs_scip
def test_enumeration_scip_and_the_pipeline_agree():
    """Two steps, every commitment and every position: the cheapest of all lies in both intervals."""
    scenario = small(without=("cell", "bank"))
    model, ends = pyomo_model(scenario, "test", 0), []
    whole = solve_with(model, "scip", 60.0, 1e-6, tuned=True)
    chosen = [model.device[name].control[of, t] for name, of in (("reg", "position"), ("gen", "on")) for t in range(2)]
    for numbers in itertools.product((-1, 0, 1), (-1, 0, 1), (0, 1), (0, 1)):
        for variable, number in zip(chosen, numbers, strict=True):
            variable.fix(number)
        ends.append(solve_with(model, "scip", 60.0, 1e-6, tuned=True)[:2])
    lower, upper = np.min(ends, axis=0)
    dispatch = solve(scenario, "test", 0, time_limit_s=30.0, gap=1e-4)
    assert dispatch.bound_usd <= upper * (1.0 + ROOM)
    assert lower <= dispatch.witness_usd * (1.0 + 1e-6)
    assert whole.lower_usd <= upper * (1.0 + ROOM)
    assert lower <= whole.upper_usd * (1.0 + ROOM)
    assert upper == pytest.approx(whole.upper_usd, rel=2.0 * ROOM)


@pytest.fixture(scope="module")
def model():
    return pyomo_model(small(), "test", 0)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_hold_the_names_of_the_components(model, tmp_path, suffix):
    path = tmp_path / f"day{suffix}"
    export(model, path)
    named = path.with_suffix(".col") if suffix == ".nl" else path
    for name in ("control", "v2(b3_1)" if suffix != ".nl" else "v2[b3,1]", "gen"):
        assert name in named.read_text()


@needs_scip
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_are_read_back_with_the_same_optimum(model, tmp_path, suffix):
    scip = pytest.importorskip("pyscipopt").Model()
    path = tmp_path / f"day{suffix}"
    export(model, path)
    scip.hideOutput()
    scip.readProblem(str(path))
    scip.setParam("limits/gap", 1e-6)
    scip.optimize()
    found = solve_with(model, "scip", 60.0, 1e-6)
    assert scip.getObjVal() == pytest.approx(found.upper_usd, rel=ROOM)
    assert scip.getDualbound() == pytest.approx(found.lower_usd, rel=ROOM)


def test_an_unknown_suffix_is_refused(model, tmp_path):
    with pytest.raises(InvalidInput, match=r"\.nl, \.lp, \.mps"):
        export(model, tmp_path / "day.gms")


def test_solvers_that_are_not_there_or_cannot_are_errors_with_a_way_out(model, monkeypatch):
    with pytest.raises(UnknownName, match="did you mean 'scip'"):
        solve_with(model, "scipp", 1.0, 1e-3)
    monkeypatch.setattr(pyomo_solve, "FACES", {"scip": ("baron",)})
    with pytest.raises(InvalidInput, match=r"pip install 'gridbench\[scip\]'"):
        solve_with(model, "scip", 1.0, 1e-3)
    with pytest.raises(InvalidInput, match="no tuned settings for it, only for scip"):
        solve_with(model, "highs", 1.0, 1e-3, tuned=True)
    with pytest.raises(SolverError, match="highs: "):
        solve_with(model, "highs", 1.0, 1e-3)


@needs_scip
def test_the_time_limit_leaves_an_interval():
    found = solve_with(pyomo_model(tiny.scenario(6), "test", 0), "scip", 0.2, 1e-9)
    assert found.status == "maxTimeLimit"
    assert found.lower_usd <= found.upper_usd


@needs_scip
def test_an_infeasible_model_has_no_point(model):
    other = model.clone()
    other.device["gen"].control["p_mw", 0].fix(0.1)
    found = solve_with(other, "scip", 10.0, 1e-3)
    assert (found.upper_usd, found.status) == (np.inf, "infeasible")
    assert found.gap == np.inf


def test_laws_become_rows():
    model = pyo.ConcreteModel()
    model.x, model.row = pyo.Var([0, 1]), pyo.Constraint(pyo.Any)
    x, y = model.x[0], model.x[1]
    laws = [Le("same", x, 2.0), Le("same", y, 3.0), Eq("same", x, y), Cone("disc", (x, y), 2.0 * y), Le("none", 1.0, 1.0)]
    hold(model.row, laws, 7)
    assert [str(row.expr) for row in model.row.values()] == [
        "x[0] - 2.0  <=  0.0", "x[1] - 3.0  <=  0.0", "x[0] - x[1]  ==  0.0", "-2.0*x[1]  <=  0.0",
        "x[0]**2 + x[1]**2 - (2.0*x[1])**2  <=  0.0",
    ]  # fmt: skip
    assert list(model.row)[:3] == [("same", 7), ("same'", 7), ("same''", 7)]
    with pytest.raises(InvalidInput, match=r"row\[never,7\]"):
        hold(model.row, [Le("never", 2.0, 1.0)], 7)
