"""gridbench solve."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from gridbench.bench import intervals
from gridbench.bench.plan import first_days
from gridbench.bench.spread import over_cluster, over_processes
from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import load_scenario, scenario_path

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from gridbench.oracle.dispatch import Dispatch
    from gridbench.oracle.pyomo_solve import Interval
    from gridbench.scenario.scenario import Scenario

HEADER = f"{'day':>5}  {'bound usd':>14}  {'witness usd':>14}  {'gap %':>9}  {'seconds':>8}  status"


def main(wanted: argparse.Namespace) -> int:
    """Certify days, each kept as soon as it is done, and print them, or write the model of one; return 0."""
    _check(wanted)
    scenario = load_scenario(wanted.scenario)
    days = first_days(scenario, wanted.split, wanted.days) if wanted.day is None else (_day(scenario, wanted),)
    if wanted.export is not None:
        return _export(scenario, wanted, days[0])
    done = _known(scenario, wanted, days) if wanted.resume else {}
    missing = [day for day in days if day not in done]
    solved = _solved(scenario, missing, wanted)
    for found in tqdm(solved, total=len(missing), desc=f"solve {scenario.id}", unit="day", file=sys.stderr):
        done[found.day] = found
    if wanted.publish:
        _publish(scenario, wanted, done)
    beside = {day: _beside(scenario, wanted, day) for day in sorted(done)} if wanted.solver is not None else {}
    print(_document(scenario, wanted, done, beside) if wanted.json else _table(wanted, done, beside), end="")
    return 0


def _check(wanted: argparse.Namespace) -> None:
    counts = {"--jobs": wanted.jobs, "--threads": wanted.threads}
    faults = [f"{name} must be at least 1, not {number}" for name, number in counts.items() if number < 1]
    faults += [] if 0.0 < wanted.time_limit < math.inf else [f"--time-limit must be above 0 s, not {wanted.time_limit:g}"]
    faults += [] if 0.0 <= wanted.gap < math.inf else [f"--gap must be at least 0, not {wanted.gap:g}"]
    rules = {
        "--export writes the model of one day: say which by --day": wanted.export is None or wanted.day is not None,
        "choose --export or --solver": wanted.export is None or wanted.solver is None,
        "choose --jobs or --ray": wanted.ray is None or wanted.jobs == 1,
        "choose --day or --days": wanted.day is None or wanted.days is None,
        "--tuned goes with --solver": wanted.solver is not None or not wanted.tuned,
        "--exact goes with --export or --solver": (wanted.export or wanted.solver) is not None or not wanted.exact,
    }
    faults += [rule for rule, holds in rules.items() if not holds]
    if faults:
        raise InvalidInput("gridbench solve", faults)
    if (wanted.export or wanted.solver) is not None:
        _check_model(wanted)


def _check_model(wanted: argparse.Namespace) -> None:
    """Refuse what cannot be written or solved before time is spent on it."""
    try:
        from gridbench.oracle import pyomo_solve  # noqa: PLC0415 heavy, and an extra
    except ModuleNotFoundError as error:
        fault = "--export and --solver need Pyomo: pip install 'gridbench[pyomo]'"
        raise InvalidInput("gridbench solve", [fault]) from error
    if wanted.export is not None:
        pyomo_solve.check_suffix(Path(wanted.export))
    else:
        pyomo_solve.installed(wanted.solver, tuned=wanted.tuned)


def _day(scenario: Scenario, wanted: argparse.Namespace) -> int:
    listed, day = scenario.split(wanted.split).days, wanted.day
    if day not in listed:
        fault = f"has no day {day}: choose one of {', '.join(map(str, listed))}"
        raise InvalidInput(f"{scenario.id}, split {wanted.split}", [fault])
    return int(day)


def _export(scenario: Scenario, wanted: argparse.Namespace, day: int) -> int:
    from gridbench.oracle.pyomo_model import pyomo_model  # noqa: PLC0415 heavy, and an extra
    from gridbench.oracle.pyomo_solve import export  # noqa: PLC0415

    model, path = pyomo_model(scenario, wanted.split, day, exact=wanted.exact), Path(wanted.export)
    export(model, path)
    size = {"file": str(path), "variables": model.nvariables(), "constraints": model.nconstraints()}
    text = f"wrote {path}: {size['variables']} variables, {size['constraints']} constraints"
    print(json.dumps(size) if wanted.json else text)
    return 0


def _beside(scenario: Scenario, wanted: argparse.Namespace, day: int) -> tuple[Interval, float]:
    """Return the interval of the wanted solver, and the seconds that it took from the scenario on."""
    from gridbench.oracle.pyomo_model import pyomo_model  # noqa: PLC0415 heavy, and an extra
    from gridbench.oracle.pyomo_solve import solve_with  # noqa: PLC0415

    began = time.perf_counter()
    model = pyomo_model(scenario, wanted.split, day, exact=wanted.exact)
    found = solve_with(model, wanted.solver, wanted.time_limit, wanted.gap, tuned=wanted.tuned)
    return found, time.perf_counter() - began


def _known(scenario: Scenario, wanted: argparse.Namespace, days: Sequence[int]) -> dict[int, Dispatch]:
    """Return days that are solved already: published as narrow as wanted, or in the cache, which is of this very code."""
    shipped = intervals.published(scenario, wanted.split, _folder(wanted))
    narrow = {day: one for day, one in shipped.items() if one.gap <= wanted.gap}
    found = {day: narrow.get(day) or intervals.cached(scenario, wanted.split, day) for day in days}
    return {day: one for day, one in found.items() if one is not None}


def _solved(scenario: Scenario, days: Sequence[int], wanted: argparse.Namespace) -> Iterator[Dispatch]:
    options = {"time_limit_s": wanted.time_limit, "gap": wanted.gap, "threads": wanted.threads}
    items = [(wanted.scenario, wanted.split, day, options) for day in days]
    if wanted.ray is None:
        yield from over_processes(_one, items, wanted.jobs)
        return
    for found in over_cluster(_one, items, wanted.ray):
        intervals.keep(scenario, wanted.split, found)  # it was kept on another machine
        yield found


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


def _document(
    scenario: Scenario,
    wanted: argparse.Namespace,
    done: Mapping[int, Dispatch],
    beside: Mapping[int, tuple[Interval, float]],
) -> str:
    shown = ("day", "bound_usd", "witness_usd", "gap", "status", "seconds")
    days: dict[int, dict[str, object]] = {day: {name: getattr(one, name) for name in shown} for day, one in sorted(done.items())}
    for day, (found, seconds) in beside.items():
        numbers = {**found._asdict(), "gap": found.gap, "seconds": seconds}
        known = {name: one if isinstance(one, str) or math.isfinite(one) else None for name, one in numbers.items()}
        days[day]["beside"] = {"solver": wanted.solver, **known}
    named = {"id": scenario.id, "digest": scenario.digest, "split": wanted.split}
    return json.dumps({"scenario": named, "days": list(days.values())}, indent=1) + "\n"


def _table(wanted: argparse.Namespace, done: Mapping[int, Dispatch], beside: Mapping[int, tuple[Interval, float]]) -> str:
    rows = [HEADER]
    for day, one in sorted(done.items()):
        rows.append(_row(day, (one.bound_usd, one.witness_usd, one.gap, one.seconds), one.status))
        if day in beside:
            found, seconds = beside[day]
            rows.append(_row(day, (found.lower_usd, found.upper_usd, found.gap, seconds), f"{wanted.solver}: {found.status}"))
    return "\n".join(rows) + "\n"


def _row(day: int, numbers: tuple[float, float, float, float], status: str) -> str:
    low, high, gap, seconds = numbers
    return f"{day:>5}  {low:>14.4f}  {high:>14.4f}  {100 * gap:>9.4f}  {seconds:>8.1f}  {status}"
