"""One verification from end to end: replay, what lies beside the record, the policy again, fresh days, another record."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gridbench.bench.record import Record, read_record
from gridbench.bench.verify import RELATIVE, recorded_scenario, verify
from gridbench.errors import GridbenchError
from gridbench.standings.marks import FILE as MARKS
from gridbench.standings.marks import Fresh as FreshMark
from gridbench.submission.beside import beside_faults
from gridbench.submission.fresh import fresh
from gridbench.submission.likeness import unlike_records
from gridbench.submission.marks import own_marks, write_marks
from gridbench.submission.rerun import rerun


@dataclass(frozen=True)
class Wanted:
    """What a verification does beside the replay.

    `scenario` is the folder of one that is not built in; `rerun` runs the policy itself; `fresh` is a seed of days to run it
    on; `days` bounds both, spread evenly; `against` is a record that must be the same run; `mark` writes marks.json.
    """

    scenario: Path | str | None = None
    rerun: bool = False
    fresh: int | None = None
    days: int | None = None
    against: Path | None = None
    mark: bool = False
    quiet: bool = True


@dataclass
class Verification:
    """The faults of a record, none where it holds, and what else was found, in words."""

    record: str
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verification(path: Path | str, wanted: Wanted) -> Verification:
    """Return what a verification of a record (its file or folder) finds, all faults at once.

    Raises SolverError where an interval cannot be solved.
    """
    place = Path(path)
    folder = place if place.is_dir() else place.parent
    found = Verification(str(path), verify(place, scenario=wanted.scenario, quiet=wanted.quiet))
    try:
        record = read_record(place)
    except GridbenchError:
        return found  # told by `verify`
    found.faults += beside_faults(record, folder)
    again, mark = _run(found, record, folder, wanted)
    if wanted.against is not None:
        _against(found, folder, wanted.against)
    if wanted.mark:
        _mark(found, folder, rerun=again, fresh_mark=mark)
    else:
        _marks(found, folder, rerun=again, fresh_mark=mark)
    return found


def _run(found: Verification, record: Record, folder: Path, wanted: Wanted) -> tuple[bool, FreshMark | None]:
    """Run the policy as far as it is wanted; return whether all of it was run again without fault, and the fresh mark."""
    again, mark = False, None
    try:
        scenario = recorded_scenario(record, wanted.scenario) if wanted.rerun or wanted.fresh is not None else None
    except GridbenchError:
        return False, None  # told by `verify`
    if scenario is not None and wanted.rerun:
        try:
            result = rerun(record, folder, scenario, days=wanted.days, quiet=wanted.quiet)
            found.faults += result.faults
            found.notes += [result.note] if result.note else []
            again = result.whole and not result.faults
        except GridbenchError as error:
            found.faults += _told("rerun", error)
    if scenario is not None and wanted.fresh is not None:
        try:
            days = fresh(record, folder, scenario, wanted.fresh, days=wanted.days, quiet=wanted.quiet)
            found.faults += days.faults
            found.notes.append(days.note)
            mark = days.mark
        except GridbenchError as error:
            found.faults += _told("fresh", error)
    return again, mark


def _against(found: Verification, folder: Path, other: Path) -> None:
    try:
        unlike = unlike_records(folder, other if other.is_dir() else other.parent)
    except GridbenchError as error:
        unlike = _told("against", error)
    found.faults += unlike
    if not unlike:
        found.notes.append(f"the same bytes as {other}, but for harness and seconds")


def _told(what: str, error: GridbenchError) -> list[str]:
    return [f"{what}: {fault}" for fault in getattr(error, "faults", [str(error)])]


def _mark(found: Verification, folder: Path, *, rerun: bool, fresh_mark: FreshMark | None) -> None:
    """Write what was found, or take away marks that a fault has made void."""
    if found.faults:
        (folder / MARKS).unlink(missing_ok=True)
        return
    marks = write_marks(folder, rerun=rerun, fresh=fresh_mark)
    named = ["replayed", *(["rerun"] if marks.rerun else []), *([f"fresh (seed {marks.fresh.seed})"] if marks.fresh else [])]
    found.notes.append(f"marked: {', '.join(named)}")


def _marks(found: Verification, folder: Path, *, rerun: bool, fresh_mark: FreshMark | None) -> None:
    """Say which marks beside the record are void, are contradicted, or were not looked at now."""
    try:
        marks = own_marks(folder)
    except GridbenchError as error:
        found.faults += _told(MARKS, error)
        return
    if marks is None:
        return
    if marks.rerun and not rerun:
        found.notes.append(f"{MARKS} says that the policy was run again: not looked at now, --rerun does")
    if marks.fresh is not None and fresh_mark is None:
        again = f"--fresh {marks.fresh.seed} --days {marks.fresh.days} does"
        found.notes.append(f"{MARKS} tells of fresh days: not looked at now, {again}")
    elif marks.fresh is not None and fresh_mark is not None:
        same = (marks.fresh.seed, marks.fresh.days) == (fresh_mark.seed, fresh_mark.days)
        if same and not _close(marks.fresh, fresh_mark):
            found.faults.append(f"{MARKS}, fresh: {marks.fresh!r} should be {fresh_mark!r}")


def _close(one: FreshMark, two: FreshMark) -> bool:
    pairs = (one.score_iqm, two.score_iqm), (one.violating_steps_share, two.violating_steps_share)
    return all(abs(a - b) <= RELATIVE * max(1.0, abs(b)) for a, b in pairs)
