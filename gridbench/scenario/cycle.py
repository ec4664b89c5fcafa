"""Cycle: the days of one measured year dealt to splits that never touch."""

from __future__ import annotations

CYCLE = (("train", 15), (None, 1), ("validation", 4), (None, 1), ("test", 7), (None, 1))
"""29 days: a day between two splits is left out, and 29 = 1 mod 7 lets weekdays rotate through all of them."""


def cycle_days(total: int, first: int = 0) -> dict[str, tuple[int, ...]]:
    """Return the days of train, validation and test among [first, total), day `first` being the first of a cycle."""
    owners = [name for name, days in CYCLE for _ in range(days)]
    days: dict[str, list[int]] = {name: [] for name, _ in CYCLE if name is not None}
    for day in range(first, total):
        owner = owners[(day - first) % len(owners)]
        if owner is not None:
            days[owner].append(day)
    return {name: tuple(own) for name, own in days.items()}
