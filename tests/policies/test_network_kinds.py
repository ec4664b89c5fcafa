"""Recurrent and graph networks act in a scenario as dense ones do, and pages that contradict themselves are refused."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from gridbench.bench.episode import play as episode
from gridbench.bench.episode import play_days
from gridbench.bench.world import World
from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput
from gridbench.policies import make_policy
from gridbench.policies.nets.page import Spec
from gridbench.policies.network import fields_digest
from gridbench.policies.network_file import PAGE, wanted_shapes, write_network

BUSES = ("834", "850", "858")
NODES = {"fields": [[f"{bus}.v_pu", f"{bus}.loading"] for bus in BUSES], "edges": "feeder", "names": BUSES}


@pytest.fixture(scope="module")
def env(scenario):
    return BatchEnv(scenario, 3)


def page_of(env, kind):
    modules, agents = {}, {}
    for agent in env.agents:
        inputs, outputs = env.observer.sizes[agent], env.codec.sizes[agent]
        agents[agent] = {"module": agent, "fields": fields_digest(env.observer, agent)}
        modules[agent] = {"kind": "recurrent", "cell": kind, "sizes": [inputs], "hidden": [8], "readout": [8, outputs]}
        if kind == "graph":
            modules[agent] = {"sizes": [inputs, outputs]}
    if kind == "graph":
        read = [name for node in NODES["fields"] for name in node]
        modules["dso"] = {"kind": "graph", "nodes": 3, "sizes": [2, 4], "readout": [12 + 2, env.codec.sizes["dso"]]}
        digest = fields_digest(env.observer, "dso", ["price", "left_share"], read)
        agents["dso"] |= {"nodes": NODES, "reads": ["price", "left_share"], "fields": digest}
    return {"name": "tiny", "version": "1", "information": "shared", "modules": modules, "agents": agents}


def write(folder, page):
    rng = np.random.default_rng(0)
    shapes = wanted_shapes(Spec.model_validate({**page, "sha256": "sha256:" + "0" * 64}))
    arrays = {name: (0.3 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}
    return write_network(folder, page, arrays)


@pytest.fixture(params=["gru", "lstm", "graph"])
def made(request, tmp_path, env, scenario):
    write(tmp_path / "net", page_of(env, request.param))
    return SimpleNamespace(kind=request.param, folder=tmp_path / "net", policy=make_policy(tmp_path / "net", scenario))


def play(policy, env, scenario, days):
    columns = [scenario.window("train", day) for day in days]
    policy.reset(scenario, columns[0], 0)
    seen, given = env.reset(columns), []
    for _ in range(5):
        given.append(policy.act(seen))
        seen, _, _ = env.step(given[-1])
    return given


def same(ours, theirs, k):
    return all(a[agent][0].tobytes() == b[agent][k].tobytes() for a, b in zip(ours, theirs, strict=True) for agent in a)


def test_days_side_by_side_are_the_days_alone(made, env, scenario):
    together = play(made.policy, env, scenario, (4, 5, 6))
    single = BatchEnv(scenario, 1)
    for k, day in enumerate((4, 5, 6)):
        assert same(play(made.policy, single, scenario, (day,)), together, k)


def test_the_harness_may_play_days_side_by_side(made, scenario):
    world, days = World(scenario), scenario.splits["train"].days[:3]
    together = play_days(world, made.policy, "train", days, 0)
    for day, one in zip(days, together, strict=True):
        alone = episode(world, made.policy, "train", day, 0)
        assert made.policy.batched
        assert one.trajectory.asks.tobytes() == alone.trajectory.asks.tobytes()


def test_a_new_day_begins_without_memory(made, env, scenario):
    first = play(made.policy, env, scenario, (4, 5, 6))
    assert same(play(made.policy, env, scenario, (4, 5, 6)), first, 0)


def test_agents_that_share_a_recurrent_module_remember_apart(tmp_path, env, scenario):
    page = page_of(env, "gru")
    del page["modules"]["mg_1"], page["modules"]["mg_2"]
    for agent in ("mg_1", "mg_2"):
        page["agents"][agent]["module"] = "mg_0"
    write(tmp_path / "shared", page)
    policy = make_policy(tmp_path / "shared", scenario)
    apart = {one: np.zeros((1, size), np.float32) for one, size in env.observer.sizes.items()}
    policy.act({**apart, "mg_0": apart["mg_0"] + 1.0})
    second = policy.act(apart)
    assert second["mg_1"].tobytes() == second["mg_2"].tobytes() != second["mg_0"].tobytes()


def test_a_batch_that_changes_within_a_day_is_refused(made, env, scenario):
    play(made.policy, env, scenario, (4, 5, 6))
    seen = {agent: np.zeros((2, size), np.float32) for agent, size in env.observer.sizes.items()}
    if made.kind == "graph":
        assert len(made.policy.act(seen)["dso"]) == 2
        return
    with pytest.raises(InvalidInput, match="sees 2 days where it saw 3 before: call reset"):
        made.policy.act(seen)


def test_a_graph_follows_the_feeder_or_its_edges(tmp_path, env, scenario):
    page = page_of(env, "graph")
    by_hand = {**NODES, "edges": [[1, 2], [0, 2]], "names": None}
    write(tmp_path / "feeder", page)
    page["agents"]["dso"]["nodes"] = by_hand
    write(tmp_path / "hand", page)
    one, other = (play(make_policy(tmp_path / name, scenario), env, scenario, (4, 5, 6)) for name in ("feeder", "hand"))
    assert all(same(one, other, k) for k in range(1))
    page["agents"]["dso"]["nodes"] = {**by_hand, "edges": []}
    write(tmp_path / "alone", page)
    assert not same(play(make_policy(tmp_path / "alone", scenario), env, scenario, (4, 5, 6)), one, 0)


def test_a_number_that_a_node_lacks_is_zero(tmp_path, env, scenario):
    page = page_of(env, "graph")
    fields = [["834.v_pu", None], *NODES["fields"][1:]]
    nodes = {**NODES, "fields": fields}
    read = [name for node in fields for name in node if name]
    page["agents"]["dso"] |= {"nodes": nodes, "fields": fields_digest(env.observer, "dso", ["price", "left_share"], read)}
    write(tmp_path / "net", page)
    reader = make_policy(tmp_path / "net", scenario)._readers["dso"]
    seen = np.ones((2, env.observer.sizes["dso"]), np.float32)
    assert reader.read(seen).nodes.tolist() == [[[1, 0], [1, 1], [1, 1]]] * 2


def dso(page):
    return page["agents"]["dso"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p["modules"]["dso"].update(kind="attention"), ["modules.dso", "dense, recurrent or graph"]),
        (lambda p: p["modules"]["dso"].update(readout=[3, 5]), ["modules.dso.readout", "12 of the nodes"]),
        (lambda p: p["modules"]["dso"].update(nodes=4), ["agents.dso.nodes.fields: 3 nodes, the module has 4"]),
        (lambda p: dso(p)["nodes"]["fields"][0].pop(), ["agents.dso.nodes.fields.0: 1 numbers"]),
        (lambda p: dso(p)["nodes"]["fields"][0].__setitem__(0, "834.v"), ["agents.dso.nodes.fields", "834.v_pu"]),
        (lambda p: dso(p)["nodes"].update(names=None), ["agents.dso.nodes.names"]),
        (lambda p: dso(p)["nodes"].update(names=["834", "850", "859"]), ["agents.dso.nodes.names", "859"]),
        (lambda p: dso(p)["nodes"].update(edges=[[0, 3]]), ["agents.dso.nodes.edges.0"]),
        (lambda p: dso(p)["nodes"].update(edges=[[0, 1], [1, 0]]), ["agents.dso.nodes.edges.1"]),
        (lambda p: dso(p).update(nodes=None), ["agents.dso.nodes", "needs the nodes of a graph"]),
        (lambda p: p["agents"]["mg_0"].update(nodes=dso(p)["nodes"]), ["agents.mg_0.nodes", "is no graph"]),
        (lambda p: p["agents"]["mg_0"].update(reads=[]), ["agents.mg_0.reads"]),
        (lambda p: p["modules"]["dso"].update(output="gaussian_mean"), ["agents.dso: the module gives 2.5 numbers"]),
    ],
)  # fmt: skip
def test_a_page_that_contradicts_itself_is_refused(tmp_path, env, scenario, change, words):
    write(tmp_path / "net", page_of(env, "graph"))
    page = json.loads((tmp_path / "net" / PAGE).read_text())
    change(page)
    (tmp_path / "net" / PAGE).write_text(json.dumps(page))
    with pytest.raises(InvalidInput) as caught:
        make_policy(tmp_path / "net", scenario)
    for word in words:
        assert word in str(caught.value)


def test_cells_that_do_not_fit_the_readout_are_refused(env):
    page = page_of(env, "gru")
    page["modules"]["dso"]["hidden"] = [8, 9]
    assert Spec.model_validate({**page, "sha256": "sha256:" + "0" * 64}).faults() == [
        "modules.dso.readout: takes 8 numbers, the last cell gives 9"
    ]


def test_a_deviation_of_zero_is_refused(tmp_path, env):
    page = page_of(env, "gru")
    page["modules"]["dso"]["normalise"] = True
    with pytest.raises(InvalidInput, match=r"dso\.std.*not above 0"):
        write(tmp_path / "net", page)


def test_a_page_too_deep_to_read_is_refused(tmp_path, env, scenario):
    write(tmp_path / "net", page_of(env, "gru"))
    (tmp_path / "net" / PAGE).write_text("[" * 200_000)
    with pytest.raises(InvalidInput, match="cannot be read"):
        make_policy(tmp_path / "net", scenario)
