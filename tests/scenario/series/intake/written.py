"""Tables for the intake, written as users' programs write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gridbench.scenario.series.intake.intake import take_in
from gridbench.scenario.series.intake.mapping import mapping_of

BERLIN = ZoneInfo("Europe/Berlin")
GERMAN = "%d.%m.%Y %H:%M"


def instants(start, count, minutes):
    """Instants in UTC from an ISO 8601 text with its offset."""
    first = datetime.fromisoformat(start).astimezone(UTC)
    return [first + timedelta(minutes=minutes * step) for step in range(count)]


def write(path, stamps, columns, delimiter=",", decimal=".", end="\n", bom=False, mend=None):
    """Write stamps (texts) and columns (name: numbers or texts) as CSV; `mend` may change the list of lines."""
    cells = [[str(value).replace(".", decimal) for value in column] for column in columns.values()]
    lines = [delimiter.join(["time", *columns]), *(delimiter.join(line) for line in zip(stamps, *cells, strict=True))]
    lines = mend(lines) if mend else lines
    path.write_bytes(end.join([*lines, ""]).encode("utf-8-sig" if bom else "utf-8"))
    return path


def load_rules(**treatment):
    return {
        "time": {"column": "time", "zone": "Europe/Berlin"},
        "columns": {"load_a": {"source": "P", "unit": "pu"}},
        "treatment": treatment,
    }


def taken(path, rules):
    return take_in(path, mapping_of(rules, "test"), "test")
