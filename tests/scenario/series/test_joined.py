"""Joining two series: the columns of both over their common days."""

import dataclasses

import numpy as np
import pytest

from gridbench.errors import InvalidInput
from gridbench.scenario.series import Series
from gridbench.scenario.series.joined import joined


def made(name, start, days, column, **other):
    values = np.arange(24.0 * days) / 1000
    fields = {"preset": "imported", "seed": 0, "step_h": 1.0, "utc_offset_h": 1.0} | other
    return Series(name=name, start=start, columns={column: values}, **fields)


FIRST = made("a", "2023-01-01T00:00:00+01:00", 5, "load_a")


def test_common_days():
    found = joined(FIRST, made("b", "2023-01-03T00:00:00+01:00", 9, "pv_a"))
    assert (found.name, found.start, found.n) == ("a", "2023-01-03T00:00:00+01:00", 72)
    np.testing.assert_array_equal(found.columns["load_a"], FIRST.columns["load_a"][48:])
    np.testing.assert_array_equal(found.columns["pv_a"], np.arange(72) / 1000)


def test_all_that_forbids_it_at_once():
    other = dataclasses.replace(FIRST, step_h=0.5, utc_offset_h=2.0, start="2024-01-01T00:00:00+02:00")
    with pytest.raises(InvalidInput) as caught:
        joined(FIRST, other)
    told = "\n".join(caught.value.faults)
    for fault in ("'load_a' stands in both", "same --step", "same --zone", "no day in common"):
        assert fault in told
