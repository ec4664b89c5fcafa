"""Policies as ONNX models: what the models compute is what the agents do."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gridbench.envs.codec import ActionCodec
from gridbench.envs.observation import Observer
from gridbench.errors import InvalidInput, PolicyFailure
from gridbench.plant.layout import layout
from gridbench.policies.contained import Contained

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

ABOUT = {"name": "net", "version": "1", "kind": "learned", "information": "local", "digest": "sha256:" + "1" * 64}


@pytest.fixture(scope="module")
def sizes(scenario):
    """Fields and entries by agent."""
    plan = layout(scenario)
    observer, codec = Observer(scenario, plan), ActionCodec(plan)
    return {agent: (observer.sizes[agent], codec.sizes[agent]) for agent in codec.agents}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "bundle"
    place.mkdir()
    return place


def linear(weight, *, state=False, observation="seen", action="done"):
    """Return a model: action = seen @ weight, plus twice a state that counts the steps."""
    helper, kinds = onnx.helper, onnx.TensorProto
    fields, entries = weight.shape
    values = [onnx.numpy_helper.from_array(weight, "weight")]
    nodes = [helper.make_node("MatMul", [observation, "weight"], ["plain" if state else action])]
    inputs = [helper.make_tensor_value_info(observation, kinds.FLOAT, ["batch", fields])]
    outputs = [helper.make_tensor_value_info(action, kinds.FLOAT, ["batch", entries])]
    if state:
        values.append(onnx.numpy_helper.from_array(np.float32(0.25), "more"))
        nodes += [helper.make_node("Add", ["plain", "before"], [action]), helper.make_node("Add", ["before", "more"], ["after"])]
        inputs.append(helper.make_tensor_value_info("before", kinds.FLOAT, [1, entries]))
        outputs.append(helper.make_tensor_value_info("after", kinds.FLOAT, [1, entries]))
    graph = helper.make_graph(nodes, "linear", inputs, outputs, initializer=values)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def made(scenario, folder, entry):
    return Contained(scenario, folder, format="onnx", entry=entry, **ABOUT)


def some(sizes, extra=0):
    """Return observations, and weights of a model for each agent."""
    rng = np.random.default_rng(3)
    seen = {agent: rng.uniform(-1, 1, (1, fields)).astype(np.float32) for agent, (fields, _) in sizes.items()}
    shapes = {agent: (fields + extra, entries) for agent, (fields, entries) in sizes.items()}
    return seen, {agent: (0.2 * rng.standard_normal(shape)).astype(np.float32) for agent, shape in shapes.items()}


def begun(scenario, folder, entry):
    policy = made(scenario, folder, entry)
    policy.reset(scenario, scenario.window("test", 0), 0)
    return policy


def test_a_model_for_each_agent(scenario, folder, sizes):
    seen, weights = some(sizes)
    for agent, weight in weights.items():
        onnx.save(linear(weight), folder / f"{agent}.onnx")
    policy = begun(scenario, folder, "{agent}.onnx")
    actions = policy.act(seen)
    for agent, weight in weights.items():
        assert np.allclose(actions[agent], np.clip(seen[agent] @ weight, -1, 1), atol=1e-6)
    assert {agent: action.tobytes() for agent, action in policy.act(seen).items()} == {a: x.tobytes() for a, x in actions.items()}
    assert policy.deterministic


def test_a_page_shares_a_model_marks_its_agents_and_keeps_states(scenario, folder, sizes):
    seen, _ = some(sizes)
    _, weights = some(sizes, extra=3)
    onnx.save(linear(weights["mg_0"], state=True, observation="x", action="y"), folder / "shared.onnx")
    onnx.save(linear(weights["dso"][:-3]), folder / "dso.onnx")
    one = {"model": "shared.onnx", "observation": "x", "action": "y", "states": {"before": "after"}}
    agents = {f"mg_{k}": {**one, "one_hot": {"index": k, "size": 3}} for k in range(3)}
    agents["dso"] = {"model": "dso.onnx"}
    (folder / "onnx.json").write_text(json.dumps({"format": "gridbench-onnx/1", "agents": agents}))
    policy = begun(scenario, folder, "onnx.json")
    for _ in range(2):  # a new day begins at zeros
        policy.reset(scenario, scenario.window("test", 0), 0)
        for step in range(3):
            actions = policy.act(seen)
            for k in range(3):
                marked = np.concatenate([seen[f"mg_{k}"], np.eye(3, dtype=np.float32)[k : k + 1]], axis=1)
                wanted = np.clip(marked @ weights["mg_0"] + 0.25 * step, -1, 1)
                assert np.allclose(actions[f"mg_{k}"], wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda _: b"no model", "raised InvalidProtobuf"),
        (lambda model: model.SerializeToString()[:-20], "raised"),
        (lambda _: linear(np.ones((2, 2), np.float32)).SerializeToString(), "raised InvalidArgument"),
        (lambda _: linear(np.ones((51, 3), np.float32), state=True).SerializeToString(), "nothing is fed to the input"),
        (lambda _: linear(np.full((48, 10), np.nan, np.float32)).SerializeToString(), "returned NaN or infinity"),
    ],
)
def test_a_broken_model_loses_the_day(scenario, folder, sizes, break_it, words):
    seen, weights = some(sizes)
    for agent, weight in weights.items():
        (folder / f"{agent}.onnx").write_bytes(linear(weight).SerializeToString())
    (folder / "mg_0.onnx").write_bytes(break_it(linear(weights["mg_0"])))
    with pytest.raises(PolicyFailure) as caught:
        begun(scenario, folder, "{agent}.onnx").act(seen)
    assert words in caught.value.reason


def test_weights_outside_the_folder_are_out_of_reach(scenario, folder, sizes):
    seen, weights = some(sizes)
    model = linear(weights["mg_0"])
    (folder.parent / "secret").write_bytes(weights["mg_0"].tobytes())
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], str(folder.parent / "secret"))
    model.graph.initializer[0].ClearField("raw_data")
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(PolicyFailure, match="raised"):
        begun(scenario, folder, "model.onnx").act(seen)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("{", ["cannot be read"]),
        ("[" * 100_000, ["cannot be read"]),
        ("{}", ["agents: Field required"]),
        ('{"agents": {}, "code": 1}', ["code: Extra inputs"]),
        ('{"agents": {"mg_0": {"model": "m.onnx"}, "b": {"model": "m.onnx"}}}',
         ["agents.mg_1: missing", "agents.b: is no agent", "'m.onnx': there is no such model"]),
        ('{"agents": {"\\u001b[2J\\u202e": {"model": "m", "\\u001b": 1}}}', ["agents.\\x1b[2J\\u202e.\\x1b: Extra inputs"]),
        ('{"agents": {"\\u001b[2J": {"model": "m"}}}', ["agents.\\x1b[2J: is no agent"]),
        ('{"agents": {"mg_0": {"model": "../../secret", "one_hot": {"index": 3, "size": 3}}}}',
         ["agents.mg_0.one_hot: index 3", "'../../secret': there is no such model"]),
    ],
)  # fmt: skip
def test_a_broken_page_is_refused(scenario, folder, page, words):
    (folder.parent / "secret").write_text("x")
    (folder / "onnx.json").write_text(page)
    with pytest.raises(InvalidInput) as caught:
        made(scenario, folder, "onnx.json")
    for word in words:
        assert word in str(caught.value)


def test_without_the_runtime_it_says_what_to_install(scenario, folder, monkeypatch):
    monkeypatch.setattr("gridbench.policies.contained.find_spec", lambda _: None)
    with pytest.raises(InvalidInput, match=r"pip install .gridbench\[onnx\]"):
        made(scenario, folder, "model.onnx")
