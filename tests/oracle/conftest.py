"""The tiny scenario, and its solved root."""

from __future__ import annotations

import pytest
import tiny_grid as tiny

from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import formulate


@pytest.fixture(scope="session")
def scenario():
    return tiny.scenario(6)


@pytest.fixture(scope="session")
def formulation(scenario):
    return formulate(scenario, scenario.window("test", 0))


@pytest.fixture(scope="session")
def root(formulation):
    return solve_conic(formulation.problem, 60.0)
