"""Try numbers of a recipe: a training each, run side by side by Ray Tune, and a table with the best first.

    gridbench train --policy mappo --scenario ieee13 --steps 100000 --out runs/sweep --sweep baselines/sweep/example.toml
    python baselines/sweep/sweep.py baselines/sweep/example.toml baselines/fast/train.py --scenario ieee13-v1 --out runs/sweep

The file names numbers of the recipe and what to try of them; what follows it is the script of a trainer with its options. Every
trial trains in a folder of its own below --out, and --resume goes on with those that are not done. The best is what a training
keeps as its best: admissible on the validation days first, then the cheapest. <out>/sweep.csv is the table.
"""

# ruff: noqa: E402
from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.process import settle

settle(HERE, script=__name__ == "__main__")

import csv
import io
import itertools
import os
import subprocess
import time
import tomllib
from dataclasses import dataclass
from typing import Any

import numpy as np
from common.recipe import read_recipe

from gridbench.bench.files import read_text, write_text
from gridbench.errors import GridbenchError, InvalidInput

KEYS = ("trials", "at_once", "seed", "recipe")
RANGE = {"low", "high", "log"}
DONE = "done"
SHOWN = ("iteration", "steps", "seconds", "validation_usd", "score", "violating", "admissible")


@dataclass(frozen=True)
class Sweep:
    """What is tried: a change of the recipe by trial, as texts by name, and how many trials run at once."""

    trials: list[dict[str, str]]
    at_once: int


def read_sweep(path: Path, folder: Path) -> Sweep:
    """Return the trials of a file for the trainer of a folder. Raises InvalidInput with all faults."""
    try:
        page = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(str(path), [f"is no TOML: {error}"]) from None
    wanted = page.get("recipe", {})
    faults = [f"unknown key {key!r}: the keys are {', '.join(KEYS)}" for key in page if key not in KEYS]
    faults += [] if isinstance(wanted, dict) and wanted else ["recipe: missing; name numbers and what to try of them"]
    numbers = {key: page.get(key, 1 if key == "at_once" else 0) for key in ("trials", "at_once", "seed")}
    least = {"trials": 0, "at_once": 1, "seed": 0}
    faults += [
        f"{key}: {one!r} must be a whole number of at least {least[key]}"
        for key, one in numbers.items()
        if type(one) is not int or one < least[key]
    ]
    ranges = {key: one for key, one in wanted.items() if isinstance(one, dict)} if isinstance(wanted, dict) else {}
    faults += [fault for key, one in wanted.items() for fault in _faults(key, one)] if not faults else []
    if ranges and not numbers["trials"]:
        faults.append(f"trials: say how many to draw from the range of {', '.join(ranges)}")
    if faults:
        raise InvalidInput(str(path), faults)
    trials = _trials(wanted, numbers["trials"], np.random.default_rng(numbers["seed"]))
    for trial in trials:
        read_recipe(folder, [f"{key}={text}" for key, text in trial.items()])
    return Sweep(trials, numbers["at_once"])


def _faults(key: str, one: object) -> list[str]:
    if isinstance(one, list):
        return [] if one else [f"recipe.{key}: a list of no choices"]
    if not isinstance(one, dict) or not {"low", "high"} <= one.keys() <= RANGE:
        return [f"recipe.{key}: give a list of choices, or a range {{low = , high = , log = true or false}}"]
    low, high = one["low"], one["high"]
    if not all(isinstance(end, (int, float)) for end in (low, high)) or not low < high or (one.get("log") and low <= 0.0):
        return [f"recipe.{key}: low must be below high, and above 0 on a logarithmic scale"]
    return []


def _trials(wanted: dict[str, Any], count: int, rng: np.random.Generator) -> list[dict[str, str]]:
    """Return `count` drawn trials, or every combination of choices where it is 0."""
    if not count:
        return [
            {key: _text(one) for key, one in zip(wanted, each, strict=True)} for each in itertools.product(*wanted.values())
        ]
    return [{key: _text(_drawn(one, rng)) for key, one in wanted.items()} for _ in range(count)]


def _drawn(one: Any, rng: np.random.Generator) -> Any:  # noqa: ANN401 - a choice or a range, of any number
    if isinstance(one, list):
        return one[int(rng.integers(len(one)))]
    low, high = one["low"], one["high"]
    found = float(np.exp(rng.uniform(np.log(low), np.log(high)))) if one.get("log") else float(rng.uniform(low, high))
    return round(found) if isinstance(low, int) and isinstance(high, int) else float(f"{found:.6g}")


def _text(one: object) -> str:
    return ",".join(map(str, one)) if isinstance(one, list) else str(one)


def run_trial(config: dict[str, Any]) -> None:
    """Train by one change of the recipe, reporting every validation to Ray Tune; a trial that is done is passed over."""
    from ray import tune  # noqa: PLC0415 - this function runs in a process of Ray's

    out = Path(config["out"])
    if not (out / DONE).is_file():
        out.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, *config["command"], "--out", str(out), "--resume", "--set", *config["changes"]]
        with (out / "output.txt").open("a") as told:
            process = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT)  # noqa: S603 - our own script
            count = 0
            while process.poll() is None:
                time.sleep(0.5)
                rows = _rows(out)
                for row in rows[count:]:
                    tune.report(row)
                count = len(rows)
        if process.returncode:
            raise RuntimeError(f"{out}: the training ended with {process.returncode}, see output.txt")
        write_text(out / DONE, "")
    tune.report(best_of(out))


def _rows(out: Path) -> list[dict[str, float]]:
    path = out / "log.csv"
    if not path.is_file():
        return []
    whole = read_text(path).rpartition("\n")[0]  # a line may be half written
    return [{key: float(one) for key, one in row.items()} for row in csv.DictReader(io.StringIO(whole))]


def best_of(out: Path) -> dict[str, float]:
    """Return the row of a training's best: admissible ones first, then the cheapest; empty where there is none."""
    return min(_rows(out), key=lambda row: (not row["admissible"], row["validation_usd"]), default={})


def table_of(out: Path, trials: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return a row a trial, the best first, those that failed last."""
    found = []
    for i, trial in enumerate(trials):
        folder = out / f"{i:03d}"
        best = best_of(folder)
        rank = (not (folder / DONE).is_file(), not best.get("admissible"), best.get("validation_usd", float("inf")), i)
        state = "done" if (folder / DONE).is_file() else "failed"
        found.append((rank, {"trial": f"{i:03d}", "state": state, **trial, **{key: str(best.get(key, "")) for key in SHOWN}}))
    return [row for _, row in sorted(found, key=lambda one: one[0])]


def main(arguments: list[str]) -> int:
    """Run the trials and write the table; return 0, or 1 where one failed."""
    if len(arguments) < 2:
        print("usage: sweep.py FILE.toml TRAINER.py OPTIONS", file=sys.stderr)
        return 2
    try:
        file, script, *options = arguments
        out, fixed, rest = _without_out(options)
        sweep = read_sweep(Path(file), Path(script).resolve().parent)
        _same(out, sweep)
        _tune(sweep, out, [str(Path(script).resolve()), *rest], fixed)
        table = table_of(out, sweep.trials)
    except GridbenchError as error:
        print(f"sweep: {error}", file=sys.stderr)
        return error.exit_code
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    write_text(out / "sweep.csv", text.getvalue())
    print(text.getvalue() + f"best: {out / table[0]['trial'] / 'best'}")
    return int(any(row["state"] != "done" for row in table))


def _without_out(options: list[str]) -> tuple[Path, list[str], list[str]]:
    """Return the folder, changes of the recipe that all trials share, and the other options of the trainer.

    Raises InvalidInput without a folder, or where one stands that --resume does not ask for.
    """
    left, fixed = list(options), []
    if "--set" in left:
        at = left.index("--set")
        end = next((i for i in range(at + 1, len(left)) if left[i].startswith("--")), len(left))
        fixed, left = left[at + 1 : end], left[:at] + left[end:]
    if "--out" not in left[:-1]:
        raise InvalidInput("sweep", ["--out: missing; name the folder of the trials"])
    at = left.index("--out")
    out = Path(left[at + 1]).resolve()
    left = left[:at] + left[at + 2 :]
    if (out / "trials.csv").is_file() and "--resume" not in left:
        raise InvalidInput(str(out), ["a sweep stands here: go on with --resume, or choose another --out"])
    return out, fixed, [one for one in left if one != "--resume"]


def _same(out: Path, sweep: Sweep) -> None:
    """Keep what is tried beside the trials. Raises InvalidInput where something else stands there."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["trial", *sweep.trials[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows({"trial": f"{i:03d}", **trial} for i, trial in enumerate(sweep.trials))
    path = out / "trials.csv"
    if path.is_file() and read_text(path) != text.getvalue():
        raise InvalidInput(str(path), ["the file of the sweep asks for other trials: choose another --out"])
    write_text(path, text.getvalue())


def _tune(sweep: Sweep, out: Path, command: list[str], fixed: list[str]) -> None:
    """Let Ray Tune run the trials that are not done."""
    import ray  # noqa: PLC0415 - loading it takes seconds, reading the file none
    from ray import tune  # noqa: PLC0415

    each = [
        {"out": str(out / f"{i:03d}"), "command": command, "changes": [*fixed, *(f"{k}={v}" for k, v in trial.items())]}
        for i, trial in enumerate(sweep.trials)
    ]
    ray.init(num_cpus=sweep.at_once, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        tune.Tuner(
            tune.with_resources(lambda config: run_trial(config["trial"]), {"cpu": 1}),
            param_space={"trial": tune.grid_search(each)},
            run_config=tune.RunConfig(name="ray", storage_path=str(out), verbose=int(os.environ.get("GRIDBENCH_TUNE", "0"))),
        ).fit()
    finally:
        ray.shutdown()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
