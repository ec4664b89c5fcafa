"""The cycle of 29 days: splits never touch, and every split sees all weekdays and months."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gridbench.scenario.cycle import cycle_days


@given(total=st.integers(0, 800), first=st.integers(0, 40))
def test_no_two_splits_touch(total, first):
    owner = {day: name for name, days in cycle_days(total, first).items() for day in days}
    assert all(first <= day < total for day in owner)
    for day, after in pairwise(sorted(owner)):
        assert owner[day] == owner[after] or after > day + 1


def test_a_year_is_dealt_evenly():
    days = cycle_days(365)
    assert {name: len(own) for name, own in days.items()} == {"train": 195, "validation": 49, "test": 84}
    test = [date(2023, 1, 1) + timedelta(days=day) for day in days["test"]]
    assert {one.weekday() for one in test} == set(range(7))
    assert min(sum(one.month == month for one in test) for month in range(1, 13)) >= 6
