"""How fast the trainers are beside RLlib's own sampler, in one run: environment steps a second between two rows of their logs."""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys

import pytest
from trainer_files import BASELINES

UNTAUGHT = ["rounds=0", "validation_days=1", "validate_every=4"]
TRAINERS = {"fast": ("fast", []), "rllib": ("mappo", []), "stock": ("mappo", ["sampler=stock"])}


def steps_per_s(name, out, epochs):
    """Train eight iterations of the recipe and return the speed of the last four, one validation among them."""
    folder, changes = TRAINERS[name]
    script = [sys.executable, str(BASELINES / folder / "train.py"), "--scenario", "ieee34_ieee13-v1", "--out", str(out)]
    command = [*script, "--steps", str(8 * 64 * 24), "--set", *UNTAUGHT, f"ppo_epochs={epochs}", *changes]
    subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True)  # noqa: S603
    with (out / "log.csv").open(newline="") as file:
        first, last = list(csv.DictReader(file))[-2:]
    return (int(last["steps"]) - int(first["steps"])) / (float(last["seconds"]) - float(first["seconds"]))


@pytest.mark.slow
@pytest.mark.parametrize(("epochs", "least"), [(6, {"fast": 3.0, "rllib": 3.0}), (1, {"fast": 7.0, "rllib": 5.0})])
def test_whole_days_side_by_side_are_several_times_as_fast_as_rllibs_own_sampler(epochs, least, tmp_path):
    if not all(importlib.util.find_spec(one) for one in ("torch", "ray")):
        pytest.skip("needs the extra `rl` (torch and ray)")
    speed = {name: steps_per_s(name, tmp_path / name, epochs) for name in TRAINERS}
    ratio = {name: speed[name] / speed["stock"] for name in least}
    told = ", ".join(f"{name} {one:.0f}" for name, one in speed.items())
    print(f"{epochs} epochs: {told} environment steps a second; to stock: {ratio}")
    assert all(ratio[name] >= lowest for name, lowest in least.items())
