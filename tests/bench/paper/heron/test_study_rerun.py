"""Making the records again: what is there is kept, and an interruption loses one at most."""

from __future__ import annotations

import pytest

from gridbench.bench.paper.heron.plan import SEEDS, TRAININGS
from gridbench.bench.paper.heron.rerun import NEEDED, jobs, rerun, tables_of
from gridbench.bench.paper.heron.shelf import RECORDS
from gridbench.errors import UnknownName


class Made:
    """A record that tells of its making."""

    def __init__(self, name, made, fails=False):
        self.name, self.made, self.fails = name, made, fails

    def __call__(self):
        if self.fails:
            raise KeyboardInterrupt
        self.made.append(self.name)
        return self

    def model_dump(self, mode):
        return {"name": self.name, "mode": mode}


def test_finished_records_are_kept_and_an_interruption_loses_one(tmp_path):
    made = []
    todo = {name: Made(name, made, fails=name == "c") for name in "abcd"}
    with pytest.raises(KeyboardInterrupt):
        list(rerun(todo, tmp_path))
    assert made == ["a", "b"]
    todo["c"].fails = False
    assert list(rerun(todo, tmp_path)) == ["c", "d"]
    assert made == ["a", "b", "c", "d"]
    assert list(rerun(todo, tmp_path)) == []


def test_a_table_needs_no_more_than_its_own(tmp_path):
    names = set(jobs(("algorithms",), tmp_path))
    assert names == {"reference-rule", "reference-mpc"} | {f"{one}-{seed}" for one in NEEDED["algorithms"] for seed in SEEDS}
    every = set(jobs(tables_of(None), tmp_path))
    assert {f"{one}-{seed}" for one in TRAININGS for seed in SEEDS} <= every
    assert {"timing-synchronous", "scale-3x3_flat", "learn-3x3_flat"} <= every


def test_the_first_seed_of_all_comes_before_the_next_of_any(tmp_path):
    trained = [name for name in jobs(tables_of(None), tmp_path) if name.rpartition("-")[0] in TRAININGS]
    assert [int(name.rpartition("-")[2]) for name in trained] == sorted(SEEDS * len(TRAININGS))


def test_tables_are_named_by_a_list():
    assert tables_of(" timing, mismatch") == ("timing", "mismatch")
    with pytest.raises(UnknownName, match="did you mean 'protocols'"):
        tables_of("protocol")
    assert RECORDS.is_dir()
