"""Running: gold and anchor, keeping what is finished, resuming, refusing."""

import errno
from dataclasses import replace

import numpy as np
import pytest
from finished_runs import identity

from gridbench import archive
from gridbench.bench import intervals, runner
from gridbench.bench.record import read_record
from gridbench.bench.rows import parse_rows
from gridbench.bench.runner import run
from gridbench.bench.score import BoundError
from gridbench.bench.world import World
from gridbench.errors import InvalidInput, StorageError, UnknownName


def rows(folder):
    return parse_rows((folder / "episodes.csv").read_text(), "episodes.csv")


def test_foresight_lands_on_the_witness(played):
    for row in rows(played["foresight"].folder):
        assert row["cost_usd"] == pytest.approx(row["witness_usd"], rel=1e-6)
    scores = played["foresight"].record.scores
    assert scores.score_iqm == pytest.approx(scores.witness_score_mean, abs=1e-6)


def test_idle_lands_on_the_anchor(played):
    assert all(row["score"] == 0.0 and row["cost_usd"] == row["anchor_usd"] for row in rows(played["idle"].folder))


def test_no_policy_is_below_the_bound(played):
    assert all(row["cost_usd"] >= row["bound_usd"] for one in played.values() for row in rows(one.folder))


def test_policies_without_chance_run_one_seed(played):
    assert played["idle"].record.protocol.seeds == (0,)
    assert played["random"].record.protocol.seeds == (0, 1)


def test_the_same_run_is_the_same_bytes(tiny, played, tmp_path):
    run(tiny, "random", out=tmp_path / "again", seeds=2, quiet=True)
    assert identity(tmp_path / "again") == identity(played["random"].folder)


def test_resume_plays_only_what_is_missing(tiny, tmp_path, monkeypatch):
    seen = []

    def counted(world, policy, split, seed, days):
        seen.append((policy.name, seed, *days))
        if len(seen) == 3:
            raise KeyboardInterrupt
        return finished(world, policy, split, seed, days)

    finished = runner.finished
    monkeypatch.setattr(runner, "finished", counted)
    with pytest.raises(KeyboardInterrupt):
        run(tiny, "random", out=tmp_path / "r", seeds=2, quiet=True)
    run(tiny, "random", out=tmp_path / "r", seeds=2, resume=True, quiet=True)
    assert [pair for pair in seen if pair[0] == "random"] == [
        *(("random", 0, day) for day in (0, 1, 2)),
        ("random", 0, 2),
        *(("random", 1, day) for day in (0, 1, 2)),
    ]


@pytest.mark.parametrize("resume", [False, True])
def test_a_finished_run_is_kept_and_never_overwritten(tiny, copied, resume):
    folder = copied("idle")
    before = (folder / "record.json").read_bytes()
    assert run(tiny, "idle", out=folder, resume=resume, quiet=True).record == read_record(folder)
    with pytest.raises(InvalidInput, match="another scenario, policy"):
        run(tiny, "idle", out=folder, days=1, resume=True, quiet=True)
    assert (folder / "record.json").read_bytes() == before


def test_an_unfinished_run_of_something_else_is_refused(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("gridbench.bench.runner.finished", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(tiny, "random", out=tmp_path, seeds=1, quiet=True)
    with pytest.raises(InvalidInput, match="unfinished run of another scenario, policy"):
        run(tiny, "idle", out=tmp_path, resume=True, quiet=True)


def _interrupt(*_):
    raise KeyboardInterrupt


def test_a_full_disk_is_one_clear_message_with_the_place(tiny, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    intervals.interval(tiny, "test", 0)
    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(StorageError, match=f"no space left for {tmp_path}.*--resume"):
        run(tiny, "idle", out=tmp_path / "x", days=1, quiet=True)
    assert not list(tmp_path.rglob("*.part"))


def test_a_cost_below_the_bound_is_refused_with_its_episodes(tiny, tmp_path, monkeypatch):
    known = intervals.interval
    monkeypatch.setattr(intervals, "interval", lambda *of: replace(known(*of), bound_usd=1e4, witness_usd=2e4))
    with pytest.raises(BoundError) as caught:
        run(tiny, "idle", out=tmp_path, days=2, quiet=True)
    assert caught.value.exit_code == 4
    assert [episode.partition(":")[0] for episode in caught.value.episodes] == ["seed 0, day 0", "seed 0, day 1"]
    assert not (tmp_path / "record.json").exists()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"policy": "idel"}, UnknownName, "did you mean 'idle'"),
        ({"policy": "idle", "split": "tset"}, UnknownName, "did you mean 'test'"),
        ({"policy": "idle", "days": 4}, InvalidInput, "choose 1 to 3, not 4"),
        ({"policy": "idle", "days": 0}, InvalidInput, "choose 1 to 3, not 0"),
        ({"policy": "random", "seeds": 0}, InvalidInput, "at least 1"),
    ],
)
def test_what_is_not_there_is_named(tiny, tmp_path, options, error, message):
    with pytest.raises(error, match=message):
        run(tiny, out=tmp_path, quiet=True, **options)


def test_actions_replay_to_the_last_bit(tiny, played):
    asks = np.load(played["random"].folder / "actions.npz")["asks"]
    world = World(tiny)
    for row in rows(played["random"].folder):
        again = world.replay("test", int(row["day"]), asks[int(row["seed"]), int(row["day"])])
        assert again.cost_usd.sum() == row["cost_usd"]
