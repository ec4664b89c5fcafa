"""The journal: what is kept stays, one process at a time, and damage is named."""

import sqlite3
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gridbench.bench.journal import Finished, Journal
from gridbench.bench.record import Failure
from gridbench.bench.rows import MEASURED
from gridbench.errors import InvalidInput, StorageError

PLAN = {"scenario": "a"}


def episode(seed=0, day=0, failure=None):
    numbers = {name: float(i) / 3.0 for i, name in enumerate(MEASURED)}
    return Finished(seed, day, np.full((4, 2), seed + day / 7.0, dtype=np.float32), numbers, failure)


REASONS = st.text("ab '\"", min_size=1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(
    asks=arrays.arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 3)), elements=st.floats(-9, 9, width=32)),
    numbers=st.lists(FLOATS, min_size=len(MEASURED), max_size=len(MEASURED)),
    failure=st.none() | st.builds(Failure, seed=st.just(3), day=st.just(5), step=st.integers(0, 99), reason=REASONS),
)
def test_what_is_added_is_found_to_the_last_bit_after_a_new_start(tmp_path_factory, asks, numbers, failure):
    folder = tmp_path_factory.mktemp("run")
    given = Finished(3, 5, asks, dict(zip(MEASURED, numbers, strict=True)), failure)
    journal = Journal(folder, PLAN).open(resume=False)
    journal.add([given])
    journal.close()
    again = Journal(folder, PLAN).open(resume=True)
    (found,) = again.episodes().values()
    again.remove()
    assert found.asks.tobytes() == asks.tobytes()
    assert found.asks.shape == asks.shape
    assert (found.seed, found.day, found.numbers, found.failure) == (3, 5, given.numbers, failure)
    assert not list(folder.iterdir())


def test_only_what_is_missing_is_missing(tmp_path):
    journal = Journal(tmp_path, PLAN).open(resume=False)
    journal.add([episode(0, 1), episode(1, 0)])
    journal.add([episode(0, 1)])
    assert journal.missing([(0, 0), (0, 1), (1, 0), (1, 1)]) == [(0, 0), (1, 1)]
    assert list(journal.episodes()) == [(0, 1), (1, 0)]
    journal.close()


def test_an_unfinished_run_is_taken_up_only_when_asked_for_and_only_if_it_is_the_same(tmp_path):
    Journal(tmp_path, PLAN).open(resume=False).close()
    with pytest.raises(InvalidInput, match="use --resume"):
        Journal(tmp_path, PLAN).open(resume=False)
    with pytest.raises(InvalidInput, match="another scenario, policy"):
        Journal(tmp_path, {"scenario": "b"}).open(resume=True)
    Journal(tmp_path, PLAN).open(resume=True).close()


HOLD = """
import pathlib, sys
from gridbench.bench.journal import Journal
journal = Journal(pathlib.Path(sys.argv[1]), {"scenario": "a"}).open(resume=True)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_while_the_first_is_at_work_and_let_in_when_it_is_killed(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout.readline() == "held\n"
        for resume in (False, True):
            with pytest.raises(InvalidInput, match="another process is running this"):
                Journal(tmp_path, PLAN).open(resume=resume)
        other.kill()
    journal = Journal(tmp_path, PLAN).open(resume=True)
    journal.add([episode()])
    journal.remove()


def test_a_damaged_file_and_another_version_are_named(tmp_path):
    journal = Journal(tmp_path, PLAN)
    journal.path.write_bytes(b"no database" * 100)
    with pytest.raises(InvalidInput, match=r"journal.sqlite.*\n.*is damaged.*remove it"):
        journal.open(resume=True)
    journal.path.unlink()
    journal.open(resume=True).add([episode()])
    journal.close()
    with sqlite3.connect(journal.path) as base:
        base.execute("update episode set numbers = ?", (b"12345678",))
    base.close()
    with pytest.raises(InvalidInput, match="no journal of this version"):
        journal.open(resume=True).episodes()
    journal.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot write .*file/run/journal.sqlite"):
        Journal(tmp_path / "file" / "run", PLAN).open(resume=False)
