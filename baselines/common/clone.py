"""The warm start: actors that imitate the rule-based policy.

Plain exploration in a weak feeder is expensive: unlearned actions break voltage limits in most hours. So the actors first
imitate `rule` on the states that they themselves reach (DAgger, Ross et al. 2011), by least squares on the actions; then the
critics regress the returns of the noisy actors (critics.py). Everything runs on whole batches of days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from common.actors import make_actor, remembers, stepped
from common.nets import Groups, perceptron

if TYPE_CHECKING:
    from common.arena import Arena
    from numpy.typing import NDArray
    from torch import nn

    from gridbench.envs.acting import Acting
    from gridbench.scenario.scenario import Scenario

PRICE_NOISE = 0.05
"""First standard deviation of a price that a head names, in shares of half its range; the recipe has that of every ask."""


@dataclass
class Nets:
    """Actors and critics by module, and the standard deviations (entries,) of each module's actions when exploring."""

    actors: dict[str, nn.Module]
    critics: dict[str, nn.Sequential]
    noise: dict[str, NDArray[np.float32]]


@dataclass
class Samples:
    """Observations and the teacher's actions by module."""

    seen: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    wanted: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)


def make_nets(
    acting: Acting, groups: Groups, config: dict, *, central: bool = True, scenario: Scenario | None = None
) -> Nets:
    """Return untrained networks; an actor's mean action starts near zero. A critic sees all, or else what its actor sees.

    Actors are of the kind that the recipe names, where it names one; graphs follow the feeder of the scenario. Raises
    UnknownName, InvalidInput.
    """
    state = sum(acting.sizes.values())
    hidden, kind = tuple(config["hidden"]), config.get("actor", "dense")
    actors, critics, noise = {}, {}, {}
    for agent, (module, _, size) in groups.items():
        if module not in actors:
            own = acting.sizes[agent] + size
            actors[module] = make_actor(kind, module, acting, groups, config, scenario)
            critics[module] = perceptron(state if central else own, 1, hidden, 1.0)
            noise[module] = noise_of(acting, agent, config)
    return Nets(actors, critics, noise)


def noise_of(acting: Acting, agent: str, config: dict) -> NDArray[np.float32]:
    """Return the first standard deviation of each entry of an agent's action (entries,)."""
    known = {"price": PRICE_NOISE, **config["noise"]}
    each = [config["noise_scale"] * known[name.rpartition(".")[2]] for name in acting.asks[agent]]
    return np.array(each, dtype=np.float32)


def imitate(env: Arena, groups: Groups, nets: Nets, config: dict, rng: np.random.Generator) -> None:
    """Train actors on what the teacher does in the states that they reach."""
    samples = Samples()
    for turn in range(config["rounds"]):
        _collect(env, groups, nets, samples, config, rng, follow=turn > 0)
        epochs = config["epochs"] if turn < config["rounds"] - 1 else 3 * config["epochs"]
        for module, actor in nets.actors.items():
            seen, wanted = (np.concatenate(one[module]) for one in (samples.seen, samples.wanted))
            count = len(seen)
            if remembers(actor):
                seen, wanted = (_days_of(one, env, module, groups) for one in (seen, wanted))
            loss = fit(actor, seen, wanted, epochs, rng)
            print(f"imitation round {turn}: {module} mean square error {loss:.5f} on {count} samples", flush=True)


def marked(groups: Groups, agent: str, seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return an observation (batch, fields) with the one-hot of its agent behind it."""
    _, index, size = groups[agent]
    if not size:
        return seen
    mark = np.zeros((len(seen), size), np.float32)
    mark[:, index] = 1.0
    return np.concatenate([seen, mark], axis=1)


def _days_of(samples: NDArray[np.float32], env: Arena, module: str, groups: Groups) -> NDArray[np.float32]:
    """Return samples, collected step by step and agent by agent, as whole days (steps, days, numbers)."""
    members = sum(name == module for name, _, _ in groups.values())
    rounds = samples.reshape(-1, env.scenario.steps, members * env.batch, samples.shape[1])
    return np.concatenate(list(rounds), axis=1)


def fit(network: nn.Module, x: NDArray[np.float32], y: NDArray[np.float32], epochs: int, rng: np.random.Generator) -> float:
    """Fit by Adam with a falling step and return the mean square error of the last epoch.

    x and y are (samples, numbers), of an actor that remembers (steps, days, numbers); a minibatch is then of whole days.
    """
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    whole = x.ndim - 2
    count, size = x.shape[whole], max(1, 1024 // (len(x) if whole else 1))
    total = max(1, epochs * (-(-count // size)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda k: max(0.02, 1.0 - k / total))
    inputs, targets = torch.as_tensor(x), torch.as_tensor(y)
    error = 0.0
    for _ in range(epochs):
        losses = []
        for rows in np.array_split(rng.permutation(count), -(-count // size)):
            at = (*[slice(None)] * whole, torch.as_tensor(rows))
            loss = ((network(inputs[at]) - targets[at]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        error = float(np.mean(losses))
    return error


def act(groups: Groups, nets: Nets, seen: dict, rng: np.random.Generator | None, carried: dict | None = None) -> dict:
    """Return the actors' actions, with exploration noise where `rng` is given; `carried` is what agents remember of a day."""
    actions, carried = {}, {} if carried is None else carried
    with torch.no_grad():
        for agent, (module, _, _) in groups.items():
            given = torch.as_tensor(marked(groups, agent, seen[agent]))
            ahead, carried[agent] = stepped(nets.actors[module], given, carried.get(agent))
            mean = ahead.numpy()
            noise = 0.0 if rng is None else nets.noise[module] * rng.standard_normal(mean.shape)
            actions[agent] = np.clip(mean + noise, -1.0, 1.0)
    return actions


def beyond(actions: NDArray[np.float64], margin: float) -> NDArray[np.float32]:
    """Return the actions, those at an end of [-1, 1] moved past it by a margin: exploring must not shed load by chance."""
    return (actions + margin * ((actions >= 1.0).astype(np.float64) - (actions <= -1.0))).astype(np.float32)


def days(env: Arena, rng: np.random.Generator) -> list[int]:
    """Return days of the arena's split, drawn with replacement."""
    return [int(day) for day in rng.choice(env.scenario.split(env.split).days, env.batch)]


def _collect(
    env: Arena, groups: Groups, nets: Nets, samples: Samples, config: dict, rng: np.random.Generator, *, follow: bool
) -> None:
    seen, carried = env.reset(days(env, rng)), {}
    while not env.over:
        wanted = env.taught()
        for agent, (module, _, _) in groups.items():
            samples.seen.setdefault(module, []).append(marked(groups, agent, seen[agent]))
            samples.wanted.setdefault(module, []).append(beyond(wanted[agent], config["margin"]))
        seen, _ = env.step(act(groups, nets, seen, rng, carried) if follow else wanted)
