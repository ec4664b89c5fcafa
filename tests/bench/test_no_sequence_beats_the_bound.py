"""A search for actions that are cheaper than the certified bound: random ones, and greedy ones around the optimum."""

from __future__ import annotations

import numpy as np
import pytest

from gridbench.bench.intervals import published
from gridbench.plant.plant import Plant
from gridbench.scenario.catalogue import load_scenario

DAYS = 8
ROUNDS = 5
BATCH = 250
"""Together 10 000 sequences of a whole day."""


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ieee34_ieee13")


@pytest.fixture(scope="module")
def plant(scenario):
    return Plant(scenario, BATCH)


def spans(plant):
    low = np.array([span.lo for span in plant.layout.ask_spans])
    high = np.array([span.hi for span in plant.layout.ask_spans])
    return low, high


def costs(plant, columns, sequences):
    """Return the cost of a day for sequences of asks (steps, batch, asks)."""
    plant.reset([columns] * BATCH)
    return sum(plant.step(asks).cost_usd for asks in sequences)


def anywhere(rng, low, high, steps):
    """Return random sequences: half of them independent from step to step, half of them held for a while."""
    free = rng.uniform(low, high, (steps, BATCH, low.size))
    held = np.repeat(rng.uniform(low, high, (-(-steps // 6), BATCH, low.size)), 6, axis=0)[:steps]
    return np.where(np.arange(BATCH)[None, :, None] % 2 == 0, free, held)


def around(rng, best, low, high, radius):
    """Return mutations of one sequence: every ask may move, a few at a time, by up to the radius of its span."""
    moves = rng.uniform(-radius, radius, (best.shape[0], BATCH, low.size)) * (high - low)
    touched = rng.random((best.shape[0], BATCH, low.size)) < rng.choice([0.01, 0.1, 0.5], (1, BATCH, 1))
    mutated = np.clip(best[:, None, :] + np.where(touched, moves, 0.0), low, high)
    mutated[:, 0] = best
    return mutated


@pytest.mark.parametrize("place", range(DAYS))
def test_no_sequence_of_actions_is_cheaper_than_the_bound(scenario, plant, place):
    days = scenario.split("test").days
    dispatch = published(scenario, "test")[days[place * len(days) // DAYS]]
    columns = scenario.window("test", dispatch.day)
    low, high = spans(plant)
    rng = np.random.default_rng(place)
    best, best_usd = dispatch.asks.astype(np.float64), np.inf
    least_usd = np.inf
    for round_ in range(ROUNDS):
        first = round_ == 0
        sequences = anywhere(rng, low, high, scenario.steps) if first else around(rng, best, low, high, 0.3 / 3**round_)
        found = costs(plant, columns, sequences)
        least_usd = min(least_usd, found.min())
        if not first and found.min() < best_usd:
            best, best_usd = sequences[:, found.argmin()], found.min()
    assert best_usd <= dispatch.witness_usd * (1 + 1e-9), "the search starts at the oracle's own schedule"
    assert dispatch.bound_usd <= least_usd
