"""The fast trainer: its laws on small batches, the same weights in every process, and after being killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from trainer_files import BASELINES

from gridbench.policies import make_policy

SCRIPT = BASELINES / "fast" / "train.py"
TINY = {"hidden": [16], "days_per_iteration": 4, "minibatch": 48, "ppo_epochs": 2, "rounds": 0}
SHORT = ["hidden=16", "days_per_iteration=8", "minibatch=48", "rounds=1", "epochs=1", "batch=8", "critic_rounds=1"]
SHORT += ["critic_epochs=1", "validation_days=1", "validate_every=7", "checkpoint_every=2"]


@pytest.fixture
def trainer_of(fast, shared):
    """Return a function that makes a small trainer without warm start."""

    def make(scenario, algorithm="mappo", seed=0, **changes):
        shared("nets").seed_torch(seed)
        return fast.Trainer(scenario, algorithm, shared("recipe").read_recipe(SCRIPT.parent) | TINY | changes, seed)

    return make


def command(out, *options, algorithm="mappo", steps=2000):
    head = [sys.executable, str(SCRIPT), "--scenario", "ieee13", "--out", str(out), "--algorithm", algorithm]
    return [*head, "--steps", str(steps), *options, "--set", *SHORT]


def environment(hash_seed):
    return os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": hash_seed}


def weights(folder):
    return {name: (folder / name / "weights.safetensors").read_bytes() for name in ("last", "best")}


def test_who_sees_what(grouped, trainer_of):
    state = 199
    for algorithm in ("mappo", "ippo", "mappo_lagrangian"):
        trainer = trainer_of(grouped, algorithm)
        own = {name: group.pi[0].in_features for name, group in trainer.run.groups.items()}
        seen = {name: [one[0].in_features for one in group.critics] for name, group in trainer.run.groups.items()}
        count = 2 if algorithm == "mappo_lagrangian" else 1
        assert sum(trainer.env.acting.sizes.values()) == state
        assert seen == {name: [own[name] if algorithm == "ippo" else state] * count for name in ("mg", "dso")}


def test_days_are_whole_and_their_signals_those_of_the_environment(grouped, trainer_of, shared):
    trainer = trainer_of(grouped)
    played = trainer.play(trainer.env, "cpu")
    assert played.signals.shape == (24, 4, 1, 2)
    assert played.seen["mg"].shape[:3] == (24, 4, 3)
    assert played.state.shape == (24, 4, 1, 199)
    assert played.seen["mg"][0, 0, :, -3:].tolist() == np.eye(3).tolist(), "told apart by a one-hot"
    again = trainer_of(grouped)
    known = grouped.split("train").days
    torch = pytest.importorskip("torch")
    drawn = torch.randint(len(known), (4,), generator=again.run.rng).tolist()
    env, shaped = again.env, shared("reward").Shaped(grouped, again.recipe)
    env.reset([known[i] for i in drawn])
    for t in range(24):
        asked = {"dso": played.actions["dso"][t, :, 0].numpy()}
        asked |= {f"mg_{i}": played.actions["mg"][t, :, i].numpy() for i in range(3)}
        _, outcome = env.step(asked)
        assert np.allclose(played.signals[t, :, 0, 0], shaped(outcome.weather, outcome.cost_usd), atol=1e-5)
        assert (played.signals[t, :, 0, 1].numpy() == outcome.violating).all()


def test_the_likelihood_is_that_of_a_normal_distribution(grouped, trainer_of):
    torch = pytest.importorskip("torch")
    group = trainer_of(grouped).run.groups["dso"]
    seen, actions = torch.randn(6, 1, group.pi[0].in_features), torch.randn(6, 1, 5)
    wanted = torch.distributions.Normal(group.pi(seen), group.log_std.exp()).log_prob(actions).sum(-1)
    assert torch.allclose(group.likelihood(seen, actions), wanted + 2.5 * np.log(2.0 * np.pi), atol=1e-3, rtol=1e-4)


def test_a_step_makes_good_actions_likelier_and_bad_ones_rarer(small, trainer_of):
    trainer = trainer_of(small, lr=1e-3, clip=10.0)
    batch = trainer._batch(trainer.play(trainer.env, "cpu"), "mg")
    batch["seen"], batch["targets"] = batch["seen"][:1].repeat(96, 1, 1), 0.0 * batch["targets"]
    group = trainer.run.groups["mg"]
    batch["gain"] = batch["actions"][..., :1].sum(-1) - group.pi(batch["seen"])[..., 0].detach()  # good is what lies above
    batch["before"] = group.likelihood(batch["seen"], batch["actions"]).detach()
    before = group.pi(batch["seen"])[0, 0, 0].item()
    trainer._learn({"mg": batch})
    assert group.pi(batch["seen"])[0, 0, 0].item() > before


def test_the_price_of_violations_rises_while_there_are_too_many(small, trainer_of):
    strict, lenient = (replace(small, violating_share_max=share) for share in (0.0, 1.0))
    trainer = trainer_of(strict, "mappo_lagrangian")
    trainer.iterate()
    violating = trainer.run.numbers["train_violating"]
    assert violating > 0.0
    assert trainer.run.numbers["multiplier"] == pytest.approx(trainer.recipe["multiplier_rate"] * violating)
    trainer = trainer_of(lenient, "mappo_lagrangian", multiplier=0.5)
    trainer.iterate()
    assert 0.0 <= trainer.run.numbers["multiplier"] < 0.5


def test_a_dear_violation_turns_the_advantages_against_it(small, trainer_of):
    trainer = trainer_of(small, "mappo_lagrangian", multiplier=1e4)
    played = trainer.play(trainer.env, "cpu")
    gain = trainer._batch(played, "mg")["gain"].reshape(24, 4)
    violating = played.signals[..., 0, 1] > 0.5
    assert violating.any()
    assert not violating.all()
    assert gain[violating].mean() < gain[~violating].mean()


@pytest.mark.parametrize("algorithm", ["mappo", "ippo"])
def test_a_seed_gives_the_same_weights_in_two_processes(algorithm, small, tmp_path):
    pytest.importorskip("torch")
    folders = [tmp_path / hash_seed for hash_seed in ("1", "2")]
    runs = [
        subprocess.Popen(command(one, algorithm=algorithm), env=environment(one.name), stdout=subprocess.DEVNULL)  # noqa: S603
        for one in folders
    ]
    assert [one.wait() for one in runs] == [0, 0]
    assert weights(folders[0]) == weights(folders[1])
    policy = make_policy(folders[0] / "best", small)
    assert (policy.name, policy.batched) == (algorithm, True)
    facts = json.loads((folders[0] / "last" / "policy.json").read_text())["facts"]
    assert {"seed", "threads", "torch", "numpy", "python", "gridbench", "scenario_digest"} <= facts.keys()
    assert facts["seed"] == 0


def test_killed_at_any_moment_it_resumes_to_the_same_weights(tmp_path):
    pytest.importorskip("torch")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    options = {"algorithm": "mappo_lagrangian", "steps": 5000}
    subprocess.run(command(whole, **options), check=True, env=environment("0"), stdout=subprocess.DEVNULL)  # noqa: S603
    rng, kills = np.random.default_rng(0), 0
    for _ in range(2):
        process = subprocess.Popen(command(killed, "--resume", **options), env=environment("0"), stdout=subprocess.PIPE)  # noqa: S603
        process.stdout.readline()  # it has begun to learn, or to go on
        time.sleep(rng.uniform(0.0, 1.0))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        process.stdout.close()
    assert kills >= 1
    subprocess.run(command(killed, "--resume", **options), check=True, env=environment("0"), stdout=subprocess.DEVNULL)  # noqa: S603
    assert weights(killed) == weights(whole)
    rows = [[line.split(",") for line in (one / "log.csv").read_text().splitlines()] for one in (whole, killed)]
    assert [[*row[:2], *row[3:]] for row in rows[0]] == [[*row[:2], *row[3:]] for row in rows[1]], "but for the seconds"


def test_a_checkpoint_of_another_run_is_refused(fast, small, tmp_path, capsys):
    arguments = command(tmp_path, steps=400)[2:]
    assert fast.main(arguments) == 0
    assert fast.main(arguments) == 3
    assert "--resume" in capsys.readouterr().err
    assert fast.main([*arguments, "lr=1e-3", "--seed", "3", "--resume"]) == 3
    told = capsys.readouterr().err
    assert "seed was 0, is 3" in told
    assert "lr was 0.0002, is 0.001" in told
    assert fast.main([*arguments, "--steps", "800", "--resume"]) == 0
    assert make_policy(tmp_path / "last", small).training["environment_steps"] >= 800


def test_a_graphics_card_that_is_not_there_is_refused(fast, tmp_path, capsys):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is one")
    assert fast.main([*command(tmp_path)[2:], "--device", "cuda"]) == 3
    assert "give cpu" in capsys.readouterr().err
