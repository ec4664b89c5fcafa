"""docs/case_study.md: its blocks print what it says, and every name of ours on it exists."""

from __future__ import annotations

import importlib
import re

import pytest
from pages import Page

from gridbench import load_scenario
from gridbench.envs.declaration import declare

PAGE = Page("case_study.md")
PLACES = (
    "gridbench",
    "gridbench.envs",
    "gridbench.envs.costs",
    "gridbench.envs.safety",
    "gridbench.heron",
    "gridbench.heron.action",
    "gridbench.heron.messaging",
    "gridbench.heron.protocols",
    "gridbench.heron.scheduling",
    "gridbench.networks",
    "gridbench.networks.pandapower",
    "gridbench.physics.devices",
)
"""Modules that a name in the middle column may come from."""

ROWS = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", PAGE.text, flags=re.MULTILINE)]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([A-Za-z_]\w*(?:\.\w+)*)`", row[1])})
"""Names of ours; a span with brackets, quotes or a slash is an expression or a path, and not looked up."""


@pytest.fixture(scope="module")
def features():
    """Return the features of the grid's agents and their fields, as name and name.field."""
    agents = declare(load_scenario("ieee34_ieee13")).hierarchy.agents.values()
    known = [feature for agent in agents for feature in agent.features]
    return {f.name for f in known} | {f"{f.name}.{field.name}" for f in known for field in f.fields}


def test_every_python_block_has_its_output():
    assert PAGE.fences == (len(PAGE.blocks), len(PAGE.blocks)) == (3, 3)


@pytest.mark.parametrize(("code", "printed"), PAGE.blocks, ids=PAGE.ids)
def test_a_block_prints_what_the_page_says(code, printed):
    assert PAGE.printed(code) == printed


def test_every_row_has_three_cells():
    assert [row for row in ROWS if len(row) != 3 or not all(row)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_ours_exists(name, features):
    assert name in features or any(_has(importlib.import_module(place), name) for place in PLACES)


def _has(place, name):
    for part in name.split("."):
        if not hasattr(place, part):
            return False
        place = getattr(place, part)
    return True
