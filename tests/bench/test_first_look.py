"""A first look: the idle day is that of a run, and what cannot be played well is noted, not refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gridbench.bench.first_look import first_look
from gridbench.cli import main
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.check import check


@pytest.fixture
def altered(tiny_folder, tmp_path):
    """Return a function that writes the scenario with texts replaced and returns its folder."""
    (tmp_path / "series").symlink_to(tiny_folder / "series")

    def write(*changes):
        text = (tiny_folder / "scenario.toml").read_text()
        for old, new in changes:
            assert old in text, f"there is no {old!r} any more"
            text = text.replace(old, new)
        (tmp_path / "scenario.toml").write_text(text)
        return tmp_path

    return write


def looked(folder):
    assert check(folder) == [], "these are notes, not faults"
    return first_look(load_scenario(folder))


def test_the_idle_day_is_that_of_a_run(tiny, played):
    day = first_look(tiny).day
    first = played["idle"].record.episodes
    numbers = np.genfromtxt(played["idle"].folder / first, delimiter=",", names=True)[0]
    assert day.day == numbers["day"]
    assert day.cost_usd == pytest.approx(numbers["cost_usd"], rel=1e-6)
    assert day.violating_steps / day.steps == pytest.approx(numbers["violating_steps_share"])
    assert day.voltage.value_pu == pytest.approx(numbers["worst_voltage_pu"], rel=1e-6)
    assert day.loading.value_pu == pytest.approx(numbers["worst_loading_pu"], rel=1e-6)
    assert day.dark_steps == numbers["blackout_steps"]
    for kind in ("undervoltage", "overvoltage", "loading", "tie_overload"):
        assert day.violations.get(kind, 0) / day.steps == pytest.approx(numbers[f"{kind}_share"])


def test_a_day_in_the_dark_is_noted(altered):
    look = looked(altered(("load_scale = ", "load_scale = 1000.0 # ")))
    assert look.day.dark_steps == look.day.steps
    assert (look.day.voltage, look.day.loading) == (None, None)
    assert any("no supply in 6 of 6 steps" in note and "mend: lower load_scale" in note for note in look.notes), look.notes
    assert any("nominal demand is far beyond the ratings of branches" in note for note in look.notes)
    assert any("MVA; mend: check both" in note for note in look.notes)
    assert any("dark in 6 of 6 steps" in line for line in look.lines())


def test_a_limit_broken_in_every_step_is_noted(altered):
    look = looked(altered(("v_max_pu = 1.05", "v_max_pu = 0.96")))
    assert look.day.violating_steps == look.day.steps
    assert look.day.violations["overvoltage"] == look.day.steps
    assert look.day.worst["overvoltage"].value_pu == pytest.approx(look.day.voltage.value_pu - 0.96)
    assert any("a limit is broken in every step" in note for note in look.notes)


def test_a_storage_that_cannot_come_back_is_noted(altered):
    assert not any("once empty" in note for note in looked(altered()).notes)
    look = looked(altered(("energy_mwh = ", "energy_mwh = 500.0 # ")))
    assert any("once empty, a whole day at full charge" in note and "mend: raise power_mw" in note for note in look.notes)


def test_a_scenario_without_test_days_is_looked_at_on_another(altered):
    look = looked(altered(('name = "test"', 'name = "april"')))
    assert look.day.split == "april"
    assert any("no split is named test" in note for note in look.notes)


def test_check_tells_the_day_and_the_notes_after_the_summary(altered, capsys):
    folder = str(altered(("v_max_pu = 1.05", "v_max_pu = 0.96")))
    assert main(["check", folder]) == 0
    lines = capsys.readouterr().out.splitlines()
    starts = [line.partition(" ")[0] for line in lines]
    assert starts.index("episodes") < starts.index("idle") < starts.index("note")
    assert main(["check", folder, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["faults"] == []
    assert found["notes"]
    assert found["idle_day"]["violations"]["overvoltage"] == found["idle_day"]["steps"]
    assert found["idle_day"]["voltage"].keys() == {"value_pu", "place", "step"}


def test_a_quick_check_plays_nothing(altered, capsys, monkeypatch):
    monkeypatch.setattr("gridbench.bench.first_look.Plant", None)
    assert main(["check", str(altered()), "--quick"]) == 0
    assert "idle" not in capsys.readouterr().out
    assert main(["check", str(altered()), "--quick", "--json"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == {"faults", "summary"}
