"""German calendar: days that load profiles count as Sundays or Saturdays, and their seasons."""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY, SUNDAY = 6, 7
FIXED = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
FROM_EASTER_DAYS = (-2, 1, 39, 50)
"""Good Friday, Easter Monday, Ascension and Whit Monday, in days from Easter Sunday."""


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def day_type(day: date) -> int:
    """1 Monday to 7 Sunday; holidays of all Germany count as Sundays, 24 and 31 December as Saturdays unless Sundays (BDEW)."""
    movable = {easter(day.year) + timedelta(days=days) for days in FROM_EASTER_DAYS}
    if (day.month, day.day) in FIXED or day in movable:
        return SUNDAY
    if (day.month, day.day) in {(12, 24), (12, 31)} and day.isoweekday() != SUNDAY:
        return SATURDAY
    return day.isoweekday()


def season(day: date) -> str:
    """The season of BDEW's profiles: winter 1 Nov to 20 Mar, summer 15 May to 14 Sep, transition between them."""
    at = (day.month, day.day)
    if at >= (11, 1) or at <= (3, 20):
        return "winter"
    return "summer" if (5, 15) <= at <= (9, 14) else "transition"
