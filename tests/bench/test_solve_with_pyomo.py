"""gridbench solve with other solvers: the model as a file, and another interval beside the pipeline's."""

import importlib.util
import json
import subprocess
import sys

import pytest

from gridbench.cli import main

pytest.importorskip("pyomo.environ")
needs_scip = pytest.mark.skipif(importlib.util.find_spec("pyscipopt") is None, reason="pyscipopt is not installed")


@pytest.mark.parametrize("suffix", ["nl", "lp", "mps"])
def test_the_model_of_a_day_is_written(tiny_folder, tmp_path, capsys, suffix):
    path = tmp_path / f"day.{suffix}"
    assert main(["solve", "--scenario", str(tiny_folder), "--day", "1", "--export", str(path), "--exact"]) == 0
    assert capsys.readouterr().out.startswith(f"wrote {path}: ")
    assert path.stat().st_size > 10_000
    assert main(["solve", "--scenario", str(tiny_folder), "--day", "1", "--export", str(path), "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written.keys() == {"file", "variables", "constraints"}


@needs_scip
def test_the_other_interval_stands_beside_and_is_not_published(tiny_folder, capsys):
    command = ["solve", "--scenario", str(tiny_folder), "--day", "0", "--solver", "scip", "--tuned", "--time-limit", "20"]
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["day", "0", "0"]
    assert "scip: optimal" in lines[2]
    published = tiny_folder / "oracle" / "test.json"
    before = published.read_bytes() if published.exists() else None
    assert main([*command, "--json", "--resume"]) == 0
    assert (published.read_bytes() if published.exists() else None) == before
    (day,) = json.loads(capsys.readouterr().out)["days"]
    beside = day["beside"]
    assert beside.keys() == {"solver", "lower_usd", "upper_usd", "gap", "status", "seconds"}
    assert beside["lower_usd"] <= day["witness_usd"] * (1.0 + 1e-5)
    assert day["bound_usd"] <= beside["upper_usd"] * (1.0 + 1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--export", "day.mps"), "say which by --day"),
        (("--day", "0", "--export", "day.gms"), "choose one of .nl, .lp, .mps"),
        (("--day", "9", "--export", "day.nl"), "has no day 9: choose one of 0, 1, 2"),
        (("--day", "0", "--days", "1"), "choose --day or --days"),
        (("--day", "0", "--export", "day.nl", "--solver", "scip"), "choose --export or --solver"),
        (("--tuned",), "--tuned goes with --solver"),
        (("--exact",), "--exact goes with --export or --solver"),
        (("--solver", "scipp"), "did you mean 'scip'"),
        (("--solver", "baron"), "is not installed: put its executable on the PATH"),
        (("--solver", "highs", "--tuned"), "no tuned settings"),
    ],
)
def test_bad_wishes_are_refused_before_anything_is_solved(tiny_folder, capsys, arguments, message):
    assert main(["solve", "--scenario", str(tiny_folder), *arguments]) == 3
    assert message in capsys.readouterr().err


def test_pyomo_is_loaded_by_its_options_only():
    code = "import sys, gridbench.oracle, gridbench.commands.solve; sys.exit('pyomo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_a_solver_that_cannot_solve_such_models_is_a_failure(tiny_folder, capsys):
    assert main(["solve", "--scenario", str(tiny_folder), "--day", "0", "--resume", "--solver", "highs"]) == 4
    assert "highs: IncompatibleModelError" in capsys.readouterr().err


def test_without_pyomo_the_extra_is_named(tiny_folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyomo.environ", None)
    for name in [name for name in sys.modules if name.startswith("gridbench.oracle.pyomo")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("gridbench.oracle.pyomo_solve", raising=False)
    assert main(["solve", "--scenario", str(tiny_folder), "--day", "0", "--solver", "scip"]) == 3
    assert "pip install 'gridbench[pyomo]'" in capsys.readouterr().err
