"""`gridbench data` from outside: files in, series out, exit codes and messages."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gridbench.scenario.series import load

ROWS = [f"{day:02d}.07.2023 {hour:02d}:00;{100 + hour},5;{hour - 2},25" for day in (1, 2) for hour in range(24)]
MAPPING = """
[time]
column = "Zeit"
zone = "Europe/Berlin"
format = "%d.%m.%Y %H:%M"

[columns.load_a]
source = "Last (kW)"
unit = "kW"
rating = 250

[columns.price_eur_per_mwh]
source = "Preis"
unit = "ct/kWh"

[treatment]
forecast = "persistence"
"""


def gridbench(*arguments):
    command = [sys.executable, "-m", "gridbench.cli", "data", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603


@pytest.fixture
def table(tmp_path):
    text = "\r\n".join(["Zeit;Last (kW);Preis", *ROWS, ""])
    (tmp_path / "year.csv").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path / "year.csv"


def test_a_mapping_file_and_options_do_the_same(table, tmp_path):
    into = tmp_path / "scenario" / "series" / "year.npz"
    found = gridbench("import", table, "--into", into, "--mapping", tmp_path / "mapping.toml", "--json")
    assert found.returncode == 0, found.stderr
    report = json.loads(found.stdout)
    assert (report["rows"], report["days"], report["source_step_min"], report["into"]) == (48, 1, 60.0, str(into))
    by_options = gridbench(
        *("import", table, "--into", tmp_path / "other" / "year.npz", "--time", "Zeit", "--zone", "Europe/Berlin"),
        *("--time-format", "%d.%m.%Y %H:%M", "--map", "load_a=Last (kW)", "--unit", "load_a=kW", "--rating", "load_a=250"),
        *("--map", "price_eur_per_mwh=Preis", "--unit", "price_eur_per_mwh=ct/kWh", "--forecast", "persistence"),
    )
    assert by_options.returncode == 0, by_options.stderr
    assert report["digest"] in by_options.stdout
    assert into.read_bytes() == (tmp_path / "other" / "year.npz").read_bytes()
    series = load(into)
    assert set(series.columns) == {"load_a", "forecast_load_a", "price_eur_per_mwh"}
    assert series.start == "2023-07-01T00:00:00+01:00"


def test_nothing_is_overwritten_unasked_and_columns_can_be_joined(table, tmp_path):
    into = tmp_path / "year.npz"
    base = ("import", table, "--into", into, "--time", "Zeit", "--zone", "+01:00", "--time-format", "%d.%m.%Y %H:%M")
    load_a = ("--map", "load_a=Last (kW)", "--unit", "load_a=kW", "--rating", "load_a=250")
    price = ("--map", "price_eur_per_mwh=Preis", "--unit", "price_eur_per_mwh=ct/kWh")
    assert gridbench(*base, *load_a).returncode == 0
    again = gridbench(*base, *price)
    assert again.returncode == 3
    assert "stands there already; choose another, or say --replace" in again.stderr
    both = gridbench(*base, *price, "--join")
    assert both.returncode == 0, both.stderr
    assert set(load(into).columns) == {"load_a", "price_eur_per_mwh"}
    assert load(into).n == 48


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "none.csv", "--into", "x.npz", "--time", "t", "--map", "load_a=P", "--unit", "load_a=pu"), "cannot be read"),
        (("import", "none.csv", "--into", "x.csv"), "a series is a .npz file"),
        (("import", "none.csv", "--into", "x.npz", "--map", "load_a"), "--map load_a: no '='"),
        (("import", "none.csv", "--into", "x.npz", "--unit", "load_a=pu"), "load_a is not mapped"),
        (("import", "none.csv", "--into", "x.npz", "--map", "load_a=P", "--rating", "load_a=two"), "is no number"),
        (("import", "none.csv", "--into", "x.npz", "--join"), "there is nothing to join to"),
        (("source", "simbench", "--into", "x.npz", "--year", "2020"), "SimBench has 2016 alone"),
        (("source", "nlprices", "--into", "x.npz", "--wheel", "none.whl"), "cannot be read as a wheel"),
        (("twin", "--scenario", "ieee34_ieee31", "--into", "x"), "did you mean 'ieee34_ieee13"),
    ],
)
def test_bad_input_is_3_and_one_message(arguments, message, tmp_path, monkeypatch):
    root = str(Path.cwd())
    monkeypatch.setenv("PYTHONPATH", root)
    monkeypatch.chdir(tmp_path)
    found = gridbench(*arguments)
    assert found.returncode == 3
    assert message in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("action", ["import", "source", "twin"])
def test_every_action_has_help(action):
    found = gridbench(action, "--help")
    assert found.returncode == 0
    assert "exit codes" in found.stdout
