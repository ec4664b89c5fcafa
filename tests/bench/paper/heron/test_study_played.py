"""Days of declared environments: the harness's own numbers, and blanks where fields are hidden."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from gridbench.bench.paper.heron.plan import LEVELS, SCENARIO
from gridbench.bench.paper.heron.played import as_trained, play
from gridbench.envs.stage import Stage
from gridbench.envs.variant import Variant
from gridbench.places import data_folder
from gridbench.scenario.catalogue import load_scenario

ROOT = Path(__file__).parents[4]
WEIGHTS = data_folder("baselines") / "mappo" / SCENARIO / "seed-0"
DAYS = (12, 23)


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(SCENARIO)


def actings(scenario):
    return {level: Stage(Variant(observability=level).declare(scenario, "test")).acting for level in LEVELS}


def test_at_equal_levels_it_is_the_plain_evaluation(scenario):
    with (ROOT / "results" / SCENARIO / "mappo" / "episodes.csv").open(newline="") as file:
        rows = {int(row["day"]): row for row in csv.DictReader(file) if row["seed"] == "0"}
    found = play(scenario, WEIGHTS, Variant(), Variant(), "test", DAYS)
    assert found.cost_usd == tuple(float(rows[day]["cost_usd"]) for day in DAYS)
    assert found.violating == tuple(float(rows[day]["violating_steps_share"]) for day in DAYS)
    assert found.renewable == tuple(min(1.0, float(rows[day]["renewable_used_share"])) for day in DAYS)


def test_what_is_hidden_costs(scenario):
    levels = (Variant(observability=level) for level in ("system", "public"))
    plain, blind = (play(scenario, WEIGHTS, Variant(), one, "test", DAYS) for one in levels)
    assert sum(blind.cost_usd) > sum(plain.cost_usd)


def test_fields_are_found_by_name_and_hidden_ones_are_blank(scenario):
    known = actings(scenario)
    rng = np.random.default_rng(0)
    for trained in LEVELS:
        for tested in LEVELS:
            seen = {agent: rng.uniform(1.0, 2.0, (3, size)).astype(np.float32) for agent, size in known[tested].sizes.items()}
            found = as_trained(known[trained], known[tested], seen)
            for agent, numbers in found.items():
                names = [field.name for field in known[tested].fields(agent)]
                for i, field in enumerate(known[trained].fields(agent)):
                    wanted = seen[agent][:, names.index(field.name)] if field.name in names else np.zeros(3)
                    assert (numbers[:, i] == wanted).all()
            if trained == tested:
                assert all((found[agent] == seen[agent]).all() for agent in seen)
