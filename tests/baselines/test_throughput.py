"""How fast the trainers are beside RLlib's own sampler, in one run: environment steps by the seconds of a processor they take."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from trainer_files import BASELINES

UNTAUGHT = ["rounds=0", "validation_days=1", "validate_every=4"]
TRAINERS = {"fast": ("fast", []), "rllib": ("mappo", []), "stock": ("mappo", ["sampler=stock"])}
ITERATION = 64 * 24


def processor_s(pid):
    """Return the seconds that a process has had of its processors: other work on the machine changes them little."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def steps_per_s(name, out, epochs):
    """Train eight iterations of the recipe and return the speed of the last four, one validation among them."""
    folder, changes = TRAINERS[name]
    script = [sys.executable, str(BASELINES / folder / "train.py"), "--scenario", "ieee34_ieee13-v1", "--out", str(out)]
    command = [*script, "--steps", str(8 * ITERATION), "--set", *UNTAUGHT, f"ppo_epochs={epochs}", *changes]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    found = {}
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, env=environment, **quiet) as process:  # noqa: S603
        for line in process.stdout:  # a line a validation
            if line.startswith("iteration "):
                found[int(line.split()[1])] = processor_s(process.pid)
    assert process.returncode == 0
    return 4 * ITERATION / (found[8] - found[4])


@pytest.mark.slow
@pytest.mark.parametrize(("epochs", "least"), [(6, {"fast": 3.0, "rllib": 3.0}), (1, {"fast": 5.0, "rllib": 5.0})])
def test_whole_days_side_by_side_are_several_times_as_fast_as_rllibs_own_sampler(epochs, least, tmp_path):
    if not all(importlib.util.find_spec(one) for one in ("torch", "ray")):
        pytest.skip("needs the extra `rl` (torch and ray)")
    if not Path("/proc/self/stat").is_file():
        pytest.skip("reads the seconds of a processor from /proc")
    speed = {name: steps_per_s(name, tmp_path / name, epochs) for name in TRAINERS}
    ratio = {name: speed[name] / speed["stock"] for name in least}
    told = ", ".join(f"{name} {one:.0f}" for name, one in speed.items())
    print(f"{epochs} epochs: {told} environment steps a processor second; to stock: {ratio}")
    assert all(ratio[name] >= lowest for name, lowest in least.items())
