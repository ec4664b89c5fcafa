"""The first scenario, read once."""

from __future__ import annotations

import pytest

from gridbench.scenario.catalogue import load_scenario


@pytest.fixture(scope="session")
def scenario():
    return load_scenario("ieee34_ieee13-v1")
