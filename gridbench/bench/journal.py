"""The journal of a run: each finished episode is kept at once, so that a killed run loses only those it was in."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.bench.record import Failure
from gridbench.bench.rows import MEASURED
from gridbench.errors import InvalidInput, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

FILE = "journal.sqlite"
BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite adds to the name of its file for the files beside it."""
TABLES = """
create table if not exists plan (text text not null);
create table if not exists episode (
    seed integer not null, day integer not null, asks blob not null, steps integer not null, numbers blob not null,
    failed_step integer, reason text, primary key (seed, day)
) without rowid;
create table if not exists note (
    seed integer not null, day integer not null, numbers text not null, primary key (seed, day)
) without rowid;
"""


@dataclass(frozen=True, eq=False)
class Finished:
    """An episode that is done: its asks (steps, asks), its measured numbers, where its policy failed, if it did, its notes."""

    seed: int
    day: int
    asks: NDArray[np.float32]
    numbers: Mapping[str, float]
    failure: Failure | None = None
    notes: Mapping[str, float] = field(default_factory=dict)


class Journal:
    """The finished episodes of a run, in one SQLite file below `folder` that a single process may hold at a time.

    `plan` names the run that they belong to. An episode that `add` has returned from outlives a kill of the process.
    """

    def __init__(self, folder: Path, plan: Mapping[str, Any]) -> None:
        """Name the place and the run; nothing is written yet."""
        self.path = folder / FILE
        self.plan = json.dumps(plan, indent=1, sort_keys=True)
        self._base: sqlite3.Connection | None = None

    def open(self, *, resume: bool) -> Self:
        """Start, or take up what is there, and hold it until `close` or `remove`.

        Raises InvalidInput where another process holds it, or another run, or an unfinished one, is in the way; StorageError.
        """
        found = self.path.exists()
        if found and not resume and self._of_a_run():
            raise InvalidInput(str(self.path.parent), ["an unfinished run is here: use --resume, or choose another --out"])
        with self._faults():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(self.path, timeout=0.0, isolation_level=None)
            self._base.execute("pragma locking_mode = exclusive")
            self._base.execute("pragma journal_mode = wal")
            self._base.execute("pragma synchronous = normal")
            self._base.executescript(TABLES)
            self._base.execute("insert into plan select ? where not exists (select * from plan)", (self.plan,))
            stated = [text for (text,) in self._base.execute("select text from plan")]
        if stated != [self.plan]:
            self.close()
            fault = "an unfinished run of another scenario, policy, version, split, days, seeds or plant is here"
            raise InvalidInput(str(self.path), [f"{fault}: choose another --out"])
        return self

    def _of_a_run(self) -> bool:
        """Whether the file holds a run already: one killed as it made its tables holds none."""
        with self._faults(), contextlib.closing(sqlite3.connect(self.path, timeout=0.0)) as base:
            made = base.execute("select count(*) from sqlite_master where name = 'plan'").fetchone()[0]
            return bool(made and base.execute("select count(*) from plan").fetchone()[0])

    def add(self, episodes: Sequence[Finished]) -> None:
        """Keep episodes, all or none of them; raises StorageError."""
        rows = [
            (
                one.seed,
                one.day,
                np.ascontiguousarray(one.asks, dtype="<f4").tobytes(),
                len(one.asks),
                np.array([one.numbers[name] for name in MEASURED], dtype="<f8").tobytes(),
                one.failure.step if one.failure else None,
                one.failure.reason if one.failure else None,
            )
            for one in episodes
        ]
        with self._faults(), self._held:
            self._held.execute("begin")
            told = [(one.seed, one.day, json.dumps(dict(one.notes))) for one in episodes if one.notes]
            self._held.executemany("insert or ignore into note values (?, ?, ?)", told)
            self._held.executemany("insert or ignore into episode values (?, ?, ?, ?, ?, ?, ?)", rows)

    def episodes(self) -> dict[tuple[int, int], Finished]:
        """Return the episodes that are done by (seed, day), sorted; raises InvalidInput where the file is damaged."""
        with self._faults():
            rows = self._held.execute("select * from episode order by seed, day").fetchall()
            notes = {(seed, day): json.loads(told) for seed, day, told in self._held.execute("select * from note")}
        return {(row[0], row[1]): self._finished(*row, notes.get((row[0], row[1]), {})) for row in rows}

    def _finished(self, *row: Any) -> Finished:  # noqa: ANN401 - the columns of the tables
        seed, day, asks, steps, numbers, failed_step, reason, notes = row
        measured = np.frombuffer(numbers, dtype="<f8").tolist()
        if len(measured) != len(MEASURED):
            raise InvalidInput(str(self.path), ["is no journal of this version: remove it, then run again"])
        failure = None if reason is None else Failure(seed=seed, day=day, step=failed_step, reason=reason)
        table = np.frombuffer(asks, dtype="<f4").reshape(steps, -1)
        return Finished(seed, day, table, dict(zip(MEASURED, measured, strict=True)), failure, notes)

    def missing(self, wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return which (seed, day) of `wanted` are not done."""
        with self._faults():
            done = set(self._held.execute("select seed, day from episode"))
        return [pair for pair in wanted if pair not in done]

    @property
    def _held(self) -> sqlite3.Connection:
        if self._base is None:
            raise InvalidInput(str(self.path), ["the journal is closed: open it first"])
        return self._base

    def close(self) -> None:
        """Let go of the journal and leave it where it is."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def remove(self) -> None:
        """Remove the journal: its contents stand in the record's files."""
        self.close()
        for end in BESIDE:
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """Tell SQLite's errors, and those of the disk, as what they mean here."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                fault = "another process is running this: wait for it, or choose another --out"
                raise InvalidInput(str(self.path.parent), [fault]) from error
            raise StorageError(f"cannot write {self.path}: {error}; mend that, then go on with --resume") from error
        except sqlite3.DatabaseError as error:
            raise InvalidInput(str(self.path), [f"is damaged: {error}; remove it, then run again"]) from error
        except OSError as error:
            why = error.strerror or error
            raise StorageError(f"cannot write {self.path}: {why}; choose a folder that you may write to") from error
