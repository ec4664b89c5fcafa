"""The commands that work: what they print, what they leave, what they return."""

import json
import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from gridbench.cli import main
from gridbench.commands import train
from gridbench.networks import NETWORKS


def test_run_verify_and_leaderboard_end_to_end(tiny_folder, tmp_path, capsys):
    out = tmp_path / "idle"
    scenario = ["--scenario", str(tiny_folder)]
    assert main(["run", *scenario, "--policy", "idle", "--days", "1", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0].split()[:1] == ["policy"]
    assert [line.split()[0] for line in lines[2:]] == ["anchor", "idle", "oracle"]
    assert str(out / "record.json") in printed.err
    assert (out / "day-0.png").read_bytes().startswith(b"\x89PNG")
    assert main(["verify", str(out), *scenario]) == 0
    assert "every number holds" in capsys.readouterr().out
    (out / "episodes.csv").write_text("seed\n")
    assert main(["verify", str(out), *scenario, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False


def test_run_prints_its_record_as_json(tiny_folder, tmp_path, capsys):
    out = tmp_path / "r"
    assert main(["run", "--scenario", str(tiny_folder), "--policy", "idle", "--out", str(out), "--json", "--no-plot"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((out / "record.json").read_text())
    assert not list(out.glob("*.png"))


def test_solve_resumes_publishes_and_prints(tiny_folder, capsys):
    assert main(["solve", "--scenario", str(tiny_folder), "--days", "2", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert [set(day) for day in first["days"]] == [{"day", "bound_usd", "witness_usd", "gap", "status", "seconds"}] * 2
    assert main(["solve", "--scenario", str(tiny_folder), "--days", "2", "--json", "--resume", "--publish"]) == 0
    assert json.loads(capsys.readouterr().out) == first
    published = json.loads((tiny_folder / "oracle" / "test.json").read_text())
    assert [day["day"] for day in published["days"]] == [0, 1]
    assert main(["solve", "--scenario", str(tiny_folder), "--days", "1", "--publish"]) == 0
    published = json.loads((tiny_folder / "oracle" / "test.json").read_text())
    assert [day["day"] for day in published["days"]] == [0, 1], "days published before are kept"


def test_solve_runs_days_side_by_side(tiny_folder, capsys):
    assert main(["solve", "--scenario", str(tiny_folder), "--days", "2", "--jobs", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.fixture
def interruptible():
    """Let SIGINT interrupt: a shell starts its background jobs with the signal ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_solve_does_not_wait_for_the_days_in_work(tiny_folder, capsys, monkeypatch):
    monkeypatch.setattr("gridbench.bench.intervals.solved", lambda *_, **__: time.sleep(120.0))
    begun = time.monotonic()
    interruption = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    interruption.start()
    assert main(["solve", "--scenario", str(tiny_folder), "--days", "2", "--jobs", "2"]) == 130
    interruption.join()
    assert time.monotonic() - begun < 60.0
    assert "--resume" in capsys.readouterr().err


def test_a_killed_process_of_a_solve_is_a_failure_with_a_way_out(tiny_folder, capsys, monkeypatch):
    monkeypatch.setattr("gridbench.bench.intervals.solved", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    assert main(["solve", "--scenario", str(tiny_folder), "--days", "2", "--jobs", "2"]) == 4
    assert "use fewer --jobs" in capsys.readouterr().err


def test_check_lists_every_fault(tiny_folder, tmp_path, capsys):
    assert main(["check", str(tiny_folder)]) == 0
    assert "tiny-v1" in capsys.readouterr().out
    text = (tiny_folder / "scenario.toml").read_text().replace("v_min_pu = 0.95", "v_min_pu = 1.95").replace("anchor", "ancor")
    (tmp_path / "scenario.toml").write_text(text)
    assert main(["check", str(tmp_path), "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["faults"]) >= 2


def test_interruption_is_130_and_says_how_to_go_on(tiny_folder, tmp_path, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("gridbench.bench.runner.finished", interrupt)
    assert main(["run", "--scenario", str(tiny_folder), "--policy", "idle", "--out", str(tmp_path)]) == 130
    assert "--resume" in capsys.readouterr().err


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """Training scripts that print what they are given, and libraries that are there."""
    for folder in ("fast", "mappo"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "train.py").write_text("import beside\n")
        (tmp_path / folder / "beside.py").write_text("import os, sys\n\nprint(*sys.argv[1:], os.environ['PYTHONHASHSEED'])\n")
    monkeypatch.setattr(train, "baselines_root", lambda: tmp_path)
    there = {name: tuple(replace(one, needs=("json",)) for one in scripts) for name, scripts in train.TRAINERS.items()}
    monkeypatch.setattr(train, "TRAINERS", there)


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], "--scenario tiny --algorithm mappo --seed 0 --out runs/train/tiny/mappo-0"),
        (
            ["--policy", "ippo", "--seed", "3", "--steps", "5", "--device", "cuda", "--resume", "--out", "there",
             "--", "--set", "lr=1"],
            "--scenario tiny --algorithm ippo --seed 3 --steps 5 --device cuda --out there --resume --set lr=1",
        ),
        (
            ["--trainer", "rllib", "--workers", "2"],
            "--scenario tiny --algorithm mappo --seed 0 --runners 2 --out runs/train/tiny/mappo-0",
        ),
    ],
)  # fmt: skip
def test_training_runs_the_script_of_its_trainer(scripts, capfd, given, passed):  # noqa: ARG001
    assert main(["train", "--scenario", "tiny", *given]) == 0
    assert capfd.readouterr().out.strip() == f"{passed} 0", "beside it, with a fixed hash seed"


@pytest.mark.parametrize(("trainer", "extra"), [("fast", "torch"), ("rllib", "rl")])
def test_training_says_what_to_install(monkeypatch, capsys, trainer, extra):
    monkeypatch.setattr(train.importlib.util, "find_spec", lambda _: None)
    assert main(["train", "--scenario", "tiny", "--trainer", trainer]) == 3
    told = capsys.readouterr().err
    assert f"pip install gridbench[{extra}]" in told
    assert ("ray" in told) == (trainer == "rllib")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--workers", "2"], "--workers means nothing to the fast trainer of mappo"),
        (["--trainer", "rllib", "--device", "cuda"], "--device means nothing to the mappo trainer of mappo"),
        (["--trainer", "fast", "--policy", "sac"], "--trainer fast cannot train sac: give --trainer rllib"),
        (["--policy", "mapo"], "did you mean 'mappo'"),
    ],
)
def test_training_refuses_what_its_trainer_cannot_do(scripts, capsys, given, told):  # noqa: ARG001
    assert main(["train", "--scenario", "tiny", *given]) == 3
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("what", ["scenarios", "policies", "networks"])
def test_list(what, capsys):
    assert main(["list", what, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed if what != "policies" else listed[what]


def test_networks_are_listed_with_their_sizes(capsys):
    assert main(["list", "networks", "--json"]) == 0
    sizes = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert list(sizes) == list(NETWORKS)
    assert sizes["case33bw"]["losses_kw"] == pytest.approx(202.677, abs=5e-4)
    assert (sizes["cigre_lv"]["buses"], sizes["cigre_lv"]["levels_kv"]) == (41, [20.0, 0.4])
    assert main(["list", "networks"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 1 + len(NETWORKS)
    assert shown[0].startswith("network")
