"""Work spread over processes and over a Ray cluster."""

from __future__ import annotations

import json
import shutil

import pytest

from gridbench.bench.spread import over_cluster, over_processes
from gridbench.cli import main
from gridbench.errors import InvalidInput


def double(number):
    return 2 * number


def fail(number):
    raise ValueError(f"no {number}")


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_give_every_result_and_pass_on_what_is_raised(jobs):
    assert sorted(over_processes(double, range(7), jobs)) == [0, 2, 4, 6, 8, 10, 12]
    with pytest.raises(ValueError, match="no 3"):
        list(over_processes(fail, [3], jobs))


def test_without_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(InvalidInput, match=r"gridbench\[rl\]"):
        list(over_cluster(double, [1], "local"))


def test_days_are_solved_by_a_cluster_and_kept_here(tiny_folder, tmp_path, capsys):
    pytest.importorskip("ray")
    folder = shutil.copytree(tiny_folder, tmp_path / "tiny-v1", ignore=shutil.ignore_patterns("oracle"))  # nothing published
    assert main(["solve", "--scenario", str(folder), "--days", "2", "--ray", "local", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert len(first["days"]) == 2
    assert main(["solve", "--scenario", str(folder), "--days", "2", "--resume", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == first


def test_a_cluster_that_is_not_there_is_named(tiny_folder, capsys):
    pytest.importorskip("ray")
    assert main(["solve", "--scenario", str(tiny_folder), "--days", "1", "--ray", "127.0.0.1:1"]) == 3
    assert "no cluster at '127.0.0.1:1'" in capsys.readouterr().err
