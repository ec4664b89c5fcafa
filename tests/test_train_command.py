"""`gridbench train`: which script trains a policy, with which options, and what must be installed."""

from __future__ import annotations

import importlib.util
import subprocess
from types import SimpleNamespace

import pytest

from gridbench.cli import main
from gridbench.commands import train
from gridbench.errors import InvalidInput, UnknownName


@pytest.fixture
def started(monkeypatch):
    """What would have been started: a list of (words, environment); every library seems to be installed."""
    found = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)

    def run(words, *, env, check):
        found.append((words, env))
        return SimpleNamespace(returncode=int(check))

    monkeypatch.setattr(subprocess, "run", run)
    return found


def test_the_first_trainer_that_can_trains_a_policy():
    folders = {policy: train.trainer_of(policy).folder for policy in ("mappo", "ippo", "mappo_lagrangian", "sac", "appo")}
    assert folders == {"mappo": "fast", "ippo": "fast", "mappo_lagrangian": "fast", "sac": "sac", "appo": "mappo"}
    assert {train.trainer_of(policy).folder for policy in ("bc", "dagger")} == {"dagger"}
    assert train.trainer_of("ippo", "rllib").folder == "mappo"
    with pytest.raises(InvalidInput, match="give --trainer rllib"):
        train.trainer_of("sac", "fast")
    with pytest.raises(UnknownName, match="did you mean 'mappo'"):
        train.trainer_of("mapo")


def test_every_script_is_there():
    for scripts in train.TRAINERS.values():
        for one in scripts:
            assert (train.baselines_root() / one.folder / "train.py").is_file()


def test_a_sweep_is_given_the_file_and_the_training(started):
    options = ["--policy", "ippo", "--trainer", "rllib", "--workers", "2", "--sweep", "s.toml"]
    assert main(["train", "--scenario", "ieee13", *options]) == 0
    words, _ = started[0]
    assert words[1].endswith("sweep.py")
    assert words[2] == "s.toml"
    assert words[3].endswith("mappo/train.py")
    told = {"--scenario": "ieee13", "--algorithm": "ippo", "--seed": "0", "--runners": "2", "--out": "runs/train/ieee13/ippo-0"}
    assert words[4:] == [word for pair in told.items() for word in pair]


def test_weights_and_biases_is_told_to_the_journal(started):
    assert main(["train", "--scenario", "ieee13", "--wandb", "grids"]) == 0
    assert started[0][1]["GRIDBENCH_WANDB"] == "grids"
    assert "--wandb" not in started[0][0]


def test_what_is_not_installed_is_said_at_once(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in {"ray", "wandb"} else name)
    code = main(["train", "--scenario", "ieee13", "--policy", "sac", "--wandb", "grids"])
    assert code != 0
    assert "training needs ray and wandb: pip install gridbench[rl] wandb" in capsys.readouterr().err


def test_options_that_mean_nothing_are_refused(started, capsys):
    assert main(["train", "--scenario", "ieee13", "--policy", "sac", "--device", "cuda"]) == 3
    assert "--device means nothing to the sac trainer" in capsys.readouterr().err
    assert started == []
