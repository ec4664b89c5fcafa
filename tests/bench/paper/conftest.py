"""All findings, computed once."""

import pytest

from gridbench.bench.paper.oracle_table import GROUPS, findings


@pytest.fixture(scope="session")
def found():
    """Return the findings by group."""
    return {group: list(findings((group,))) for group in GROUPS}
