"""The race of solvers: intervals of one day that hold the same optimum, and solvers that crash."""

from __future__ import annotations

import json
import os
import time

import numpy as np
import pytest

from gridbench.bench.paper import solver_instances
from gridbench.bench.paper import solver_race as race
from gridbench.bench.paper.solver_instances import instances
from gridbench.cli import main
from gridbench.errors import InvalidInput
from gridbench.oracle.witness import Witness
from gridbench.scenario.catalogue import load_scenario


@pytest.fixture
def scenario(tiny_folder):
    return load_scenario(str(tiny_folder))


def crash(*_):
    os.abort()


def hang(*_):
    time.sleep(60.0)


def refuse(*_):
    raise InvalidInput("solver scip", ["is not installed"])


def nothing(*_):
    return -np.inf, np.inf


def test_intervals_of_one_day_overlap(scenario):
    pipeline, outer = race.pipeline(scenario, 0, 20.0, 1e-4), race.outer_approximation(scenario, 0, 20.0, 1e-4)
    assert outer[0] <= pipeline[1] * (1.0 + 1e-6)  # positions in hulls: an outer approximation bounds the day from below
    assert pipeline[0] <= pipeline[1]
    assert outer[1] - outer[0] <= 1e-4 * outer[1]


def test_a_solver_that_crashes_or_finds_nothing_has_its_line(scenario, monkeypatch):
    monkeypatch.setattr(race, "SOLVERS", {"crashing": crash, "idle": nothing, "pipeline": race.pipeline})
    found = list(race.laps({"tiny": (scenario, 0)}, 20.0, 1e-3))
    assert [lap.ending for lap in found] == ["crashed", "not reached", "reached"]
    assert len(race.table(found).splitlines()) == 5
    monkeypatch.setattr(race, "PATIENCE", -29.0)
    monkeypatch.setattr(race, "SOLVERS", {"hanging": hang})
    assert [lap.ending for lap in race.laps({"tiny": (scenario, 0)}, 2.0, 1e-3)] == ["hung"]
    assert json.loads(json.dumps(race.document(found)))[0]["upper_usd"] is None


def test_what_a_solver_lacks_is_said(scenario, monkeypatch):
    monkeypatch.setattr(race, "SOLVERS", {"scip": refuse})
    with pytest.raises(InvalidInput, match="is not installed"):
        list(race.laps({"tiny": (scenario, 0)}, 2.0, 1e-3))


def test_the_command_prints_the_laps(scenario, monkeypatch, capsys):
    monkeypatch.setattr(race, "SOLVERS", {"idle": nothing})
    monkeypatch.setattr(solver_instances, "instances", lambda: {"tiny": (scenario, 0), "again": (scenario, 1)})
    assert main(["paper", "solvers", "--time-limit", "1", "--json"]) == 0
    assert [lap["instance"] for lap in json.loads(capsys.readouterr().out)] == ["tiny", "again"]


@pytest.mark.slow
@pytest.mark.parametrize(("instance", "times"), [("ieee34, units and storages", 3.0), ("ieee34_ieee13", 10.0)])
def test_scip_does_not_reach_the_gap_in_many_times_the_time(instance, times):
    pytest.importorskip("pyscipopt")
    scenario, day = instances()[instance]
    Witness(scenario, scenario.window("test", day))  # compiles the simulator
    begun = time.perf_counter()
    lower, upper = race.pipeline(scenario, day, 120.0, 1e-3)
    seconds = time.perf_counter() - begun
    assert upper - lower <= 1e-3 * upper
    lower, upper = race.scip(scenario, day, times * seconds, 1e-3, tuned=True)
    assert race.width(lower, upper) > 1e-3
