"""Whatever stands in a scenario file, it is read or refused with faults; nothing else is raised."""

import copy
import tomllib
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.scenario import file, splits
from gridbench.scenario.catalogue import scenario_folder
from gridbench.scenario.digest import FILE

FOLDER = scenario_folder("ieee34_ieee13-v1")
WHOLE = tomllib.loads((FOLDER / FILE).read_text(encoding="utf-8"))
JUNK = [
    *("", "650", "800", "MG1", "MG1.675", "load.890", "tie", "regulator", "grid_tie", "ieee123", "price_usd_per_mwh"),
    *(0, -1, 1.5, float("nan"), float("inf"), 10**30, True, [], {}, ["MG1"], [1], [{}], {"name": 1}),
]


def places(value, path=()):
    """The paths of all keys and list elements below a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def damaged(changes):
    """The file's tables with values replaced, or removed where the new one is None."""
    tables = copy.deepcopy(WHOLE)
    for path, new in changes:
        inner = tables
        try:
            for key in path[:-1]:
                inner = inner[key]
            if new is None:
                del inner[path[-1]]
            else:
                inner[path[-1]] = copy.deepcopy(new)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    return tables


change = st.tuples(st.sampled_from(list(places(WHOLE))), st.sampled_from([None, *JUNK]))


LOAD = cache(splits.load)


def faults_of(tables):
    """The faults of a file with these tables, none where it can be read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file, "_toml", lambda _: tables)
        patch.setattr(splits, "load", LOAD)
        try:
            file.read(FOLDER)
        except InvalidInput as error:
            return error.faults
        return None


def test_undamaged_file_is_read():
    assert faults_of(WHOLE) is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(change, min_size=1, max_size=4))
def test_damaged_file_is_read_or_refused_with_faults(changes):
    faults = faults_of(damaged(changes))
    assert faults is None or 0 < len(faults) == len(set(faults))
