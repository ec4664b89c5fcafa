"""The plant's flows solve the stated equations, conserve energy, and are pandapower's."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from plant_days import days, random_asks, tree_injections

from gridbench.networks import Shunt
from gridbench.networks.pandapower import to_pandapower
from gridbench.physics import branch_flow
from gridbench.physics.devices import Regulator
from gridbench.plant.plant import Plant


def flows(plant, result, weather, element=0):
    """The whole solution of one step in pu: P, Q, u and l as the plant reports them, the root's power gathered by hand."""
    tree = plant.scenario.feeder.arrays
    p, q, bank, ratio = tree_injections(plant, result, weather, element)
    u, l = result.v_pu[element] ** 2, (result.loading[element] * tree.rating) ** 2  # noqa: E741
    s = branch_flow.behind_transformer(u[tree.parent], ratio)
    need = tree.shunt_g * u - p, -(tree.shunt_b + bank) * u - q
    P, Q = np.zeros(len(l)), np.zeros(len(l))
    for k in range(len(l) - 1, -1, -1):
        P[k] = need[0][k + 1] + tree.r[k] * l[k]
        Q[k] = need[1][k + 1] + tree.x[k] * l[k] - tree.b[k] / 2 * u[k + 1]
        need[0][tree.parent[k]] += P[k]
        need[1][tree.parent[k]] += Q[k] - tree.b[k] / 2 * s[k]
    mva = plant.scenario.feeder.base_mva
    reported = {"P": result.flow_p_mw[element] / mva, "Q": result.flow_q_mvar[element] / mva}
    np.testing.assert_allclose([reported["P"], reported["Q"]], [P, Q], atol=1e-8)
    return {"p": p, "q": q, "bank": bank, "u": u, "l": l, "s": s, **reported, "root": (mva * need[0][0], mva * need[1][0])}


def steps(scenario, seed, count, batch=1):
    """Steps of random asks on random days that did not end in the dark, with their weather."""
    plant, rng = Plant(scenario, batch), np.random.default_rng(seed)
    while count:
        plant.reset(days(scenario, *rng.integers(0, 365, batch)))
        while not plant.over and count:
            weather = plant.weather[plant.t]
            result = plant.step(random_asks(plant, rng))
            if not result.blackout.any():
                count -= 1
                yield plant, result, weather


def test_every_flow_solves_the_stated_equations(scenario):
    tree = scenario.feeder.arrays
    outgoing = (tree.parent[:, None] == np.arange(1, len(tree.parent) + 1)[None, :]).astype(float)
    for plant, result, weather in steps(scenario, 1, 40):
        f = flows(plant, result, weather)
        left = branch_flow.residuals(
            outgoing, tree.r, tree.x, tree.b, tree.shunt_g[1:], (tree.shunt_b + f["bank"])[1:],
            f["s"], f["u"][1:], f["l"], f["P"], f["Q"], f["p"][1:], f["q"][1:],
        )  # fmt: skip
        for residual in left:
            assert np.abs(residual).max() < 1e-8
        assert np.abs(f["l"] - branch_flow.squared_current(f["P"], f["Q"], f["s"])).max() < 1e-8
        assert result.v_pu[0, 0] == scenario.feeder.root_voltage_pu


def test_what_the_tie_imports_is_what_is_drawn_and_lost(scenario):
    tree, mva = scenario.feeder.arrays, scenario.feeder.base_mva
    for plant, result, weather in steps(scenario, 2, 40):
        f = flows(plant, result, weather)
        lost = (tree.r * f["l"]).sum() + (tree.shunt_g * f["u"]).sum()
        assert result.p_root_mw[0] == pytest.approx(mva * (lost - f["p"].sum()), abs=1e-8)
        assert (tree.r * f["l"]).min() >= 0.0
        assert (result.p_root_mw[0], result.q_root_mvar[0]) == pytest.approx(f["root"], abs=1e-8)


def test_what_leaves_the_root_is_what_the_tie_and_its_neighbours_inject(scenario):
    tree, mva, root = scenario.feeder.arrays, scenario.feeder.base_mva, scenario.feeder.buses[0].name
    at_root = [n for n, d in enumerate(scenario.devices) if getattr(d, "bus", None) == root]
    leaving = tree.parent == 0
    for plant, result, weather in steps(scenario, 5, 20):
        f = flows(plant, result, weather)
        tie = plant.layout.devices.index(scenario.tie.name)
        assert (result.p_mw[0, tie], result.q_mvar[0, tie]) == (result.p_root_mw[0], result.q_root_mvar[0])
        kept_p = mva * tree.shunt_g[0] * f["u"][0]
        given_q = mva * (tree.shunt_b[0] * f["u"][0] + branch_flow.charging(tree.b, f["s"])[leaving].sum())
        assert result.flow_p_mw[0, leaving].sum() == pytest.approx(result.p_mw[0, at_root].sum() - kept_p, abs=1e-8)
        assert result.flow_q_mvar[0, leaving].sum() == pytest.approx(result.q_mvar[0, at_root].sum() + given_q, abs=1e-8)


def test_what_all_devices_inject_is_what_lines_and_shunts_consume(scenario):
    tree, mva = scenario.feeder.arrays, scenario.feeder.base_mva
    for plant, result, weather in steps(scenario, 6, 40):
        f = flows(plant, result, weather)
        lost = (tree.r * f["l"]).sum() + (tree.shunt_g * f["u"]).sum()
        charged = branch_flow.charging(tree.b, f["s"] + f["u"][1:]).sum() + (tree.shunt_b * f["u"]).sum()
        assert result.p_mw[0].sum() == pytest.approx(mva * lost, abs=1e-8)
        assert result.q_mvar[0].sum() == pytest.approx(mva * ((tree.x * f["l"]).sum() - charged), abs=1e-8)


def test_each_device_injects_what_its_laws_say(scenario):
    mva = scenario.feeder.base_mva
    for plant, result, weather in steps(scenario, 7, 20, batch=3):
        for e in range(3):
            p, q, bank, _ = tree_injections(plant, result, weather, e)
            summed = np.zeros((2, len(p)))
            for n, device in enumerate(scenario.devices):
                if isinstance(device, Regulator):
                    assert not result.p_mw[e, n]
                    assert not result.q_mvar[e, n]
                elif device is not scenario.tie:
                    summed[:, scenario.feeder.bus_index(device.bus)] += result.p_mw[e, n], result.q_mvar[e, n]
            np.testing.assert_allclose(summed, [mva * p, mva * (q + bank * result.v_pu[e] ** 2)], atol=1e-12)


def test_the_controls_of_the_tie_are_the_balance_of_the_network(scenario):
    for plant, result, _ in steps(scenario, 3, 20):
        u = {n: result.controls[0, plant.layout.controls.index(f"tie.{n}")] for n in scenario.tie.controls()}
        assert u["import_mw"] - u["export_mw"] == result.p_root_mw[0]
        assert u["q_mvar"] == result.q_root_mvar[0]
        assert min(u["import_mw"], u["export_mw"]) == 0.0


def test_voltages_and_losses_are_those_of_pandapower(scenario):
    import pandapower as pp  # noqa: PLC0415 - heavy

    for plant, result, weather in steps(scenario, 4, 5):
        p, q, bank, ratio = tree_injections(plant, result, weather)
        feeder = scenario.feeder
        branches = tuple(dataclasses.replace(b, ratio=float(r)) for b, r in zip(feeder.branches, ratio, strict=True))
        shunts = (*feeder.shunts, *(Shunt(b.name, 0.0, float(s)) for b, s in zip(feeder.buses, bank, strict=True) if s))
        as_set = dataclasses.replace(feeder, branches=branches, shunts=shunts)
        net = to_pandapower(as_set, p * feeder.base_mva, q * feeder.base_mva)
        # from a flat start Newton's method does not find all of these; it starts at our magnitudes, without angles
        pp.runpp(net, tolerance_mva=1e-9, init_vm_pu=result.v_pu[0], init_va_degree=0.0, max_iteration=30, numba=False)
        assert np.abs(net.res_bus.vm_pu.to_numpy() - result.v_pu[0]).max() < 1e-7
        assert net.res_ext_grid.p_mw[0] == pytest.approx(result.p_root_mw[0], abs=1e-6)
        assert net.res_ext_grid.q_mvar[0] == pytest.approx(result.q_root_mvar[0], abs=1e-6)
