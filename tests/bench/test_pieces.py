"""Pieces of runs: side by side, one by one, in other processes: the same bytes; files that differ elsewhere are refused."""

from dataclasses import replace

import numpy as np
import pytest
from finished_runs import identity

from gridbench.bench.episode import play, play_days
from gridbench.bench.metrics import METRICS, measure
from gridbench.bench.pieces import pieces_of, play_piece
from gridbench.bench.plan import SIDE_BY_SIDE
from gridbench.bench.runner import make_plan, run, run_all
from gridbench.bench.world import World
from gridbench.errors import InvalidInput
from gridbench.policies import make_policy
from gridbench.scenario.catalogue import list_scenarios, load_scenario

BATCHED = ("idle", "rule")


@pytest.mark.parametrize("name", list_scenarios())
@pytest.mark.parametrize("policy", BATCHED)
def test_days_side_by_side_are_those_played_alone_to_the_last_bit(name, policy):
    scenario = load_scenario(name)
    world, days = World(scenario), scenario.split("test").days[:3]
    made = make_policy(policy, scenario)
    assert made.batched
    for day, beside in zip(days, play_days(world, made, "test", days, 0), strict=True):
        alone = play(world, made, "test", day, 0)
        assert beside.day == day
        assert beside.trajectory.asks.tobytes() == alone.trajectory.asks.tobytes()
        columns = scenario.window("test", day)
        assert measure(scenario, columns, beside.trajectory) == measure(scenario, columns, alone.trajectory)


@pytest.mark.parametrize("name", ["random", "foresight", "mpc"])
def test_what_acts_for_one_grid_at_a_time_is_played_alone(tiny, name):
    assert not make_policy(name, tiny).batched


def test_pieces_cover_what_is_missing_once(tiny):
    plan = replace(make_plan(tiny, "rule", "test", None, None), days=tuple(range(150)), seeds=(1, 0))
    missing = [pair for pair in plan.episodes if pair != (1, 7)]
    pieces = plan.pieces(missing)
    assert sorted((seed, day) for seed, days in pieces for day in days) == missing
    assert max(len(days) for _, days in pieces) == SIDE_BY_SIDE
    alone = replace(plan, policy=make_policy("random", tiny))
    assert alone.pieces(missing) == [(seed, (day,)) for seed, day in missing]


def test_processes_write_the_same_bytes(tiny_folder, tmp_path):
    for jobs in (1, 2):
        run(str(tiny_folder), "random", out=tmp_path / str(jobs), seeds=3, quiet=True, jobs=jobs)
    assert identity(tmp_path / "1") == identity(tmp_path / "2")


def test_several_runs_share_the_processes_and_are_what_each_is_alone(tiny_folder, played, tmp_path):
    names = ("random", "idle", "foresight")
    plans = [(make_plan(str(tiny_folder), name, "test", None, 2), tmp_path / name) for name in names]
    for outcome, name in zip(run_all(plans, quiet=True, jobs=2), names, strict=True):
        assert outcome.record.policy.name == name
        assert identity(tmp_path / name) == identity(played[name].folder)


def test_objects_stay_in_one_process(tiny, tmp_path):
    with pytest.raises(InvalidInput, match="give it by name or path"):
        run(tiny, "idle", out=tmp_path, quiet=True, jobs=2)


def test_another_version_of_the_files_is_not_played_by_mistake(tiny_folder):
    plan = make_plan(str(tiny_folder), "idle", "test", None, None)
    (piece,) = pieces_of(0, plan, plan.episodes)
    with pytest.raises(InvalidInput, match="give every machine the same files"):
        play_piece(replace(piece, digests=("sha256:other", piece.digests[1])))


def test_a_batch_is_not_timed_as_if_it_were_one_decision(tiny):
    world, made = World(tiny), make_policy("rule", tiny)
    timed = play_days(world, made, "test", (0, 1, 2), 0, seconds_per_decision=0.5)
    assert [one.finished(tiny, tiny.window("test", one.day)).numbers["seconds_per_decision"] for one in timed] == [0.5] * 3


def test_metrics_are_of_each_day_alone(tiny):
    episodes = play_days(World(tiny), make_policy("rule", tiny), "test", (0, 1, 2), 0)
    numbers = [one.finished(tiny, tiny.window("test", one.day)).numbers for one in episodes]
    assert len({tuple(one[name] for name in METRICS) for one in numbers}) == 3
    assert all(np.isfinite(list(one.values())).all() for one in numbers)
