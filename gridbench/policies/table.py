"""The policies by name, and how one is made."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridbench.errors import UnknownName
from gridbench.places import data_folder
from gridbench.policies.bundle import ZIP, bundle_policy, is_bundle, open_bundle
from gridbench.policies.foresight import Foresight
from gridbench.policies.idle import Idle
from gridbench.policies.mpc import Mpc, StochasticMpc
from gridbench.policies.network import Network
from gridbench.policies.network_file import PAGE
from gridbench.policies.rule import Rule
from gridbench.policies.seeded import Seeded, is_seeded
from gridbench.policies.shield import PREFIX, Shield
from gridbench.policies.uniform import Random

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.policies.policy import Policy
    from gridbench.scenario.scenario import Scenario


def baseline_root() -> Path:
    """Return the folder of the trained baselines: inside an installed package, else beside it in a checkout."""
    return data_folder("baselines")


def trained(algorithm: str, scenario: Scenario) -> Policy:
    """Return a baseline that was trained on a scenario. Raises UnknownName where there is none, InvalidInput for its files."""
    home = baseline_root() / algorithm
    if not is_trained(home / scenario.id):
        known = sorted(one.name for one in home.glob("*-v*") if is_trained(one))
        raise UnknownName(f"scenario with trained {algorithm} weights", scenario.id, known)
    return read_trained(home / scenario.id, scenario)


def is_trained(folder: Path) -> bool:
    """Return whether a folder holds a trained network, or several by seed."""
    return (folder / PAGE).is_file() or is_seeded(folder)


def read_trained(folder: Path, scenario: Scenario, **options: Any) -> Policy:  # noqa: ANN401
    """Return the network of a folder, or the policy of those that it holds by seed. Raises InvalidInput with all faults."""
    return Seeded(scenario, folder) if is_seeded(folder) else Network(scenario, folder, **options)


LEARNT = ("mappo", "mappo_lagrangian", "dagger")
"""The algorithms whose weights come with gridbench, a folder each below `baselines`."""

POLICIES: dict[str, Callable[..., Policy]] = {
    "idle": Idle,
    "random": Random,
    "rule": Rule,
    "foresight": Foresight,
    "mpc": Mpc,
    "mpc_perfect": partial(Mpc, forecast="perfect"),
    "mpc_persistence": partial(Mpc, forecast="persistence"),
    "stochastic_mpc": StochasticMpc,
    **{algorithm: partial(trained, algorithm) for algorithm in LEARNT},
}
"""What makes each policy, called with the scenario."""


def make_policy(name_or_path: str | Path, scenario: Scenario, **options: Any) -> Policy:  # noqa: ANN401
    """Return a policy by name, a submitted one by the path of its bundle, or trained networks by that of their folder.

    Text is a path where it has a separator or ends in .zip, and a name otherwise; what follows `shielded:` is put behind the
    shield. `options` go to the constructor of a policy that is no bundle. Raises UnknownName with the nearest names,
    InvalidInput.
    """
    text = str(name_or_path)
    if text.startswith(PREFIX):
        return Shield(make_policy(text.removeprefix(PREFIX), scenario, **options))
    if isinstance(name_or_path, Path) or text.endswith(ZIP) or any(one in text for one in {os.sep, os.altsep or os.sep, "/"}):
        path = Path(name_or_path)
        return bundle_policy(open_bundle(path), scenario) if is_bundle(path) else read_trained(path, scenario, **options)
    if text not in POLICIES:
        raise UnknownName("policy", text, POLICIES)
    return POLICIES[text](scenario, **options)
