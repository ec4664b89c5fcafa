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
from gridbench.policies.shield import PREFIX, Shield
from gridbench.policies.uniform import Random

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.policies.policy import Policy
    from gridbench.scenario.scenario import Scenario


def baseline_root() -> Path:
    """Return the folder of the trained baselines: inside an installed package, else beside it in a checkout."""
    return data_folder("baselines")


def mappo(scenario: Scenario) -> Network:
    """Return the trained MAPPO baseline of a scenario. Raises UnknownName where there is none."""
    home = baseline_root() / "mappo"
    if not (home / scenario.id / PAGE).is_file():
        trained = sorted(page.parent.name for page in home.glob(f"*/{PAGE}"))
        raise UnknownName("scenario with trained mappo weights", scenario.id, trained)
    return Network(scenario, home / scenario.id)


POLICIES: dict[str, Callable[..., Policy]] = {
    "idle": Idle,
    "random": Random,
    "rule": Rule,
    "foresight": Foresight,
    "mpc": Mpc,
    "mpc_perfect": partial(Mpc, forecast="perfect"),
    "mpc_persistence": partial(Mpc, forecast="persistence"),
    "stochastic_mpc": StochasticMpc,
    "mappo": mappo,
}
"""What makes each policy, called with the scenario."""


def make_policy(name_or_path: str | Path, scenario: Scenario, **options: Any) -> Policy:  # noqa: ANN401
    """Return a policy by name, a submitted one by the path of its bundle, or a trained network by that of its folder.

    Text is a path where it has a separator or ends in .zip, and a name otherwise; what follows `shielded:` is put behind the
    shield. `options` go to the constructor of a policy that is no bundle. Raises UnknownName with the nearest names,
    InvalidInput.
    """
    text = str(name_or_path)
    if text.startswith(PREFIX):
        return Shield(make_policy(text.removeprefix(PREFIX), scenario, **options))
    if isinstance(name_or_path, Path) or text.endswith(ZIP) or any(one in text for one in {os.sep, os.altsep or os.sep, "/"}):
        path = Path(name_or_path)
        return bundle_policy(open_bundle(path), scenario) if is_bundle(path) else Network(scenario, path, **options)
    if text not in POLICIES:
        raise UnknownName("policy", text, POLICIES)
    return POLICIES[text](scenario, **options)
