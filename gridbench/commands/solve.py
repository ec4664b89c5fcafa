"""gridbench solve."""

from __future__ import annotations

import json
import math
import multiprocessing
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from tqdm import tqdm

from gridbench.bench import intervals
from gridbench.bench.plan import first_days
from gridbench.errors import InvalidInput, SolverError
from gridbench.scenario.catalogue import load_scenario, scenario_path

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gridbench.oracle.dispatch import Dispatch
    from gridbench.scenario.scenario import Scenario

HEADER = f"{'day':>5}  {'bound usd':>14}  {'witness usd':>14}  {'gap %':>9}  {'seconds':>8}  status"


def main(wanted: argparse.Namespace) -> int:
    """Certify days, each kept as soon as it is done, and print them; return 0."""
    _check(wanted)
    scenario = load_scenario(wanted.scenario)
    days = first_days(scenario, wanted.split, wanted.days)
    done = _known(scenario, wanted, days) if wanted.resume else {}
    missing = [day for day in days if day not in done]
    solved = _solved(scenario, missing, wanted)
    for found in tqdm(solved, total=len(missing), desc=f"solve {scenario.id}", unit="day", file=sys.stderr):
        done[found.day] = found
    if wanted.publish:
        _publish(scenario, wanted, done)
    print(_document(scenario, wanted.split, done) if wanted.json else _table(done), end="")
    return 0


def _check(wanted: argparse.Namespace) -> None:
    counts = {"--jobs": wanted.jobs, "--threads": wanted.threads}
    faults = [f"{name} must be at least 1, not {number}" for name, number in counts.items() if number < 1]
    faults += [] if 0.0 < wanted.time_limit < math.inf else [f"--time-limit must be above 0 s, not {wanted.time_limit:g}"]
    faults += [] if 0.0 <= wanted.gap < math.inf else [f"--gap must be at least 0, not {wanted.gap:g}"]
    if faults:
        raise InvalidInput("gridbench solve", faults)


def _known(scenario: Scenario, wanted: argparse.Namespace, days: Sequence[int]) -> dict[int, Dispatch]:
    shipped = intervals.published(scenario, wanted.split, _folder(wanted))
    found = {day: shipped.get(day) or intervals.cached(scenario, wanted.split, day) for day in days}
    return {day: one for day, one in found.items() if one is not None}


def _solved(scenario: Scenario, days: Sequence[int], wanted: argparse.Namespace) -> Iterator[Dispatch]:
    options = {"time_limit_s": wanted.time_limit, "gap": wanted.gap, "threads": wanted.threads}
    if wanted.jobs == 1:
        yield from (intervals.solved(scenario, wanted.split, day, **options) for day in days)
        return
    with ProcessPoolExecutor(wanted.jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        try:
            yield from pool.map(_one, [(wanted.scenario, wanted.split, day, options) for day in days])
        except BrokenProcessPool as error:
            fault = "a process that solved a day was killed, perhaps for its memory: use fewer --jobs, and --resume"
            raise SolverError(fault) from error
        except BaseException:  # an interruption does not wait for the days in work
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def _one(job: tuple[str, str, int, dict[str, float]]) -> Dispatch:
    name, split, day, options = job
    return intervals.solved(load_scenario(name), split, day, **options)


def _folder(wanted: argparse.Namespace) -> Path:
    place = scenario_path(wanted.scenario)
    return place if place.is_dir() else place.parent


def _publish(scenario: Scenario, wanted: argparse.Namespace, done: dict[int, Dispatch]) -> None:
    folder = _folder(wanted)
    path = intervals.published_path(folder, wanted.split)
    kept = {**intervals.published(scenario, wanted.split, folder), **done}
    intervals.write_intervals(path, scenario, wanted.split, kept.values())
    print(f"published {len(kept)} day(s) in {path}", file=sys.stderr)


def _document(scenario: Scenario, split: str, done: dict[int, Dispatch]) -> str:
    shown = ("day", "bound_usd", "witness_usd", "gap", "status", "seconds")
    days = [{name: getattr(one, name) for name in shown} for _, one in sorted(done.items())]
    return json.dumps({"scenario": {"id": scenario.id, "digest": scenario.digest, "split": split}, "days": days}, indent=1) + "\n"


def _table(done: dict[int, Dispatch]) -> str:
    rows = [
        f"{day:>5}  {one.bound_usd:>14.4f}  {one.witness_usd:>14.4f}  {100 * one.gap:>9.4f}  {one.seconds:>8.1f}  {one.status}"
        for day, one in sorted(done.items())
    ]
    return "\n".join([HEADER, *rows]) + "\n"
