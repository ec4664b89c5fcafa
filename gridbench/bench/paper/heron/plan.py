"""The plan: what is trained for the tables, on which scenario, for how long and with which seeds."""

from __future__ import annotations

from dataclasses import dataclass

SCENARIO = "ieee34_ieee13-v1"
SPLIT = "test"
STEPS = 60_000
"""Environment steps of a training."""
SEEDS = (0, 1, 2)
RECIPE = ("batch=128", "rounds=4", "critic_rounds=4", "critic_epochs=10", "validate_every=4")
"""What differs from the recipe of baselines/fast: a shorter warm start, and iterations between two validations."""
LEVELS = ("public", "owner", "upper_level", "system")
"""What counts as visible, from least to most."""


@dataclass(frozen=True)
class Training:
    """What is trained: the words of its environment (none: the one that policies are scored in), and changes of the recipe.

    `tested` are the levels of observability that its test days are played under.
    """

    words: tuple[str, ...] = ()
    algorithm: str = "mappo"
    changes: tuple[str, ...] = RECIPE
    tested: tuple[str, ...] = ("system",)


TRAININGS: dict[str, Training] = {
    "mappo": Training(tested=LEVELS),
    "owner": Training(("observability=owner",), tested=LEVELS),
    "public": Training(("observability=public",), tested=LEVELS),
    "price": Training(("protocol=price",)),
    "peer_to_peer": Training(("protocol=peer_to_peer",)),
    "ippo": Training(algorithm="ippo"),
    "mappo_lagrangian": Training(algorithm="mappo_lagrangian"),
    "none": Training(("agents=device",), changes=(*RECIPE, "minibatch=3072")),
}
"""The trainings by name, in the order in which they are made: every one with the first seed, then with the next."""
SIGHT = {"public": "public", "owner": "owner", "upper_level": "mappo", "system": "mappo"}
"""The training of each level: what the operator alone may see changes nothing that any policy reads, so two levels are one."""
