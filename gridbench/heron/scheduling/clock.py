"""The clock: whole nanoseconds, so that equal times are equal."""

from __future__ import annotations

import math

NS_PER_S = 1_000_000_000
LONGEST_S = 1e9


def time_faults(seconds: float, where: str, least_ns: int = 0) -> list[str]:
    """Return why a number of seconds is no time on the clock."""
    if not math.isfinite(seconds):
        return [f"{where}: {seconds} s is not finite"]
    if seconds < 0:
        return [f"{where}: {seconds:g} s is negative; time only goes on"]
    if seconds > LONGEST_S:
        return [f"{where}: {seconds:g} s is above {LONGEST_S:g} s"]
    if to_ns(seconds) < least_ns:
        return [f"{where}: {seconds:g} s is below a nanosecond"]
    return []


def to_ns(seconds: float) -> int:
    """Return seconds as the nearest whole nanoseconds."""
    return round(seconds * NS_PER_S)


def to_s(nanoseconds: int) -> float:
    """Return nanoseconds as seconds."""
    return nanoseconds / NS_PER_S
