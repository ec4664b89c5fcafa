"""What `gridbench data` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

IMPORT = "turn a CSV or parquet file into a series of a scenario, or list every fault of it"
SOURCE = "write the series of an installed or downloaded package of open data"
TWIN = "build the twin of a scenario on measured data: ieee34_ieee13 on profiles of SimBench and Dutch prices"

PAIRS = {
    "--map": "our column and that of the file, like load_commercial='P (kW)'; repeat it",
    "--unit": "its unit: pu, %%, kW, MW, kWh (a step), degC, EUR/MWh, ct/kWh, ..",
    "--rating": "what is 1 pu, in the unit of power of the file",
    "--exchange": "units of our money for one of the file's",
}


def add(command: argparse.ArgumentParser, epilog: str) -> None:
    """Add the actions of `gridbench data`, each with its options."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text, fill in (("import", IMPORT, _import), ("source", SOURCE, _source), ("twin", TWIN, _twin)):
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=epilog)
        fill(action)
        action.add_argument("--json", action="store_true", help="print the answer as JSON on stdout")


def _import(action: argparse.ArgumentParser) -> None:
    action.add_argument("file", metavar="FILE", help="a CSV file in UTF-8 with a header line, or a .parquet file")
    action.add_argument("--into", required=True, metavar="FILE.npz", help="the series, like my_scenario/series/year.npz")
    action.add_argument(
        "--mapping", metavar="FILE.toml", help="tables [time], [columns.<ours>], [treatment]; options override it"
    )
    action.add_argument("--time", metavar="COLUMN", help="the column of stamps")
    action.add_argument(
        "--zone", metavar="Z", help="the zone of stamps without offset: Europe/Berlin, UTC, +01:00 (or --zone=-08:00)"
    )
    action.add_argument("--time-format", metavar="F", help="the format of stamps, like '%%d.%%m.%%Y %%H:%%M' (default: ISO 8601)")
    action.add_argument("--stamps", choices=("begin", "end"), help="which end of its step a stamp names (default: begin)")
    for option, text in PAIRS.items():
        action.add_argument(option, action="append", default=[], metavar="OURS=X", help=text)
    action.add_argument(
        "--step", type=float, metavar="MIN", help="minutes a step of the series, a mean of the file's (default: 60)"
    )
    action.add_argument("--fill-gaps", type=int, metavar="N", help="fill gaps of up to N steps of the file (default: refuse any)")
    action.add_argument("--fill", choices=("linear", "hold", "yesterday"), help="how (default: linear)")
    action.add_argument("--drop-duplicates", action="store_true", default=None, help="drop rows that repeat others in full")
    action.add_argument("--sort", action="store_true", default=None, help="allow rows that go back in time")
    action.add_argument("--clip", type=float, metavar="PU", help="set power of up to PU below zero to zero (default: refuse any)")
    action.add_argument("--forecast", choices=("persistence",), help="add the forecasts that devices need: the day before")
    action.add_argument("--delimiter", metavar="C", help="what parts cells (default: told from the header)")
    action.add_argument("--decimal", choices=(".", ","), help="the decimal sign (default: told from the numbers)")
    action.add_argument("--join", action="store_true", help="add the columns to those that --into holds, over their common days")
    action.add_argument("--replace", action="store_true", help="overwrite what stands at --into")


def _source(action: argparse.ArgumentParser) -> None:
    action.add_argument("source", choices=("simbench", "de", "nlprices"), help="what docs/data.md tells of, with licences")
    action.add_argument("--into", required=True, metavar="FILE.npz", help="the series, like my_scenario/series/year.npz")
    action.add_argument("--wheel", metavar="FILE.whl", help="read the package from a downloaded wheel (default: as installed)")
    action.add_argument("--year", type=int, metavar="Y", help="nlprices: 2015 to 2024; de: of the calendar (default: 2019)")
    action.add_argument("--region", type=int, default=4, metavar="R", help="de: test reference region 1 to 15 (default: 4)")
    action.add_argument("--step", type=float, default=60.0, metavar="MIN", help="minutes a step (default: 60)")
    action.add_argument("--replace", action="store_true", help="overwrite what stands at --into")


def _twin(action: argparse.ArgumentParser) -> None:
    action.add_argument("--scenario", required=True, metavar="S", help="a name (newest version) or an id")
    action.add_argument("--into", required=True, metavar="FOLDER", help="the folder of the twin, which is made")
    text = "persistence, or a simulated forecaster with the skill of generated years (default: persistence)"
    action.add_argument("--forecast", choices=("persistence", "skill"), default="persistence", help=text)
    action.add_argument(
        "--simbench-wheel", metavar="FILE.whl", help="read simbench from a downloaded wheel (default: as installed)"
    )
    action.add_argument(
        "--nlprices-wheel", metavar="FILE.whl", help="read ev2gym from a downloaded wheel (default: as installed)"
    )
    action.add_argument("--replace", action="store_true", help="overwrite the twin that stands there")
