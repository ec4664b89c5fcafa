"""The command line: what each command takes. The work is in gridbench.commands, imported when a command runs."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

from gridbench import __version__
from gridbench.commands import data_arguments
from gridbench.errors import GridbenchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    Commands = argparse._SubParsersAction[Any]  # noqa: SLF001

EXIT_CODES = (
    "exit codes: 0 yes, 1 the answer is no, 2 usage, 3 invalid input or unknown name, "
    "4 solver or power flow failed, 130 interrupted"
)
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error of gridbench's own is one message on stderr."""
    wanted = parser().parse_args(arguments)
    try:
        code: int = importlib.import_module(f"gridbench.commands.{wanted.command}").main(wanted)
        sys.stdout.flush()
    except GridbenchError as error:
        print(f"gridbench: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("gridbench: interrupted; what was finished is kept, --resume continues", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        print(f"gridbench: {error.filename or 'the output'}: {error.strerror or error}; mend that, and repeat", file=sys.stderr)
        return GridbenchError.exit_code
    return code


def _drop_output() -> None:
    """Send what is left of the output nowhere, so that the interpreter does not stumble over it at its end."""
    with contextlib.suppress(OSError):  # an output that is no file has nothing to stumble over
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="gridbench",
        description="How far a controller of a distribution grid is from the best that was possible, with proof.",
        epilog=EXIT_CODES,
    )
    top.add_argument("--version", action="version", version=f"gridbench {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    every = _list, _new, _check, _draw, _solve, _train, _run, _submit, _verify, _report, _leaderboard, _results, _paper, _data
    for add in every:
        add(commands)
    return top


def _add(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    description = text[0].upper() + text[1:] + "."
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=description, epilog=EXIT_CODES)
    return made


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print the answer as JSON on stdout")


def _scenario(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    text = "a name (newest version), an id like ieee34_ieee13-v1, or the folder of your own"
    command.add_argument("--scenario", required=required, metavar="S", help=text)


def _days(command: argparse.ArgumentParser) -> None:
    which = "train, validation, test, or one that stresses, like n_minus_1 (default: test)"
    command.add_argument("--split", default="test", metavar="S", help=which)
    command.add_argument("--days", type=int, metavar="N", help="the first N days of the split (default: all)")


def _list(commands: Commands) -> None:
    command = _add(commands, "list", "list scenarios, policies and networks")
    only = "only these; scenarios and networks with their sizes"
    command.add_argument("what", nargs="?", choices=("scenarios", "policies", "networks"), help=only)
    _json(command)


def _new(commands: Commands) -> None:
    command = _add(commands, "new", "write the skeleton of a scenario or of a policy, which runs at once and is to be edited")
    kinds = command.add_subparsers(dest="what", required=True, metavar="WHAT")
    text = "write a scenario for a built-in network or your own, with its series and the page about it"
    made = kinds.add_parser("scenario", help=text, description=text[0].upper() + text[1:] + ".", epilog=EXIT_CODES)
    made.add_argument("name", metavar="NAME", help="letters, digits and _; the folder is NAME-v1")
    made.add_argument("--into", default=".", metavar="FOLDER", help="where it goes (default: here)")
    network = made.add_mutually_exclusive_group()
    own = "built in (see `gridbench list networks`; default: ieee13), or with a slash a folder of tables (docs/networks.md)"
    network.add_argument("--network", metavar="N", help=own)
    network.add_argument("--pandapower", metavar="FILE.json", help="a radial network in pandapower's JSON (needs that extra)")
    made.add_argument("--step-h", type=float, default=1.0, metavar="H", help="hours a step: 1, 0.5 or 0.25 (default: 1)")
    made.add_argument("--seed", type=int, default=100, metavar="N", help="of the generated years (default: 100)")
    agents = "names; the first operates the grid, the others own the units (default: operator, who has all)"
    made.add_argument("--agents", nargs="+", default=["operator"], metavar="A", help=agents)
    _json(made)
    text = "write the bundle of a policy: its page, a controller in Python or an untrained network, and the steps to the table"
    made = kinds.add_parser("policy", help=text, description=text[0].upper() + text[1:] + ".", epilog=EXIT_CODES)
    made.add_argument("name", metavar="NAME", help="a-z, 0-9, _ and -; the folder and the row of the table are called so")
    names = "what it is for: names, ids, or folders of your own"
    made.add_argument("--scenario", required=True, nargs="+", metavar="S", help=names)
    form = "a controller in Python, or a network as weights (default: python)"
    made.add_argument("--format", choices=("python", "network"), default="python", help=form)
    made.add_argument("--author", action="append", default=[], metavar="A", help="who it is by; repeat it (default: Anonymous)")
    made.add_argument("--into", default=".", metavar="FOLDER", help="where it goes (default: here)")
    _json(made)


def _check(commands: Commands) -> None:
    command = _add(commands, "check", "check a scenario and say what it holds and how a day goes, or every fault of it")
    command.add_argument("scenario", metavar="S", help="a name, an id, a folder or a scenario.toml")
    command.add_argument("--quick", action="store_true", help="play no day: read the files only")
    _json(command)


def _draw(commands: Commands) -> None:
    command = _add(commands, "draw", "draw a network, or a scenario with its devices and agents, as SVG or PNG")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--scenario", metavar="S", help="a name (newest version), an id like ieee34_ieee13-v1, or a folder")
    what.add_argument("--network", metavar="N", help="a built-in network (see `gridbench list networks`)")
    command.add_argument("--out", metavar="FILE", help="a name in .svg or .png (default: the name of what is drawn, .svg)")


def _solve(commands: Commands) -> None:
    command = _add(commands, "solve", "certify the least cost of the days of a scenario")
    _scenario(command)
    _days(command)
    command.add_argument("--jobs", type=int, default=1, metavar="N", help="days solved side by side (default: 1)")
    command.add_argument("--time-limit", type=float, default=60.0, metavar="SECONDS", help="per day (default: 60)")
    command.add_argument("--gap", type=float, default=1e-3, help="stop at this (witness - bound) / |witness| (default: 0.001)")
    command.add_argument("--threads", type=int, default=2, metavar="N", help="threads a day (default: 2)")
    command.add_argument("--ray", metavar="ADDRESS", help="spread days over a Ray cluster instead (or `auto`, `local`)")
    resume = "keep the days that this code has solved before, and published ones within --gap"
    command.add_argument("--resume", action="store_true", help=resume)
    command.add_argument("--publish", action="store_true", help="write the intervals into the scenario's folder")
    command.add_argument("--day", type=int, metavar="N", help="only day N")
    command.add_argument("--export", metavar="FILE", help="write the model of --day as .nl, .lp or .mps, and solve nothing")
    command.add_argument("--solver", metavar="NAME", help="print beside what a solver of Pyomo's finds: scip, gurobi, ..")
    command.add_argument("--tuned", action="store_true", help="with settings that make this solver faster on cones (scip)")
    command.add_argument("--exact", action="store_true", help="export or solve the AC equations instead of their cones")
    _json(command)


def _train(commands: Commands) -> None:
    command = _add(commands, "train", "train a policy on a scenario; options after -- go to the script of the trainer")
    _scenario(command)
    learnt = "mappo, ippo, mappo_lagrangian, appo, sac (one actor for the whole grid), bc or dagger (default: mappo)"
    command.add_argument("--policy", default="mappo", metavar="P", help=learnt)
    trainer = "fast: torch alone, on the batched plant; rllib: RLlib, in several processes (default: fast where it can)"
    command.add_argument("--trainer", choices=("fast", "rllib"), help=trainer)
    command.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same weights (default: 0)")
    command.add_argument("--steps", type=int, metavar="N", help="environment steps (default: those of the recipe)")
    command.add_argument("--workers", type=int, metavar="N", help="of rllib: processes that play days beside the learner's")
    command.add_argument("--device", metavar="D", help="of fast: cpu, or cuda for a GPU (default: cpu)")
    out = "weights, checkpoint and log (default: runs/train/<scenario>/<policy>-<seed>); <DIR>/best is a policy"
    command.add_argument("--out", metavar="DIR", help=out)
    command.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    tried = "try numbers of the recipe by this file through Ray Tune, and rank the trainings (baselines/sweep)"
    command.add_argument("--sweep", metavar="FILE.toml", help=tried)
    command.add_argument("--wandb", metavar="PROJECT", help="log to Weights & Biases too (pip install wandb)")
    command.add_argument("rest", nargs="*", metavar="-- OPTION", help="like --set lr=1e-4; see baselines/")


def _run(commands: Commands) -> None:
    command = _add(commands, "run", "run policies, score them against the bound and write a record of each")
    named = "a name (newest version), an id like ieee34_ieee13-v1, or the folder of your own; several run side by side"
    command.add_argument("--scenario", required=True, nargs="+", metavar="S", help=named)
    text = "a name (see `gridbench list policies`), or the folder of a trained network; several run side by side"
    command.add_argument("--policy", required=True, nargs="+", metavar="P", help=text)
    _days(command)
    command.add_argument("--seeds", type=int, metavar="K", help="seeds 0 to K-1 (default: 5; 1 for policies without chance)")
    plant = "what judges: the balanced plant, or the unbalanced network, whose bound is indicative (default: balanced)"
    command.add_argument("--plant", choices=("balanced", "three-phase"), default="balanced", help=plant)
    out = "where the record goes (default: runs/<scenario>/<policy>); of several runs <scenario>/<policy> below it"
    command.add_argument("--out", metavar="DIR", help=out)
    command.add_argument("--resume", action="store_true", help="play only what is missing")
    command.add_argument("--jobs", type=int, metavar="N", help="processes that episodes are spread over (default: one a core)")
    command.add_argument("--ray", metavar="ADDRESS", help="spread episodes over a Ray cluster instead (or `auto`, `local`)")
    command.add_argument("--no-plot", action="store_true", help="write no picture of the first day")
    _json(command)


def _submit(commands: Commands) -> None:
    command = _add(commands, "submit", "check a bundle, run its policy, verify the records and file them among the results")
    command.add_argument(
        "bundle", metavar="BUNDLE", help="a folder with a bundle.json (see `gridbench new policy`), or a zip of it"
    )
    command.add_argument("--results", default="results", metavar="DIR", help="where the records are (default: results)")
    which = "of the bundle's scenarios, only this one, or the folder of your own; repeat it (default: all, built in)"
    command.add_argument("--scenario", action="append", default=[], metavar="S", help=which)
    command.add_argument("--seeds", type=int, metavar="K", help="seeds 0 to K-1 (default: 5; 1 for policies without chance)")
    command.add_argument("--days", type=int, metavar="N", help="the first N test days, to try it (default: all)")
    command.add_argument("--jobs", type=int, metavar="N", help="processes that episodes are spread over (default: one a core)")
    command.add_argument("--resume", action="store_true", help="play only what is missing of an unfinished submission")
    own = "a folder in which scenarios of your own stand, for the tables; repeat it"
    command.add_argument("--scenarios", action="append", default=[], metavar="FOLDER", help=own)
    _json(command)


def _verify(commands: Commands) -> None:
    command = _add(commands, "verify", "replay records and recompute every number of them")
    command.add_argument("record", nargs="+", metavar="RECORD", help="a record.json or its folder")
    _scenario(command, required=False)
    again = "run the policy too, that of the bundle beside the record or the built-in one, and compare what it asks for"
    command.add_argument("--rerun", action="store_true", help=again)
    command.add_argument(
        "--fresh", type=int, metavar="SEED", help="run the policy too on the same days of a year drawn from SEED"
    )
    command.add_argument("--days", type=int, metavar="N", help="of --rerun and --fresh, N days spread evenly (default: all)")
    command.add_argument("--against", metavar="RECORD", help="demand the same bytes as this record but for harness and seconds")
    since = "verify what differs from the results in DIR: RECORD is then a folder of results"
    command.add_argument("--since", metavar="DIR", help=since)
    command.add_argument("--mark", action="store_true", help="write what was found into marks.json beside each record")
    _json(command)


def _report(commands: Commands) -> None:
    command = _add(commands, "report", "write one page about a run: its days beside the oracle's, its money, its violations")
    command.add_argument("record", metavar="RUN", help="a record.json or its folder")
    _scenario(command, required=False)
    command.add_argument("--out", metavar="FILE.html", help="where the page goes (default: report.html beside the record)")
    drawn = "days to draw, by their numbers (default: the three that lost the most against the oracle)"
    command.add_argument("--days", type=int, nargs="+", metavar="DAY", help=drawn)


def _leaderboard(commands: Commands) -> None:
    command = _add(commands, "leaderboard", "make the leaderboard of all records below a folder: Markdown, CSV, LaTeX and HTML")
    command.add_argument("results", nargs="?", default="results", metavar="DIR", help="where the records are (default: results)")
    own = "a folder in which scenarios of your own stand; repeat it"
    command.add_argument("--scenarios", action="append", default=[], metavar="FOLDER", help=own)
    command.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a file is out of date")
    change = "write nothing; print how the table differs from that of the results in DIR, as markdown"
    command.add_argument("--against", metavar="DIR", help=change)


def _results(commands: Commands) -> None:
    command = _add(commands, "results", "answer a question in SQL over all records below a folder")
    text = "one SELECT over records, episodes, failures and training; without it their columns are listed (docs/results.md)"
    command.add_argument("sql", nargs="?", metavar="SQL", help=text)
    command.add_argument("--results", default="results", metavar="DIR", help="where the records are (default: results)")
    own = "a folder in which scenarios of your own stand, for `admissible`; repeat it"
    command.add_argument("--scenarios", action="append", default=[], metavar="FOLDER", help=own)
    form = command.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print comma-separated values, numbers in full")
    form.add_argument("--json", action="store_true", help="print a list of objects, numbers in full")


def _paper(commands: Commands) -> None:
    command = _add(commands, "paper", "compute published results again; exit with 1 where one is not reproduced")
    what = "oracle: optimisation results, each with its certificate; solvers: the pipeline and general solvers on the same days; "
    what += "heron: the claims of HERON's case study, from records"
    command.add_argument("what", choices=("oracle", "solvers", "heron"), help=what)
    groups = "oracle: groups, of pglib, reconfiguration, placement; heron: tables, of observability, mismatch, protocols, "
    groups += "algorithms, timing, scalability (default: all)"
    command.add_argument("--only", metavar="G,..", help=groups)
    command.add_argument("--time-limit", type=float, default=200.0, metavar="SECONDS", help="solvers: per lap (default: 200)")
    again = "heron: make the records that are missing; training needs the extra torch, and takes an hour"
    command.add_argument("--rerun", action="store_true", help=again)
    command.add_argument("--records", metavar="DIR", help="heron: where the records are (default: those of the package)")
    command.add_argument("--results", default="results", metavar="DIR", help="heron: where those of rule and mpc are, to rerun")
    _json(command)


def _data(commands: Commands) -> None:
    command = _add(commands, "data", "bring measured data in: your own, or that of packages")
    data_arguments.add(command, EXIT_CODES)


if __name__ == "__main__":
    sys.exit(main())
