"""Stamps: the texts of a time column as seconds in UTC, through daylight saving."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import numpy.typing as npt

from gridbench.errors import UnknownName
from gridbench.scenario.series.intake.rows import rows_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.scenario.series.intake.mapping import TimeRule

Seconds = npt.NDArray[np.int64]
YEARS = range(1970, 2200)
FIXED = re.compile(r"([+-])(\d\d):?(\d\d)")


@dataclass
class Stamps:
    """Seconds since 1970 in UTC of each row that could be told (n,), the rows' places in the table, and the standard offset."""

    seconds: Seconds
    places: npt.NDArray[np.int64]
    offset_h: float
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def zone_of(text: str) -> tzinfo:
    """Return the zone that an IANA name, UTC or an offset like +01:00 names. Raises UnknownName."""
    found = FIXED.fullmatch(text)
    if found:
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    if text.upper() in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, LookupError) as error:
        known = available_timezones()
        if not known:
            raise UnknownName(
                "time zone (this machine has no table of them: pip install tzdata)", text, ["UTC", "+01:00"]
            ) from error
        raise UnknownName("time zone", text, {*known, "UTC", "+01:00"}) from error


def standard_offset_h(zone: tzinfo, year: int) -> float:
    """Hours from UTC of a zone's standard time: the lesser of its offsets in January and July."""
    offsets = [datetime(year, month, 1, tzinfo=zone).utcoffset() or timedelta(0) for month in (1, 7)]
    return min(offsets) / timedelta(hours=1)


def read_stamps(texts: Sequence[str], rows: Sequence[int], rule: TimeRule) -> Stamps:
    """Return the stamps of a column; what could not be told is among their faults.

    Stamps without an offset are in the rule's zone. Of an hour that stands twice in it the first pass in the file is the first
    in time; stamps in an hour that the clocks leave out are refused.
    """
    parsed, faults = _parsed(texts, rows, rule)
    bare = [place for place, one in parsed if one.tzinfo is None]
    if 0 < len(bare) < len(parsed):
        faults.append(
            f"time: {rows_text(rows[place] for place in bare)}: no offset from UTC, where others have one; write all alike"
        )
    zone: tzinfo | None = None
    if rule.zone is not None:
        try:
            zone = zone_of(rule.zone)
        except UnknownName as error:
            faults.append(str(error))
    if zone is None and (bare or len({one.utcoffset() for _, one in parsed}) > 1):
        faults += ["time: the zone is unknown; state it, like Europe/Berlin or +01:00"] if rule.zone is None else []
        zone = UTC
    if zone is None:
        zone = next((one.tzinfo for _, one in parsed if one.tzinfo), UTC)
    stamps = _located(parsed, rows, zone, faults)
    stamps.offset_h = standard_offset_h(zone, parsed[0][1].year if parsed else 2000)
    return stamps


def _parsed(texts: Sequence[str], rows: Sequence[int], rule: TimeRule) -> tuple[list[tuple[int, datetime]], list[str]]:
    """The stamps that could be read, with their places, and the faults of the others."""
    parsed: list[tuple[int, datetime]] = []
    bad: list[int] = []
    far: list[int] = []
    for place, text in enumerate(texts):
        try:
            one = datetime.strptime(text, rule.format) if rule.format else datetime.fromisoformat(text)  # noqa: DTZ007 located later
        except ValueError:
            bad.append(place)
            continue
        if one.year in YEARS:
            parsed.append((place, one))
        else:
            far.append(place)
    faults = [f"time: {rows_text(rows[place] for place in far)}: not in {YEARS[0]} to {YEARS[-1]}; correct them"] if far else []
    if not bad:
        return parsed, faults
    wanted = f"in the format {rule.format!r}" if rule.format else "ISO 8601"
    mend = "correct them" if rule.format else "state the format, like '%d.%m.%Y %H:%M'"
    return parsed, [*faults, f"time: {rows_text(rows[place] for place in bad)}: {texts[bad[0]]!r} is not {wanted}; {mend}"]


def _located(parsed: Sequence[tuple[int, datetime]], rows: Sequence[int], zone: tzinfo, faults: list[str]) -> Stamps:
    """The stamps in UTC."""
    backwards = len(parsed) > 1 and all(one.tzinfo is None for _, one in parsed) and parsed[0][1] > parsed[-1][1]
    seconds: list[tuple[int, int]] = []
    doubled: list[int] = []
    unreal: list[int] = []
    last: dict[object, datetime] = {}
    again: defaultdict[object, bool] = defaultdict(bool)
    for place, one in reversed(parsed) if backwards else parsed:
        if one.tzinfo is not None:
            seconds.append((place, _seconds(one)))
            continue
        first, second = (one.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        before, after = first.utcoffset() or timedelta(0), second.utcoffset() or timedelta(0)
        if before < after:
            unreal.append(place)
            continue
        if before > after:
            doubled.append(place)
            again[one.date()] |= one <= last.get(one.date(), datetime.min)  # noqa: DTZ901 compared with bare stamps
            last[one.date()] = one
        seconds.append((place, _seconds(second if before > after and again[one.date()] else first)))
    if unreal:
        where = rows_text(rows[place] for place in sorted(unreal))
        faults.append(f"time: {where}: the clocks of {zone} leave that hour out; state the fixed offset that the file keeps")
    seconds.sort()
    places, found = (np.array([pair[i] for pair in seconds], dtype=np.int64) for i in (0, 1))
    stamps = Stamps(found, places, 0.0, faults)
    order = np.diff(stamps.seconds)
    if doubled and not (order >= 0).all() and not (order <= 0).all():
        where = rows_text(rows[place] for place in sorted(doubled))
        faults.append(
            f"time: {where}: in an hour that {zone} has twice, and the order that would tell which is lost; export in UTC"
        )
    elif doubled:
        stamps.notes.append(f"{len(doubled)} rows stand in an hour that {zone} has twice; told apart by their order")
    return stamps


def _seconds(one: datetime) -> int:
    return int((one.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
