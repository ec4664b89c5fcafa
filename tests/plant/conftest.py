"""The first scenario's plant, compiled once, and days to run it on."""

from __future__ import annotations

import dataclasses

import pytest

from gridbench.plant.plant import Plant
from gridbench.scenario.catalogue import load_scenario


@pytest.fixture(scope="session")
def scenario():
    return load_scenario("ieee34_ieee13-v1")


@pytest.fixture(scope="session")
def short(scenario):
    """The same grid with days of four steps: the laws are compiled once for both."""
    return dataclasses.replace(scenario, steps=4)


@pytest.fixture
def plant(scenario):
    return Plant(scenario)
