"""How much faster the fast trainer is than RLlib's, in one run: environment steps a second between two rows of their logs."""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys

import pytest
from trainer_files import BASELINES

UNTAUGHT = ["rounds=0", "validation_days=1", "validate_every=4"]


def steps_per_s(trainer, out, epochs):
    """Train eight iterations of the recipe and return the speed of the last four, one validation among them."""
    script = [sys.executable, str(BASELINES / trainer / "train.py"), "--scenario", "ieee34_ieee13-v1", "--out", str(out)]
    command = [*script, "--steps", str(8 * 64 * 24), "--set", *UNTAUGHT, f"ppo_epochs={epochs}"]
    subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True)  # noqa: S603
    with (out / "log.csv").open(newline="") as file:
        first, last = list(csv.DictReader(file))[-2:]
    return (int(last["steps"]) - int(first["steps"])) / (float(last["seconds"]) - float(first["seconds"]))


@pytest.mark.slow
@pytest.mark.parametrize(("epochs", "least"), [(6, 3.0), (1, 7.0)])
def test_the_fast_trainer_is_several_times_as_fast_as_rllib(epochs, least, tmp_path):
    if not all(importlib.util.find_spec(one) for one in ("torch", "ray")):
        pytest.skip("needs the extra `rl` (torch and ray)")
    fast, rllib = (steps_per_s(one, tmp_path / one, epochs) for one in ("fast", "mappo"))
    print(f"{epochs} epochs: fast {fast:.0f}, rllib {rllib:.0f} environment steps a second, ratio {fast / rllib:.1f}")
    assert fast / rllib >= least
