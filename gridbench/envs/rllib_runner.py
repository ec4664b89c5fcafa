"""The sampler for RLlib (new API stack) that steps a batch of whole days natively; importing this module imports ray.

RLlib's own multi-agent sampler handles every agent of every environment in every step in Python, which takes several times
what learning does. Here one step of all days is one call of the plant and one forward pass by module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from ray.rllib.core.columns import Columns
from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner
from ray.rllib.utils import metrics as names

from gridbench.envs.rllib_days import Days
from gridbench.envs.rllib_episodes import Recorded, multi_agent_episode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.envs.batch import Rewards
    from gridbench.envs.rllib_days import Floats
    from gridbench.plant.plant import StepResult

_Base: Any = MultiAgentEnvRunner  # so that the type checker reads this file alike with ray and without


@dataclass
class _Tape:
    """What is recorded step by step: by agent a list of arrays (days, ...), `state` of all."""

    seen: dict[str, list[Floats]]
    state: list[Floats]
    actions: dict[str, list[Floats]] = field(default_factory=dict)
    rewards: dict[str, list[Floats]] = field(default_factory=dict)
    outputs: dict[str, dict[str, list[Floats]]] = field(default_factory=dict)

    def add(self, agent: str, outputs: Mapping[str, Floats]) -> None:
        """Keep columns of a step."""
        for name, one in outputs.items():
            self.outputs.setdefault(agent, {}).setdefault(name, []).append(one)


class BatchEnvRunner(_Base):  # type: ignore[misc]
    """Plays `num_envs_per_env_runner` whole days side by side and returns them as MultiAgentEpisodes.

    `config.env_runners(env_runner_cls=BatchEnvRunner)` puts it in the place of RLlib's; the keys of `env_config` are those of
    `Days`. Modules are stateless ones with a distribution of actions; connectors between environment and module, and callbacks of
    single episodes, are passed over. What a call draws depends on the seed, the runner, and how often weights came: a run that
    was restored from a checkpoint goes on as if it had never stopped.
    """

    def make_env(self) -> None:
        """Build the batch of days. Raises UnknownName, InvalidInput."""
        self.env = Days(self.batch_config(dict(self.config.env_config)), self.config.num_envs_per_env_runner)
        self.num_envs = self.env.num_envs
        self._drawn = (-1, 0)
        self._members: dict[str, list[str]] = {}
        for agent in self.env.grid.agents:
            self._members.setdefault(self.config.policy_mapping_fn(agent, None), []).append(agent)

    def batch_config(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the keys of env_config that Days reads; a subclass takes its own out."""
        return config

    def signals(self, weather: Floats, rewards: Rewards, result: StepResult) -> tuple[Rewards, dict[str, Floats]]:
        """Return the rewards to learn from, and columns (days,) by name to record beside; a subclass shapes them.

        `weather` (days, columns) is that of the step.
        """
        del weather, result
        return rewards, {}

    def _sample(
        self,
        *,
        num_timesteps: int | None = None,
        num_episodes: int | None = None,
        explore: bool,
        random_actions: bool = False,
        force_reset: bool = False,  # noqa: ARG002 - a day is never left unfinished
    ) -> list[Any]:
        """Return whole days, at least as many as are asked for."""
        rounds = self._rounds(num_timesteps, num_episodes)
        found = []
        for _ in range(rounds):
            seed = self._fresh_seed()
            with torch.random.fork_rng(devices=[]), torch.no_grad():
                torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
                tape = self._play(np.random.default_rng(seed), explore=explore, random_actions=random_actions)
            recorded = self._recorded(tape)
            self._tell(recorded)
            mapping = self.config.policy_mapping_fn
            found += [multi_agent_episode(recorded, day, mapping) for day in range(self.num_envs)]
        return found

    def _rounds(self, num_timesteps: int | None, num_episodes: int | None) -> int:
        if num_timesteps is None:
            return -(-(num_episodes or 0) // self.num_envs)
        steps = self.env.grid.scenario.steps * self.num_envs
        steps *= 1 if self.config.count_steps_by == "env_steps" else len(self.env.grid.agents)
        return -(-num_timesteps // steps)

    def _fresh_seed(self) -> list[int]:
        """Return numbers that no other call has had: by weights, and how many calls had these."""
        version, calls = self._drawn
        self._drawn = (self._weights_seq_no, calls + 1 if version == self._weights_seq_no else 0)
        return [self._seed or 0, self.worker_index or 0, *self._drawn] if self._seed is not None else _entropy()

    def _play(self, rng: np.random.Generator, *, explore: bool, random_actions: bool) -> _Tape:
        """Play the days, all agents of a module in one forward pass."""
        env = self.env
        seen = env.reset(rng)
        tape = _Tape({agent: [one] for agent, one in seen.items()}, [env.grid.state()] if env.central else [])
        while not env.grid.over:
            actions: dict[str, Floats] = {}
            for module, members in self._members.items():
                if random_actions:
                    actions |= {a: rng.uniform(-1.0, 1.0, (env.num_envs, env.grid.codec.sizes[a])) for a in members}
                else:
                    actions |= self._act(module, members, seen, tape, explore=explore)
            weather = env.grid.plant.weather[env.grid.plant.t]
            seen, given, result = env.step(actions)
            rewards, columns = self.signals(weather, given, result)
            for agent, one in seen.items():
                tape.seen[agent].append(one)
                tape.actions.setdefault(agent, []).append(actions[agent])
                tape.rewards.setdefault(agent, []).append(rewards[agent])
                tape.add(agent, columns)
            if env.central:
                tape.state.append(env.grid.state())
        return tape

    def _act(self, module: str, members: list[str], seen: dict[str, Floats], tape: _Tape, *, explore: bool) -> dict[str, Floats]:
        """Return the actions of agents that share a module, as the module means them; keep what it put out."""
        stacked: Any = torch.from_numpy(np.concatenate([seen[agent] for agent in members]))
        if self.env.central:
            stacked = {"obs": stacked, "state": torch.from_numpy(np.tile(tape.state[-1], (len(members), 1)))}
        net = self.module[module]
        out = net.forward_exploration({Columns.OBS: stacked}) if explore else net.forward_inference({Columns.OBS: stacked})
        kind = net.get_exploration_action_dist_cls() if explore else net.get_inference_action_dist_cls()
        dist = kind.from_logits(out[Columns.ACTION_DIST_INPUTS])
        dist = dist if explore else dist.to_deterministic()
        done = dist.sample()
        kept = {Columns.ACTION_DIST_INPUTS: out[Columns.ACTION_DIST_INPUTS]}
        kept |= {Columns.ACTION_LOGP: dist.logp(done)} if explore else {}
        size = self.num_envs
        for i, agent in enumerate(members):
            tape.add(agent, {name: one[i * size : (i + 1) * size].numpy() for name, one in kept.items()})
        return {agent: done[i * size : (i + 1) * size].numpy() for i, agent in enumerate(members)}

    def _recorded(self, tape: _Tape) -> dict[str, Recorded]:
        """Return what was played, days first, as one stretch of memory a day."""
        state = _days_first(tape.state) if tape.state else None
        found = {}
        for module, members in self._members.items():
            for agent in members:
                own = _days_first(tape.seen[agent])
                outputs = {name: _days_first(one) for name, one in tape.outputs.get(agent, {}).items()}
                seen = own if state is None else {"obs": own, "state": state}
                actions, rewards = _days_first(tape.actions[agent]), _days_first(tape.rewards[agent])
                found[agent] = Recorded(module, seen, actions, rewards, outputs)
        return found

    def _tell(self, recorded: dict[str, Recorded]) -> None:
        """Log what RLlib's runner logs, once for all days."""
        log, steps = self.metrics, self.env.grid.scenario.steps
        count = steps * self.num_envs
        self.num_env_steps_sampled_lifetime += count
        self._log_env_steps(metric=self._metrics_num_env_steps_sampled, num_steps=count)
        log.log_value(names.NUM_ENV_STEPS_SAMPLED, count, reduce="sum")
        log.log_value(names.NUM_ENV_STEPS_SAMPLED_LIFETIME, count, reduce="lifetime_sum", with_throughput=True)
        log.log_value(names.NUM_EPISODES, self.num_envs, reduce="sum")
        log.log_value(names.NUM_EPISODES_LIFETIME, self.num_envs, reduce="lifetime_sum")
        for agent, one in recorded.items():
            for key, own in ((names.NUM_AGENT_STEPS_SAMPLED, agent), (names.NUM_MODULE_STEPS_SAMPLED, one.module)):
                log.log_value((key, own), count, reduce="sum")
                log.log_value((f"{key}_lifetime", own), count, reduce="lifetime_sum")
        each = {agent: one.rewards.sum(axis=1) for agent, one in recorded.items()}
        total = np.sum(list(each.values()), axis=0)
        means: dict[str, Any] = {names.EPISODE_RETURN_MEAN: float(total.mean()), names.EPISODE_LEN_MEAN: steps}
        means[names.EPISODE_AGENT_RETURN_MEAN] = {agent: float(one.mean()) for agent, one in each.items()}
        for name in next(iter(recorded.values())).outputs:
            if name not in {Columns.ACTION_DIST_INPUTS, Columns.ACTION_LOGP}:
                means[f"{name}_mean"] = float(np.mean([one.outputs[name].mean() for one in recorded.values()]))
        log.log_dict(means, window=1)
        log.log_value(names.EPISODE_RETURN_MIN, float(total.min()), reduce="min", window=1)
        log.log_value(names.EPISODE_RETURN_MAX, float(total.max()), reduce="max", window=1)


def _days_first(parts: list[Floats]) -> Floats:
    """Return (days, steps, ...) of steps of (days, ...), in single precision."""
    return np.stack(parts, axis=1, dtype=np.float32, casting="same_kind")


def _entropy() -> list[int]:
    """Return numbers that no one can foresee, where no seed was given."""
    return [int(one) for one in np.random.SeedSequence().generate_state(4)]
