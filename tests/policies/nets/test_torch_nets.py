"""Networks exported from torch act as in torch. Needs torch."""

from __future__ import annotations

import numpy as np
import pytest
from random_nets import MODULE, MODULES, PATH, random_input

from gridbench.policies.nets.net import made, shapes
from gridbench.policies.nets.passing import spread_of

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")
CLOSE = 2e-5


@pytest.fixture(autouse=True)
def seeded():
    torch.set_num_threads(1)
    torch.manual_seed(1)


def arrays_of(name, module):
    """Return the parameters of a torch module under the names of a page."""
    return {f"{name}.{key}": value.detach().numpy().copy() for key, value in module.named_parameters()}


def given(seen):
    return torch.from_numpy(seen.read[:, 0, :])


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "silu"])
@pytest.mark.parametrize("norm", [False, True])
def test_a_perceptron(activation, norm):
    act = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "gelu": torch.nn.GELU, "silu": torch.nn.SiLU}[activation]
    module = MODULE.validate_python({"sizes": [7, 16, 3], "activation": activation, "layer_norm": norm})
    first, bend, last = torch.nn.Linear(7, 16), torch.nn.LayerNorm(16), torch.nn.Linear(16, 3)
    torch.nn.init.normal_(bend.weight)
    torch.nn.init.normal_(bend.bias)
    arrays = arrays_of("m.0", first) | arrays_of("m.1", last) | (arrays_of("m.0.norm", bend) if norm else {})
    assert arrays.keys() == shapes("m", module).keys()
    seen = random_input(module, 5)
    hidden = first(given(seen))
    wanted = last(act()(bend(hidden) if norm else hidden)).clamp(-1, 1)
    assert np.abs(made("m", module, arrays).act(seen, ())[0] - wanted.detach().numpy()).max() < CLOSE


@pytest.mark.parametrize("kind", ["gru", "lstm"])
@pytest.mark.parametrize("hidden", [[8], [8, 8]])
def test_cells_over_a_day(kind, hidden):
    module = MODULE.validate_python({"kind": "recurrent", "cell": kind, "sizes": [7], "hidden": hidden, "readout": [8, 3]})
    cells = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[kind](7, 8, num_layers=len(hidden), batch_first=True)
    readout = torch.nn.Linear(8, 3)
    arrays = arrays_of("m.readout.0", readout)
    for name, value in cells.named_parameters():
        what, _, layer = name.rpartition("_l")
        arrays[f"m.cell.{layer}.{what}"] = value.detach().numpy().copy()
    assert arrays.keys() == shapes("m", module).keys()
    net, state = made("m", module, arrays), None
    state = net.begin(5)
    day = [random_input(module, 5, seed) for seed in range(24)]
    wanted = readout(cells(torch.stack([given(seen) for seen in day], dim=1))[0]).clamp(-1, 1).detach().numpy()
    for step, seen in enumerate(day):
        action, state = net.act(seen, state)
        assert np.abs(action - wanted[:, step]).max() < CLOSE


@pytest.mark.parametrize("kind", ["mean", "gcn"])
def test_message_passing_along_a_list_of_edges(kind):
    module = MODULE.validate_python({**MODULES[kind], "normalise": False, "layer_norm": False, "output": "tanh"})
    count = len(module.sizes) - 1
    layers = [torch.nn.Linear(*module.sizes[i : i + 2]) for i in range(count)]
    selves = [torch.nn.Linear(*module.sizes[i : i + 2], bias=False) for i in range(count)]
    readout = torch.nn.Linear(*module.readout)
    arrays = arrays_of("m.readout.0", readout)
    for i in range(count):
        arrays |= arrays_of(f"m.{i}", layers[i])
        if kind == "mean":
            arrays[f"m.{i}.self_weight"] = selves[i].weight.detach().numpy().copy()
    seen = random_input(module, 5)
    held = torch.from_numpy(seen.nodes)
    both = torch.tensor([*PATH, *((b, a) for a, b in PATH), *([(i, i) for i in range(4)] if kind == "gcn" else [])])
    degree = torch.zeros(4).index_add(0, both[:, 1], torch.ones(len(both)))
    for layer, own in zip(layers, selves, strict=True):
        weight = 1 / degree[both[:, 1]] if kind == "mean" else (degree[both[:, 0]] * degree[both[:, 1]]) ** -0.5
        passed = torch.zeros_like(held).index_add(1, both[:, 1], held[:, both[:, 0]] * weight[:, None])
        held = torch.tanh(layer(passed) + (own(held) if kind == "mean" else 0.0))
    pooled = held.flatten(1) if module.pool == "flat" else held.mean(1)
    wanted = torch.tanh(readout(torch.cat([pooled, given(seen)], dim=1))).detach().numpy()
    assert seen.spread.shape == spread_of(4, PATH, module.aggregation).shape
    assert np.abs(made("m", module, arrays).act(seen, ())[0] - wanted).max() < CLOSE
