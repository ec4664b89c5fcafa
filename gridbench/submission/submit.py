"""Submitting: a bundle is checked, run over the days of its scenarios, verified by replay, and filed among the results."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridbench.archive import write_bytes
from gridbench.bench.record import FILE as RECORD
from gridbench.bench.record import read_record
from gridbench.bench.runner import run
from gridbench.errors import GridbenchError, InvalidInput
from gridbench.places import cache_folder
from gridbench.policies.bundle import Bundle, bundle_policy, open_bundle
from gridbench.policies.bundle_page import PAGE
from gridbench.scenario.catalogue import load_scenario
from gridbench.standings.marks import FILE as MARKS
from gridbench.submission.beside import BUNDLE, has_bundle
from gridbench.submission.verification import Wanted, verification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.scenario.scenario import Scenario

DIGITS = 16
"""Of a digest, to name a folder by."""


@dataclass(frozen=True)
class Target:
    """One scenario of a submission: as it was named, as it is, and where its record goes."""

    named: str
    scenario: Scenario
    folder: Path


@dataclass(frozen=True)
class Choices:
    """Which of a bundle's scenarios are run, how many days and seeds of them, in how many processes, from the start or not."""

    scenarios: tuple[str, ...] = ()
    days: int | None = None
    seeds: int | None = None
    resume: bool = False
    jobs: int = 1
    quiet: bool = True


def submit(path: Path | str, results: Path | str = "results", choices: Choices | None = None) -> list[Path]:
    """Run the policy of a bundle over its scenarios and file each record below `results`; return the folders of the records.

    Everything is checked before anything runs; a record is filed when it is finished and has been replayed without fault.
    Raises InvalidInput with all faults, of the bundle, of where it would go, or of what the replay finds; UnknownName,
    StorageError, SolverError; BoundError where a cost is below its bound.
    """
    wanted, bundle = choices or Choices(), open_bundle(Path(path))
    targets = _targets(bundle, Path(results), wanted.scenarios)
    _check(bundle, targets, wanted.days)
    work = _work(bundle, wanted)
    write_bytes(work / BUNDLE, bundle.packed)
    for target in targets:
        _file(_finished(bundle, target, work, wanted), target.folder)
    shutil.rmtree(work, ignore_errors=True)
    return [target.folder for target in targets]


def _work(bundle: Bundle, wanted: Choices) -> Path:
    """Return the folder for unfinished work, one for each bundle, days and seeds. Raises InvalidInput where some is there."""
    plan = f"{bundle.digest.removeprefix('sha256:')[:DIGITS]}-days-{wanted.days or 'all'}-seeds-{wanted.seeds or 'all'}"
    work = cache_folder() / "submissions" / plan
    if work.exists() and not wanted.resume:
        raise InvalidInput(str(work), ["an unfinished submission of this bundle is here: go on with --resume, or remove it"])
    return work


def _targets(bundle: Bundle, results: Path, chosen: Sequence[str]) -> list[Target]:
    """Return the scenarios to run; those chosen must be of the page. Raises InvalidInput with all faults."""
    faults, targets = [], []
    for named in chosen or bundle.page.scenarios:
        try:
            scenario = load_scenario(named)
        except GridbenchError as error:
            faults.append(f"scenario {named}: {error}")
            continue
        if scenario.id not in bundle.page.scenarios:
            faults.append(f"scenario {named}: {PAGE} names {', '.join(bundle.page.scenarios)}; add it there, or choose another")
        targets.append(Target(named, scenario, results / scenario.id / bundle.page.name))
    if faults:
        raise InvalidInput(f"bundle {bundle.page.name!r}", faults)
    return targets


def _check(bundle: Bundle, targets: Sequence[Target], days: int | None) -> None:
    """Refuse, before anything runs, a policy that fits a scenario not, and a place that is another's."""
    faults = [fault for target in targets for fault in _taken(bundle, target.folder, days)]
    for target in targets:
        try:
            bundle_policy(bundle, target.scenario)
        except GridbenchError as error:
            faults += [f"{target.scenario.id}: {fault}" for fault in getattr(error, "faults", [str(error)])]
    if faults:
        raise InvalidInput(f"bundle {bundle.page.name!r}", faults)


def _taken(bundle: Bundle, folder: Path, days: int | None) -> list[str]:
    """Return why a record may not go into a folder: the record there is another's, or of this version with other contents."""
    if not (folder / RECORD).exists():
        return []
    if not has_bundle(folder):
        return [f"{folder}: holds a record that is no submission; choose another name in {PAGE}"]
    page = bundle.page
    try:
        old, record = open_bundle(folder / BUNDLE), read_record(folder)
    except InvalidInput as error:
        return [f"{folder}: holds a submission that cannot be read; restore or remove it: {error.faults[0]}"]
    same, filed = old.page.version == page.version and old.digest != bundle.digest, record.protocol.days
    checks = (
        (old.page.authors != page.authors, f"the name {page.name!r} is taken by {', '.join(old.page.authors)}; choose another"),
        (same, f"version {page.version} is filed already, with other contents; raise `version` in {PAGE}"),
        (days is not None and days < filed, f"holds a record of {filed} days; leave out --days, or try in another --results"),
    )
    return [f"{folder}: {fault}" for wrong, fault in checks if wrong]


def _finished(bundle: Bundle, target: Target, work: Path, wanted: Choices) -> Path:
    """Run and verify one scenario in the folder for unfinished work; raises InvalidInput with the faults of the replay."""
    folder = work / target.scenario.id
    names = target.named, str(work / BUNDLE)
    run(*names, days=wanted.days, seeds=wanted.seeds, out=folder, resume=True, quiet=wanted.quiet, jobs=wanted.jobs)
    write_bytes(folder / BUNDLE, bundle.packed)
    found = verification(folder, Wanted(scenario=target.named, mark=True, quiet=wanted.quiet))
    if found.faults:
        shutil.rmtree(work, ignore_errors=True)
        raise InvalidInput(f"the record of {bundle.page.name!r} in {target.scenario.id}", found.faults)
    return folder


def _file(finished: Path, folder: Path) -> None:
    """Put a finished record in its place, its marks last: they are bound to what is there already."""
    (folder / MARKS).unlink(missing_ok=True)
    record = read_record(finished)
    for name in (record.episodes, record.actions, BUNDLE, RECORD, MARKS):
        write_bytes(folder / name, (finished / name).read_bytes())
