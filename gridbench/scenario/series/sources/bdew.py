"""BDEW: the standard load profiles of German households, commerce and farms, by quarter hours of legal time.

Source: VDEW, "Repräsentative VDEW-Lastprofile" (1999), with the dynamisation of households; values from the package demandlib.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series.sources.german_calendar import day_type, season

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.scenario.series.columns import Floats

FILE = "demandlib/bdew/bdew_data/selp_series.csv"
HOUSEHOLD = "h0"
QUARTERS = 96
DYNAMIC = (-3.92e-10, 3.2e-7, -7.02e-5, 2.1e-3, 1.24)
"""Polynomial in the day of the year, 1 to 365, highest power first, that the household profile is multiplied by."""

Profiles = dict[str, dict[tuple[str, int], list[float]]]


def read_profiles(text: str, names: Sequence[str], where: str) -> Profiles:
    """Return the 96 quarter hours of each profile by season and day type, 1 to 7. Raises InvalidInput."""
    lines = list(csv.DictReader(io.StringIO(text), restval=""))
    header = list(lines[0]) if lines else []
    faults = [str(UnknownName("profile", name, header[3:])) for name in names if name not in header]
    if faults or not {"period", "weekday"} <= set(header):
        raise InvalidInput(where, faults or ["has no columns period and weekday; use demandlib 0.2"])
    found: Profiles = {name: {} for name in names}
    try:
        for line in lines:
            for name in names:
                found[name].setdefault((line["period"], int(line["weekday"])), []).append(float(line[name]))
    except ValueError as error:
        raise InvalidInput(where, [f"holds text where numbers belong ({error}); install the package again"]) from error
    whole = {(name, day) for name in ("summer", "winter", "transition") for day in range(1, 8)}
    if any(set(days) != whole or {len(day) for day in days.values()} != {QUARTERS} for days in found.values()):
        raise InvalidInput(where, ["has not 96 quarter hours for each season and day; install the package again"])
    return found


def profile_year(profiles: Mapping[str, Mapping[tuple[str, int], Sequence[float]]], year: int) -> dict[str, Floats]:
    """Return each profile over a year of UTC+1 in quarter hours, per unit of its highest: shapes move with daylight saving."""
    start = datetime(year, 1, 1, tzinfo=UTC) - timedelta(hours=1)
    steps = (date(year + 1, 1, 1) - date(year, 1, 1)).days * QUARTERS
    berlin = ZoneInfo("Europe/Berlin")
    clock = [(start + timedelta(minutes=15 * step)).astimezone(berlin) for step in range(steps)]
    kinds = {day: (season(day), day_type(day)) for day in {one.date() for one in clock}}
    at = [(kinds[one.date()], one.hour * 4 + one.minute // 15) for one in clock]
    years = {}
    for name, profile in profiles.items():
        values = np.array([profile[kind][quarter] for kind, quarter in at])
        if name == HOUSEHOLD:
            values = values * np.polyval(DYNAMIC, [one.timetuple().tm_yday for one in clock])
        years[name] = values / values.max()
    return years
