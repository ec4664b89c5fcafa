"""The command: what it prints, and what it returns."""

import json
from dataclasses import replace

import pytest

from gridbench.bench.paper import oracle_table
from gridbench.bench.paper.finding import Finding
from gridbench.cli import main

KEYS = {
    "item", "unit", "published", "computed", "difference", "tolerance", "agrees", "certified", "proved", "solution", "seconds",
}  # fmt: skip
LINE = Finding("losses", "kW", 100.0, 100.002, 0.005, "power flow", "open 3")


def test_a_group_is_printed_as_a_table(capsys):
    assert main(["paper", "oracle", "--only", "pglib"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split()[:4] == ["item", "published", "computed", "difference"]
    assert printed[2].startswith("PGLib 3_lmbd, SOC gap")
    assert printed[-1] == "9 of 9 agree"


def test_groups_are_printed_as_json(capsys):
    assert main(["paper", "oracle", "--only", "pglib,pglib", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["agrees"] is True
    assert len(found["lines"]) == 18
    assert all(set(line) == KEYS for line in found["lines"])


@pytest.mark.parametrize("change", [{"computed": 100.01}, {"proved": False}, {"computed": float("nan")}])
def test_a_figure_that_is_not_reproduced_is_a_no(change, capsys, monkeypatch):
    wrong = replace(LINE, **change)
    monkeypatch.setattr("gridbench.commands.paper.findings", lambda _: [LINE, wrong])
    assert main(["paper", "oracle"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "1 of 2 agree"
    assert " NO " in printed[3]
    assert " yes " in printed[2]
    assert ("NOT PROVED" in printed[3]) is not wrong.proved
    assert main(["paper", "oracle", "--json"]) == 1


def test_only_wanted_groups_are_computed(monkeypatch):
    asked = []
    monkeypatch.setattr(oracle_table.importlib, "import_module", lambda name: asked.append(name) or pytest.fail(name))
    assert oracle_table.chosen(" placement, pglib") == ("placement", "pglib")
    assert oracle_table.chosen(None) == ("pglib", "reconfiguration", "placement")
    assert asked == []


def test_published_figures_keep_their_digits():
    printed = [replace(LINE, published=number).cells()[1] for number in (28.5, 202.677, 0.9131)]
    assert printed == ["28.50 kW", "202.677 kW", "0.9131 kW"]
