"""A policy that was trained several times: one set of weights a training seed, each judged on its own seed of a run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from gridbench.errors import InvalidInput
from gridbench.policies.network import Network
from gridbench.policies.network_file import PAGE
from gridbench.policies.policy import Floats, Observations, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gridbench.scenario.scenario import Columns, Scenario

FOLDER = "seed-"
"""What the name of a folder of weights begins with; the training seed follows."""
ALIKE = "name", "version", "information"
"""What the pages of all seeds must agree on."""


class Seeded(Policy):
    """Acts with the network that was trained with the seed of `reset`, before it with that of the least seed.

    So the seeds of a record are trainings, and its intervals say what training again would change. What training took
    (environment steps, seconds) is the mean of a seed. Raises InvalidInput with all faults: of the folders `seed-0`, `seed-1`,
    ..., of each as a network, and where their pages differ in more than training.
    """

    kind = "learned"
    batched = True

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        """Read the networks below a folder."""
        super().__init__(scenario)
        self._folder = folder
        self._networks = _networks(scenario, folder)
        self.trained_seeds: tuple[int, ...] = tuple(self._networks)
        self.deterministic = len(self._networks) == 1
        self._acting = first = self._networks[self.trained_seeds[0]]
        self.name, self.version, self.information = first.name, first.version, first.information
        self.parameters = first.parameters
        digests = " ".join(f"{seed} {network.digest}" for seed, network in self._networks.items())
        self.digest = f"sha256:{hashlib.sha256(digests.encode()).hexdigest()}"
        self.training = _in_common([one.training for one in self._networks.values()])

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day with the network of a seed. Raises InvalidInput for another scenario, and a seed that was not trained."""
        if seed not in self._networks:
            fault = f"seed {seed} was not trained: choose from {', '.join(map(str, self._networks))}, or train it"
            raise InvalidInput(str(self._folder), [fault])
        self._acting = self._networks[seed]
        self._acting.reset(scenario, columns, seed)

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the mean action of each agent, as `Network.act` does."""
        return self._acting.act(observations)


def is_seeded(folder: Path) -> bool:
    """Return whether a folder holds networks by training seed."""
    return any(folder.glob(f"{FOLDER}*/{PAGE}"))


def _in_common(told: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """Return what training took of a seed, and the facts that all seeds share; None where one does not tell."""
    stated = [one for one in told if one is not None]
    if len(stated) < len(told):
        return None
    facts = set.intersection(*(set(one["facts"].items()) for one in stated))
    return {
        **stated[0],
        "environment_steps": round(sum(one["environment_steps"] for one in stated) / len(stated)),
        "seconds": round(sum(one["seconds"] for one in stated) / len(stated), 1),
        "seeds": tuple(sorted({seed for one in stated for seed in one["seeds"]})),
        "facts": dict(sorted(facts)),
    }


def _networks(scenario: Scenario, folder: Path) -> dict[int, Network]:
    faults, found = [], {}
    for home in sorted(folder.glob(f"{FOLDER}*")):
        number = home.name.removeprefix(FOLDER)
        if not (number.isdecimal() and str(int(number)) == number):
            faults.append(f"{home.name}: is no seed; name it {FOLDER}0, {FOLDER}1, ...")
            continue
        try:
            found[int(number)] = Network(scenario, home)
        except InvalidInput as error:
            faults += [f"{home.name}: {one}" for one in error.faults]
    if faults or not found:
        raise InvalidInput(str(folder), faults or [f"holds no {FOLDER}0/{PAGE}"])
    for what in ALIKE:
        stated = {getattr(one, what) for one in found.values()}
        if len(stated) > 1:
            faults.append(f"{what} differs between seeds: {', '.join(sorted(stated))}")
    if faults:
        raise InvalidInput(str(folder), faults)
    return dict(sorted(found.items()))
