import pytest

from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE


@pytest.fixture(scope="session")
def year():
    return generate(CAISO_LIKE, 7)


@pytest.fixture(scope="session")
def week():
    return generate(CAISO_LIKE, 7, days=7)


@pytest.fixture(scope="session")
def years():
    return [generate(CAISO_LIKE, seed) for seed in range(6)]
