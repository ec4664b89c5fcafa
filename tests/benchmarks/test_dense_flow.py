"""How long a batch of flows takes in torch beside the compiled sweep: figures of the CPU, and of a GPU where one is at hand.

`python -m pytest -s tests/benchmarks/test_dense_flow.py` prints them. Needs torch.
"""

from __future__ import annotations

import numpy as np
import pytest
from network_states import random_states, sweeper, swept
from subjects import fastest_s

from gridbench.plant.torch_flow import TorchFlow

torch = pytest.importorskip("torch")
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
BATCHES = [64, 1024, *([16384, 131072] if torch.cuda.is_available() else [4096])]


def dense(scenario, states, device, precision, *, moved):
    """One solution of the states, from NumPy and back where they are moved, else of tensors that stay on the device."""
    flow = TorchFlow(scenario.feeder, device, precision)
    tensors = [torch.as_tensor(one, dtype=getattr(torch, precision), device=device) for one in states]

    def solve():
        if moved:
            flow.solve(*states)
        else:
            flow.solve_tensors(*tensors)
            if device != "cpu":
                torch.cuda.synchronize()

    return solve


@pytest.mark.parametrize("batch", BATCHES)
def test_dense_flows_beside_the_compiled_sweep(scenario, batch):
    torch.set_num_threads(1)
    states = random_states(scenario, np.random.default_rng(0), batch, 0.6)
    kinds = [(device, precision, moved) for device in DEVICES for precision in ("float64", "float32") for moved in (True, False)]
    subjects = [dense(scenario, states, device, precision, moved=moved) for device, precision, moved in kinds]
    sweep_s, *all_s = fastest_s(sweeper(scenario.feeder, *states), *subjects, rounds=7)
    solved = swept(scenario.feeder, *states).solved.mean()
    print(f"\n{scenario.id}, batch {batch}: sweep {1e6 * sweep_s / batch:.2f} us a state, {solved:.0%} have a solution")
    for (device, precision, moved), one_s in zip(kinds, all_s, strict=True):
        where = torch.cuda.get_device_name() if device == "cuda" else "cpu"
        how = "from NumPy and back" if moved else "tensors that stay"
        print(f"  {where}, {precision}, {how}: {1e6 * one_s / batch:.2f} us a state, {sweep_s / one_s:.2f} times as fast")
    assert min(all_s) < 40.0 * sweep_s
