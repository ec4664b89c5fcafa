"""Whatever a program writes a clean table like, the same series comes out; whatever spoils it is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import BERLIN, GERMAN, instants, load_rules, taken, write

from gridbench.errors import InvalidInput

AUTUMN, SPRING, SUMMER = "2023-10-28T00:00+01:00", "2024-03-30T00:00+01:00", "2023-07-01T00:00+01:00"
PERIODS = st.sampled_from([AUTUMN, SPRING, SUMMER])
MINUTES = st.sampled_from([5, 15, 30, 60])


def numbers(count, seed):
    return [round(one, 3) for one in np.random.default_rng(seed).uniform(0.0, 1.0, count)]


def expected(values, minutes):
    return np.rint(np.array(values).reshape(-1, 60 // minutes).mean(axis=1) * 1e4) / 1e4


@given(
    start=PERIODS, minutes=MINUTES,
    dialect=st.sampled_from([(",", "."), (";", ","), (";", "."), ("\t", ","), ("|", ".")]),
    form=st.sampled_from([("\n", False), ("\r\n", False), ("\r\n", True)]),
    german=st.booleans(), backwards=st.booleans(), seed=st.integers(0, 9),
)  # fmt: skip
def test_every_dialect_gives_the_same_series(tmp_path_factory, start, minutes, dialect, form, german, backwards, seed):
    """Through both changes of the clocks, in legal time."""
    times = [one.astimezone(BERLIN) for one in instants(start, 3 * 24 * 60 // minutes, minutes)]
    stamps = [one.strftime(GERMAN if german else "%Y-%m-%d %H:%M") for one in times]
    values = numbers(len(times), seed)
    rows = slice(None, None, -1 if backwards else 1)
    path = tmp_path_factory.mktemp("dialect") / "table.csv"
    write(path, stamps[rows], {"P": values[rows]}, *dialect, *form)
    rules = load_rules(sort=backwards)
    rules["time"] |= {"format": GERMAN} if german else {}
    series, report = taken(path, rules)
    assert (series.start, series.utc_offset_h, series.n) == (start[:16] + ":00+01:00", 1.0, 72)
    np.testing.assert_array_equal(series.columns["load_a"], expected(values, minutes))
    assert (report.holes, report.duplicates_dropped, report.cut_before, report.cut_after) == ((), 0, 0, 0)


@given(start=PERIODS, minutes=MINUTES, seed=st.integers(0, 99))
def test_shuffled_rows_with_offsets_are_sorted_when_allowed(tmp_path_factory, start, minutes, seed):
    times = instants(start, 24 * 60 // minutes * 2, minutes)
    values = numbers(len(times), seed)
    order = list(range(len(times)))
    np.random.default_rng(seed).shuffle(order)
    stamps = [times[i].astimezone(BERLIN).isoformat() for i in order]
    path = write(tmp_path_factory.mktemp("shuffled") / "table.csv", stamps, {"P": [values[i] for i in order]})
    series, _ = taken(path, load_rules(sort=True))
    np.testing.assert_array_equal(series.columns["load_a"], expected(values, minutes))
    with pytest.raises(InvalidInput, match="back in time"):
        taken(path, load_rules())


@given(minutes=MINUTES, before=st.integers(0, 20), after=st.integers(0, 20))
def test_partial_days_are_cut_and_told(tmp_path_factory, minutes, before, after):
    times = instants(SUMMER, before + 24 * 60 // minutes + after, minutes)
    shifted = [one.astimezone(BERLIN) - (times[before] - times[0]) for one in times]
    path = write(
        tmp_path_factory.mktemp("partial") / "table.csv", [one.isoformat() for one in shifted], {"P": [0.5] * len(times)}
    )
    series, report = taken(path, load_rules())
    whole = 24 * 60 // minutes
    assert series.n % 24 == 0
    assert report.cut_before == before % whole
    assert before + whole + after == report.cut_before + report.cut_after + report.days * whole


HOLES = st.lists(st.integers(1, 94), min_size=1, max_size=8, unique=True)


@given(holes=HOLES, allowed=st.integers(0, 8), method=st.sampled_from(["linear", "hold"]))
def test_gaps_are_filled_up_to_the_length_allowed_and_no_further(tmp_path_factory, holes, allowed, method):
    times = instants(SUMMER, 96, 15)
    kept = [i for i in range(96) if i not in holes]
    values = [i / 96 for i in range(96)]
    path = tmp_path_factory.mktemp("gaps") / "table.csv"
    write(path, [times[i].isoformat() for i in kept], {"P": [values[i] for i in kept]})
    longest = max(len(run) for run in "".join("x" if i in holes else " " for i in range(96)).split())
    rules = load_rules(fill_gaps=allowed, fill=method)
    if longest > allowed:
        with pytest.raises(InvalidInput, match="no rows for"):
            taken(path, rules)
        return
    series, report = taken(path, rules)
    assert report.columns["load_a"].filled == len(holes)
    assert sum(steps for _, steps in report.holes) == len(holes)
    filled = series.columns["load_a"]
    if method == "linear":
        np.testing.assert_allclose(filled, expected(values, 15), atol=1e-4)
    assert (np.diff(filled) >= 0).all()


@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_file_breaks_the_intake(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("noise") / "table.csv"
    path.write_bytes(("time,P\n" + text).encode())
    with pytest.raises(InvalidInput):
        taken(path, load_rules(sort=True, fill_gaps=3))


@given(raw=st.binary(max_size=200), suffix=st.sampled_from([".csv", ".parquet"]))
def test_no_bytes_break_the_intake(tmp_path_factory, raw, suffix):
    path = tmp_path_factory.mktemp("bytes") / f"table{suffix}"
    path.write_bytes(raw)
    with pytest.raises(InvalidInput):
        taken(path, load_rules())
