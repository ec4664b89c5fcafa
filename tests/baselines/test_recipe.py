"""The numbers of a recipe, and what the command line changes of them."""

from __future__ import annotations

import tomllib

import pytest
from trainer_files import BASELINES

from gridbench import list_scenarios
from gridbench.errors import InvalidInput


def test_a_trainer_reads_the_shared_numbers_and_its_own(shared):
    read = shared("recipe").read_recipe
    mappo, fast = read(BASELINES / "mappo"), read(BASELINES / "fast")
    both = mappo.keys() & fast.keys()
    assert {"hidden", "lr", "noise"} <= both
    assert all(mappo[name] == fast[name] for name in both)


def test_changes_keep_their_type(shared):
    changed = shared("recipe").read_recipe(BASELINES / "fast", ["lr=1e-3", "ppo_epochs=3", "steps=2e5", "hidden=32,16"])
    assert (changed["lr"], changed["ppo_epochs"], changed["steps"], changed["hidden"]) == (1e-3, 3, 200_000, [32, 16])


def test_all_wrong_changes_are_told_at_once(shared):
    with pytest.raises(InvalidInput) as refused:
        shared("recipe").read_recipe(BASELINES / "fast", ["lrr=1", "lr=quick", "ppo_epochs=2.5", "noise=1"])
    assert len(refused.value.faults) == 4
    assert "did you mean 'lr'" in refused.value.faults[0]


def test_what_a_scenario_needs_lies_between_the_shared_numbers_and_the_command_line(shared):
    recipe = shared("recipe")
    known, plain = {one.rpartition("-v")[0] for one in list_scenarios()}, recipe.read_recipe(BASELINES / "fast")
    special = tomllib.loads(recipe.SHARED.read_text(encoding="utf-8"))["scenarios"]
    assert special.keys() <= known
    for name, numbers in special.items():
        own = recipe.read_recipe(BASELINES / "fast", ["lr=0.5"], f"{name}-v1")
        assert own == {**plain, **numbers, "lr": 0.5}
        assert {key: type(number) for key, number in numbers.items()} == {key: type(plain[key]) for key in numbers}
