"""The RLlib trainer as a process: the same weights again, and after being killed. Needs torch and ray."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from trainer_files import BASELINES

from gridbench.policies import make_policy

pytestmark = pytest.mark.skipif(
    not all(importlib.util.find_spec(one) for one in ("torch", "ray")), reason="needs the extra `rl` (torch and ray)"
)
SCRIPT = BASELINES / "mappo" / "train.py"
SHORT = ["hidden=16", "days_per_iteration=8", "minibatch=48", "rounds=1", "epochs=1", "batch=8", "critic_rounds=1"]
SHORT += ["critic_epochs=1", "validation_days=1", "validate_every=7", "checkpoint_every=2"]


def command(out, *options, algorithm="mappo_lagrangian", steps=2000):
    head = [sys.executable, str(SCRIPT), "--scenario", "ieee13", "--out", str(out), "--algorithm", algorithm]
    return [*head, "--steps", str(steps), *options, "--set", *SHORT]


def environment():
    return {key: one for key, one in os.environ.items() if key != "PYTHONHASHSEED"} | {"OMP_NUM_THREADS": "1"}


def weights(folder):
    return {name: (folder / name / "weights.safetensors").read_bytes() for name in ("last", "best")}


def rows(folder):
    lines = [line.split(",") for line in (folder / "log.csv").read_text().splitlines()]
    return [[*line[:2], *line[3:]] for line in lines]  # but for the seconds


def killed_after(folder, checkpoint):
    """Kill a training as soon as a checkpoint is written, whatever it is doing."""
    process = subprocess.Popen(command(folder), env=environment(), stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    until = time.monotonic() + 240.0
    while not (folder / "checkpoint" / checkpoint / "progress.json").is_file():
        assert process.poll() is None, "it ended before"
        assert time.monotonic() < until
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


@pytest.mark.slow
def test_killed_it_resumes_to_the_weights_of_a_run_that_was_not(small, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    other = subprocess.Popen(command(whole), env=environment(), stdout=subprocess.DEVNULL)  # noqa: S603
    assert killed_after(killed, "00000004") == -signal.SIGKILL
    assert other.wait() == 0
    subprocess.run(command(killed, "--resume"), check=True, env=environment(), stdout=subprocess.DEVNULL)  # noqa: S603
    assert weights(killed) == weights(whole)
    assert rows(killed) == rows(whole)
    policy = make_policy(whole / "best", small)
    assert (policy.name, policy.batched) == ("mappo_lagrangian", True)
    page = json.loads((whole / "last" / "policy.json").read_text())
    assert {"seed", "env_runners", "sampler", "ray", "torch", "gridbench"} <= page["facts"].keys()
    assert page["training"]["environment_steps"] >= 2000


@pytest.mark.slow
def test_two_runners_play_the_days_and_another_run_is_refused(small, tmp_path):
    run = command(tmp_path, "--runners", "2", algorithm="ippo", steps=400)
    subprocess.run(run, check=True, env=environment(), stdout=subprocess.DEVNULL)  # noqa: S603
    assert make_policy(tmp_path / "last", small).training["environment_steps"] >= 400
    refused = subprocess.run(run, check=False, env=environment(), capture_output=True, text=True)  # noqa: S603
    assert refused.returncode == 3
    assert "--resume" in refused.stderr
    other = subprocess.run([*run, "lr=1e-3", "--resume"], check=False, env=environment(), capture_output=True, text=True)  # noqa: S603
    assert other.returncode == 3
    assert "lr was 0.0002, is 0.001" in other.stderr
