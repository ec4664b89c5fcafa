"""Train MAPPO, IPPO or MAPPO-Lagrangian with torch alone, many days side by side as arrays.

    python baselines/fast/train.py --scenario ieee34_ieee13-v1 --algorithm mappo --seed 0 --out runs/train/mappo-0

The recipe is that of baselines/mappo: a warm start by imitation of `rule`, then multi-agent PPO (Yu et al. 2022) with one actor
and one critic per kind of agent. The critic of `mappo` sees all observations, that of `ippo` what its actor sees (de Witt et al.
2020); `mappo_lagrangian` has a second critic for violating steps, whose price rises while there are too many (Ray et al. 2019).
With --start it begins with the actors of a folder that some trainer wrote, and counts on from their environment steps.
With --resume it goes on from <out>/checkpoint.pt and ends in the same weights, bit by bit, as if it had never stopped.
"""

# ruff: noqa: E402
from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it a GPU's products are not repeatable
sys.path.insert(0, str(HERE.parent))

import argparse
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from common.arena import Arena, Arenas, BatchArena
from common.checkpoint import Run
from common.clone import imitate, make_nets, marked
from common.critics import fit_each
from common.facts import facts_of
from common.group import Group
from common.journal import Journal
from common.nets import Groups, export, groups_of, perceptron, seed_torch, swap
from common.recipe import read_recipe
from common.returns import advantages, masked
from common.reward import Shaped
from common.stage_arena import arenas_of
from common.start import adopt, begun_with, name_of
from common.validation import Validation
from torch import nn

from gridbench.errors import GridbenchError, InvalidInput
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.scenario.scenario import Scenario

ALGORITHMS = ("mappo", "ippo", "mappo_lagrangian")
CHECKPOINT = "checkpoint.pt"


@dataclass
class Played:
    """Whole days; every tensor begins with (steps, days). What is shared by all agents has a third axis of 1, else of agents."""

    seen: dict[str, torch.Tensor]
    """What the actors of each group saw, (.., agents, numbers)."""
    actions: dict[str, torch.Tensor]
    state: torch.Tensor
    """What all agents saw together (.., 1, numbers)."""
    signals: torch.Tensor
    """The reward, and whether the step violated a limit (.., 1, 2)."""


class Trainer:
    """Plays days and learns from them; `central` critics see the state, and a `multiplier` prices violating steps."""

    def __init__(
        self, scenario: Scenario, algorithm: str, recipe: dict[str, Any], seed: int, device: str = "cpu",
        arenas: Arenas = BatchArena,
    ) -> None:  # fmt: skip
        """Build networks, untrained."""
        self.recipe, self.device, self.arenas = recipe, device, arenas
        self.env = arenas(scenario, "train", recipe["days_per_iteration"])
        self.agents: Groups = groups_of(self.env.acting)
        self.members: dict[str, list[str]] = {}
        for agent, (module, _, _) in self.agents.items():
            self.members.setdefault(module, []).append(agent)
        self.central, self.constrained = algorithm != "ippo", algorithm == "mappo_lagrangian"
        self.gamma, self.lam = (recipe[name] ** scenario.step_h for name in ("gamma", "lambda"))
        self._shaped = Shaped(scenario, recipe)
        self.nets = make_nets(self.env.acting, self.agents, recipe, central=self.central, scenario=scenario)
        groups = {}
        for name, critic in self.nets.critics.items():
            costs = [perceptron(critic[0].in_features, 1, tuple(recipe["hidden"]), 1.0)] if self.constrained else []
            groups[name] = Group(self.nets.actors[name], [critic, *costs], self.nets.noise[name]).to(device)
        optimisers = {name: torch.optim.Adam(group.parameters(), lr=recipe["lr"], fused=True) for name, group in groups.items()}
        numbers = {"iteration": 0, "steps": 0, "seconds": 0.0, "told": -1, "best": [True, float("inf")]}
        numbers |= {"train_return": float("nan"), "train_violating": float("nan"), "multiplier": recipe["multiplier"]}
        self.run = Run(groups, optimisers, torch.Generator().manual_seed(seed), numbers)

    def warm_start(self, rng: np.random.Generator, start: Path | None = None) -> None:
        """Let actors imitate `rule`, or take those of a folder, then critics know what the noisy actors earn.

        It happens on the CPU, where it is as fast. Raises InvalidInput where the actors of the folder are others.
        """
        if start is not None:
            self.run.numbers["steps"] = adopt(start, self.nets.actors, self.agents, self.env)
        elif not self.recipe["rounds"]:
            return
        wide = self.arenas(self.env.scenario, "train", self.recipe["batch"])
        for group in self.run.groups.values():
            group.cpu()
        if start is None:
            imitate(wide, self.agents, self.nets, self.recipe, rng)
        days = [self.play(wide, "cpu") for _ in range(self.recipe["critic_rounds"])]
        for name, group in self.run.groups.items():
            looks = [self.looked_at(one, name) for one in days]
            x = torch.cat([look.flatten(0, 2) for look in looks]).numpy()
            sums = []
            for i in range(len(group.critics)):
                earned = [one.signals[..., i].expand(look.shape[:3]) for one, look in zip(days, looks, strict=True)]
                returns = [advantages(one, torch.zeros(one.shape), self.gamma, 1.0).reshape(-1, 1) for one in earned]
                sums.append(torch.cat(returns).numpy())
            fit_each(name, list(group.critics), x, sums, self.recipe["critic_epochs"], rng)
            group.to(self.device)

    def looked_at(self, played: Played, name: str) -> torch.Tensor:
        """Return what the critics of a group see (steps, days, 1 or agents, numbers)."""
        return played.state if self.central else played.seen[name]

    @torch.no_grad()
    def play(self, env: Arena, device: str) -> Played:
        """Play whole days of the training split, drawn with replacement, with the actors and their noise."""
        scenario, draw = env.scenario, self.run.rng
        known = scenario.split(env.split).days
        drawn = torch.randint(len(known), (env.batch,), generator=draw).tolist()
        shapes = {name: (scenario.steps, env.batch, len(one), len(env.acting.asks[one[0]])) for name, one in self.members.items()}
        noise = {name: torch.randn(shape, generator=draw).to(device) for name, shape in shapes.items()}
        kept: dict[str, list[torch.Tensor]] = {key: [] for key in ("state", "signals", *self.members)}
        done: dict[str, list[torch.Tensor]] = {name: [] for name in self.members}
        carried: dict[str, Any] = dict.fromkeys(self.members)
        seen = env.reset([known[i] for i in drawn])
        for t in range(scenario.steps):
            asked: dict[str, NDArray[np.float32]] = {}
            kept["state"].append(torch.from_numpy(env.state())[:, None])
            for name, members in self.members.items():
                group = self.run.groups[name]
                stacked = np.stack([marked(self.agents, agent, seen[agent]) for agent in members], axis=1)
                kept[name].append(torch.from_numpy(stacked).to(device))
                mean, carried[name] = group.step(kept[name][-1], carried[name])
                done[name].append(mean + group.spread.exp() * noise[name][t])
                actions = done[name][-1].cpu().numpy()
                asked |= {agent: actions[:, i] for i, agent in enumerate(members)}
            seen, outcome = env.step(asked)
            signals = np.stack([self._shaped(outcome.weather, outcome.cost_usd), outcome.violating], axis=-1)
            kept["signals"].append(torch.from_numpy(signals.astype(np.float32))[:, None])
        told = {key: torch.stack(parts).to(device) for key, parts in kept.items()}
        actions_done = {name: torch.stack(parts) for name, parts in done.items()}
        return Played({name: told[name] for name in self.members}, actions_done, told["state"], told["signals"])

    def iterate(self) -> None:
        """Play, learn, and move the multiplier."""
        played, numbers = self.play(self.env, self.device), self.run.numbers
        self._learn({name: self._batch(played, name) for name in self.members})
        numbers["iteration"] += 1
        numbers["steps"] += self.env.batch * self.env.scenario.steps
        earned, violating = played.signals.mean(dim=(0, 1, 2)).tolist()
        numbers["train_return"], numbers["train_violating"] = earned * self.env.scenario.steps, violating
        if self.constrained:  # dual ascent
            over = violating - self.recipe["aim"] * self.env.scenario.violating_share_max
            numbers["multiplier"] = max(0.0, numbers["multiplier"] + self.recipe["multiplier_rate"] * over)

    @torch.no_grad()
    def _batch(self, played: Played, name: str) -> dict[str, torch.Tensor]:
        """Return what a group learns from, (steps * days, ...), of whole days (steps, days, ...) where its actor looks back."""
        group, look = self.run.groups[name], self.looked_at(played, name)
        gains, targets = [], []
        for i, critic in enumerate(group.critics):
            values = critic(look).squeeze(-1)
            gains.append(advantages(played.signals[..., i].expand_as(values), values, self.gamma, self.lam))
            targets.append(gains[-1] + values)
        gain = gains[0] - self.run.numbers["multiplier"] * gains[1] if self.constrained else gains[0]
        batch = {"seen": played.seen[name], "actions": played.actions[name], "look": look, "targets": torch.stack(targets, -1)}
        batch["gain"] = masked(gain, torch.ones_like(gain, dtype=torch.bool))  # whole days: every slot is valid
        batch["before"] = group.likelihood(batch["seen"], batch["actions"])
        return batch if group.remembers else {key: one.flatten(0, 1) for key, one in batch.items()}

    def _learn(self, batches: dict[str, dict[str, torch.Tensor]]) -> None:
        """Pass over the batches in minibatches of whole steps, or of whole days, in which every agent appears."""
        recipe, steps = self.recipe, self.env.scenario.steps
        whole = any(group.remembers for group in self.run.groups.values())
        rows = max(1, recipe["minibatch"] // max(map(len, self.members.values())) // (steps if whole else 1))
        count = self.env.batch * (1 if whole else steps)
        for _ in range(recipe["ppo_epochs"]):
            for at in torch.randperm(count, generator=self.run.rng).to(self.device).split(rows):
                for name, batch in batches.items():
                    group, optimiser = self.run.groups[name], self.run.optimisers[name]
                    optimiser.zero_grad()
                    self._loss(group, {key: one[:, at] if whole else one[at] for key, one in batch.items()}).backward()
                    nn.utils.clip_grad_norm_(group.parameters(), 0.5)
                    optimiser.step()

    def _loss(self, group: Group, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the clipped surrogate (Schulman et al. 2017), and half the square error of each critic."""
        clip = self.recipe["clip"]
        ratio = torch.exp(group.likelihood(batch["seen"], batch["actions"]) - batch["before"])
        surrogate = torch.min(batch["gain"] * ratio, batch["gain"] * ratio.clamp(1.0 - clip, 1.0 + clip)).mean()
        values = torch.cat([critic(batch["look"]) for critic in group.critics], dim=-1)
        errors = ((values - batch["targets"]) ** 2).mean(dim=tuple(range(values.dim() - 1))).sum()
        return 0.5 * errors - surrogate - self.recipe["entropy"] * group.spread.sum()


def train(args: argparse.Namespace, recipe: dict[str, Any]) -> None:
    """Train, validate, keep the best, log and save; raises InvalidInput, UnknownName, StorageError."""
    begun, path = time.perf_counter(), args.out / CHECKPOINT
    if path.is_file() and not args.resume:
        raise InvalidInput(str(path), ["a training stands here: go on with --resume, or choose another --out"])
    seed_torch(args.seed, args.threads)
    torch.use_deterministic_algorithms(True)  # noqa: FBT003
    scenario = load_scenario(args.scenario)
    trainer = Trainer(scenario, args.algorithm, recipe, args.seed, args.device, arenas_of(args.env, recipe["flow"], args.device))
    validation = Validation(scenario, recipe["validation_days"], args.scenario, trainer.arenas)
    facts = begun_with(args.start) | facts_of("fast", args, scenario, **own_facts(args))
    made_of = json.dumps({**facts, **{key: one for key, one in recipe.items() if key != "steps"}}, sort_keys=True)
    if path.is_file():
        trainer.run.load(path, made_of)
    else:
        trainer.warm_start(np.random.default_rng([args.seed, 1]), args.start)
    numbers = trainer.run.numbers
    begun -= numbers["seconds"]
    journal = Journal(args.out, after=numbers["iteration"] if path.is_file() else None)
    while True:
        done, i = numbers["steps"] >= args.steps, numbers["iteration"]
        numbers["seconds"] = time.perf_counter() - begun
        if numbers["told"] != i and (done or i % recipe["validate_every"] == 0):
            validate(trainer, validation, args, facts, journal)
        if done or i % recipe["checkpoint_every"] == 0:
            trainer.run.save(path, made_of)
        if done:
            return
        trainer.iterate()


def validate(trainer: Trainer, validation: Validation, args: argparse.Namespace, facts: dict[str, Any], log: Journal) -> None:
    """Export the actors, play the validation days with NumPy, keep the best (admissible ones first), and tell."""
    numbers, groups = trainer.run.numbers, trainer.run.groups
    training = {
        "environment_steps": numbers["steps"], "seconds": round(numbers["seconds"], 1), "device": facts["device"],
        "seeds": (args.seed,), "scenarios": (trainer.env.scenario.id,),
    }  # fmt: skip
    told = {"name": name_of(args.start, args.algorithm), "training": training, "facts": facts}
    actors = {name: group.pi for name, group in groups.items()}
    found = validation(export(args.out / "last", told, actors, trainer.agents, trainer.env.scenario, trainer.env.acting))
    if found.rank < tuple(numbers["best"]):
        numbers["best"] = list(found.rank)
        swap(args.out / "last", args.out / "best")
    numbers["told"] = numbers["iteration"]
    row = {key: numbers[key] for key in ("iteration", "steps", "seconds", "train_return", "train_violating")}
    row |= found.row(numbers["best"][1])
    row |= {"multiplier": numbers["multiplier"]} if trainer.constrained else {}
    log.tell(row | {f"std_{name}": float(group.spread.detach().exp().mean()) for name, group in groups.items()})


def own_facts(args: argparse.Namespace) -> dict[str, str | int]:
    """Return the facts that this trainer adds: threads, the device, and the environment where one was declared."""
    device = args.device if args.device == "cpu" else torch.cuda.get_device_name(args.device)
    return {"threads": args.threads, "device": device} | ({"environment": " ".join(args.env)} if args.env else {})


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and the recipe, and train; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", default="ieee34_ieee13-v1", help="name, id or path")
    parser.add_argument("--algorithm", choices=ALGORITHMS, default="mappo")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="environment steps (of the batch together; default: of the recipe)")
    parser.add_argument("--start", type=Path, help="folder of a policy whose actors to begin with, instead of imitating rule")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, checkpoint and log")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU")
    parser.add_argument("--threads", type=int, default=1, help="of torch; the last bits of the weights depend on it")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out, if there is one")
    parser.add_argument("--env", nargs="*", default=[], metavar="KEY=VALUE", help="agents, observability, protocol, if declared")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="change a number of the recipe")
    args = parser.parse_args(arguments)
    try:
        recipe = read_recipe(HERE, args.set, load_scenario(args.scenario).id)
        args.steps = recipe["steps"] if args.steps is None else args.steps
        if args.device != "cpu" and not torch.cuda.is_available():
            raise InvalidInput("--device", [f"{args.device}: torch finds no GPU here; give cpu"])
        train(args, recipe)
    except GridbenchError as error:
        print(f"train: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
