"""Modules of every kind with weights at random."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from gridbench.policies.nets.net import Input, made, shapes
from gridbench.policies.nets.page import Module
from gridbench.policies.nets.passing import spread_of

MODULE = TypeAdapter(Module)
PATH = ((0, 1), (1, 2), (2, 3))
MODULES = {
    "dense": {"sizes": [7, 16, 12, 3], "activation": "gelu", "layer_norm": True, "normalise": True},
    "gru": {"kind": "recurrent", "cell": "gru", "sizes": [7, 16], "hidden": [8, 5], "readout": [5, 12, 3], "activation": "silu"},
    "lstm": {"kind": "recurrent", "cell": "lstm", "sizes": [7], "hidden": [8], "readout": [8, 3], "output": "tanh"},
    "wide": {"sizes": [211, 256, 128, 9], "activation": "relu"},
    "mean": {"kind": "graph", "nodes": 4, "sizes": [5, 16, 8], "readout": [39, 6], "output": "gaussian_mean", "layer_norm": True},
    "gcn": {"kind": "graph", "nodes": 4, "sizes": [5, 9], "readout": [16, 3], "aggregation": "gcn", "pool": "mean",
            "normalise": True},
}  # fmt: skip


def random_arrays(name, module, seed=0, spread=0.5):
    rng = np.random.default_rng(seed)
    found = {}
    for one, shape in shapes(name, module).items():
        numbers = spread * rng.standard_normal(shape)
        found[one] = (0.5 + np.abs(numbers) if one.endswith(".std") else numbers).astype(np.float32)
    return found


def random_net(kind, seed=0):
    module = MODULE.validate_python(MODULES[kind])
    return module, made("m", module, random_arrays("m", module, seed))


def random_input(module, batch, seed=0):
    rng = np.random.default_rng(seed)
    read = rng.standard_normal((batch, 1, module.inputs)).astype(np.float32)
    if module.kind != "graph":
        return Input(read)
    nodes = rng.standard_normal((batch, module.nodes, module.sizes[0])).astype(np.float32)
    return Input(read, nodes, spread_of(module.nodes, PATH, module.aggregation))


def element(seen, k):
    return Input(seen.read[k : k + 1], None if seen.nodes is None else seen.nodes[k : k + 1], seen.spread)
