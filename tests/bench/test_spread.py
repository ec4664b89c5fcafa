"""Work spread over processes and over a Ray cluster."""

from __future__ import annotations

import json
import shutil

import pytest
from finished_runs import identity

from gridbench.bench.journal import Journal
from gridbench.bench.runner import run
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


@pytest.fixture
def two_nodes():
    """A cluster of two nodes of one core each on this machine, and its second node."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster  # noqa: PLC0415

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        yield cluster, cluster.add_node(num_cpus=1)
    finally:
        cluster.shutdown()


def test_a_cluster_of_two_nodes_loses_no_episode_when_one_is_killed(tiny_folder, tmp_path, two_nodes, capsys, monkeypatch):
    cluster, node = two_nodes
    whole, out, seeds, kept = tmp_path / "whole", tmp_path / "out", 100, []
    run(str(tiny_folder), "random", out=whole, seeds=seeds, quiet=True)

    def add(journal, episodes):
        keep(journal, episodes)
        kept.extend(episodes)
        if len(kept) == seeds:  # a third of them
            cluster.remove_node(node, allow_graceful=False)

    keep = Journal.add
    monkeypatch.setattr(Journal, "add", add)
    words = ["run", "--scenario", str(tiny_folder), "--policy", "random", "--seeds", str(seeds), "--no-plot", "--json"]
    assert main([*words, "--out", str(out), "--ray", cluster.address]) == 0
    assert len({(one.seed, one.day) for one in kept}) == len(kept) == 3 * seeds
    assert len(json.loads(capsys.readouterr().out)["protocol"]["seeds"]) == seeds, "what Ray says of the node is no output"
    assert identity(out) == identity(whole)
