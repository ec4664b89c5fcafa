"""What is wrong with a table is told with its rows, all at once, and nothing is mended unasked."""

import sys
from datetime import timedelta

import numpy as np
import pytest
from written import BERLIN, GERMAN, instants, load_rules, taken, write

from gridbench.errors import InvalidInput
from gridbench.scenario.series.intake.mapping import mapping_of, read_mapping

DAY = instants("2023-07-01T00:00+01:00", 24, 60)
STAMPS = [one.isoformat() for one in DAY]
HALF = [0.5] * 24


def faults_of(path, rules):
    with pytest.raises(InvalidInput) as caught:
        taken(path, rules)
    assert caught.value.where == str(path)
    return "\n".join(caught.value.faults)


def changed(values, **at):
    values = list(values)
    for place, value in at.items():
        values[int(place[1:])] = value
    return values


def test_all_kinds_of_faults_at_once(tmp_path):
    stamps = changed(STAMPS, r3="3 o'clock")
    columns = {"P": changed(HALF, r2="much", r7="inf"), "S": changed(HALF, r4=-0.2), "E": [40.0] * 24}
    rules = load_rules() | {
        "columns": {
            "load_a": {"source": "P", "unit": "pu"},
            "pv_a": {"source": "S", "unit": "pu"},
            "wind_a": {"source": "E", "unit": "pu"},
            "wind_b": {"source": "Q", "unit": "pu"},
            "humidity": {"source": "P", "unit": "%"},
            "load_b": {"source": "P", "unit": "kW"},
            "load_c": {"source": "P"},
            "price_usd_per_mwh": {"source": "E", "unit": "ct/kWh"},
            "forecast_pv_c": {"source": "S", "unit": "%"},
        }
    }
    found = faults_of(write(tmp_path / "t.csv", stamps, columns), rules)
    for told in (
        'row 5: "3 o\'clock" is not ISO 8601',
        "load_a: rows 4, 9: 'much' is no number",
        "pv_a: row 6: -0.2 is outside [0, 1] pu; correct the sign",
        "wind_a: rows 2, 3, 4, 5, 6, 7, ... (24 in all): 40 is outside [0, 1] pu; 0 to 100 looks like percent",
        "wind_b: unknown column 'Q'",
        "'humidity'",
        "load_b: kW becomes per unit of a rating; state it, above 0, in kW",
        "load_c: no unit",
        "price_usd_per_mwh: the source is in eur",
        "forecast_pv_c: pv_c is not mapped",
    ):
        assert told in found


def test_the_doubled_hour_without_an_order_is_refused(tmp_path):
    times = [one.astimezone(BERLIN) for one in instants("2023-10-29T00:00+02:00", 26, 60)]
    stamps = [one.strftime(GERMAN) for one in times]
    stamps[10], stamps[11] = stamps[11], stamps[10]
    rules = load_rules(sort=True)
    rules["time"]["format"] = GERMAN
    found = faults_of(write(tmp_path / "t.csv", stamps, {"P": [0.5] * 26}), rules)
    assert "rows 4, 5: in an hour that Europe/Berlin has twice" in found


def test_a_doubled_hour_that_stands_once_is_a_gap(tmp_path):
    times = instants("2023-10-29T00:00+01:00", 24, 60)
    stamps = list(dict.fromkeys(one.astimezone(BERLIN).strftime(GERMAN) for one in times))
    rules = load_rules()
    rules["time"]["format"] = GERMAN
    found = faults_of(write(tmp_path / "t.csv", stamps, {"P": [0.5] * 23}), rules)
    assert "no rows for 1 steps of 60 min from 2023-10-29T02:00+01:00" in found


def test_an_hour_that_the_clocks_leave_out_is_refused(tmp_path):
    stamps = [f"2024-03-31 {hour:02d}:00" for hour in range(24)]
    path = write(tmp_path / "t.csv", stamps, {"P": HALF})
    assert "row 4: the clocks of Europe/Berlin leave that hour out" in faults_of(path, load_rules())
    rules = load_rules()
    rules["time"]["zone"] = "+01:00"
    assert taken(path, rules)[0].n == 24


def test_duplicates(tmp_path):
    twice = write(tmp_path / "equal.csv", [*STAMPS, STAMPS[-1]], {"P": [*HALF, 0.5]})
    assert "row 26: the same as other rows" in faults_of(twice, load_rules())
    series, report = taken(twice, load_rules(drop_duplicates=True))
    assert (series.n, report.duplicates_dropped) == (24, 1)
    unlike = write(tmp_path / "unequal.csv", [*STAMPS, STAMPS[-1]], {"P": [*HALF, 0.6]})
    assert "rows 25, 26: the stamps of other rows with other values" in faults_of(unlike, load_rules(drop_duplicates=True))


def test_an_irregular_step(tmp_path):
    late = (DAY[5] + timedelta(minutes=7)).isoformat()
    found = faults_of(write(tmp_path / "t.csv", changed(STAMPS, r5=late), {"P": HALF}), load_rules())
    assert "row 7: not on steps of 60 min" in found


def test_steps_that_do_not_fit(tmp_path):
    path = write(tmp_path / "t.csv", STAMPS, {"P": HALF})
    assert "choose --step 60 or a multiple" in faults_of(path, load_rules(step_min=15.0))
    assert "steps of 7 min do not divide the day" in faults_of(path, load_rules(step_min=7.0))
    half_past = [(one + timedelta(minutes=30)).isoformat() for one in DAY]
    assert "do not begin at midnight" in faults_of(write(tmp_path / "h.csv", half_past, {"P": HALF}), load_rules())


def test_less_than_a_day(tmp_path):
    path = write(tmp_path / "t.csv", STAMPS[:23], {"P": HALF[:23]})
    assert "no whole day" in faults_of(path, load_rules())
    path = write(tmp_path / "one.csv", STAMPS[:1], {"P": HALF[:1]})
    assert "fewer than two different stamps" in faults_of(path, load_rules())


@pytest.mark.parametrize("word", ["", "NaN", "n/a", "null", "-"])
def test_empty_cells_are_gaps_of_their_column(tmp_path, word):
    path = write(tmp_path / "t.csv", STAMPS, {"P": changed(HALF, r5=word, r6=word), "S": HALF})
    rules = load_rules()
    assert "load_a: no values for 2 steps of 60 min from 2023-07-01T05:00+01:00" in faults_of(path, rules)
    rules["treatment"] = {"fill_gaps": 2}
    assert taken(path, rules)[1].columns["load_a"].filled == 2


def test_what_no_method_can_fill(tmp_path):
    path = write(tmp_path / "t.csv", STAMPS, {"P": changed(HALF, r23="")})
    assert "1 values from 2023-07-01T23:00+01:00 are missing" in faults_of(path, load_rules(fill_gaps=1))
    assert taken(path, load_rules(fill_gaps=1, fill="hold"))[1].columns["load_a"].filled == 1
    assert "the value 24 h before is not known" in faults_of(path, load_rules(fill_gaps=1, fill="yesterday"))


def test_a_gap_whose_yesterday_is_a_gap_of_a_cut_day_is_refused(tmp_path):
    stamps = [one.isoformat() for one in instants("2023-06-30T12:00+01:00", 36, 60)]
    path = write(tmp_path / "t.csv", stamps, {"P": changed([0.5] * 36, r6="", r30="")})
    assert "1 values from 2023-07-01T18:00+01:00 are missing" in faults_of(path, load_rules(fill_gaps=1, fill="yesterday"))
    assert taken(path, load_rules(fill_gaps=1))[1].columns["load_a"].filled == 1


def test_a_gap_is_filled_with_yesterday(tmp_path):
    stamps = [one.isoformat() for one in instants("2023-07-01T00:00+01:00", 48, 60)]
    values = [hour / 48 for hour in range(24)] * 2
    path = write(tmp_path / "t.csv", stamps, {"P": changed(values, r30="", r31="")})
    series, _ = taken(path, load_rules(fill_gaps=2, fill="yesterday"))
    np.testing.assert_allclose(series.columns["load_a"], np.rint(np.array(values) * 1e4) / 1e4)


def test_noise_around_zero_is_clipped_when_allowed(tmp_path):
    path = write(tmp_path / "t.csv", STAMPS, {"P": changed(HALF, r0=-0.001)})
    assert "allow --clip" in faults_of(path, load_rules())
    series, report = taken(path, load_rules(clip_pu=0.002))
    assert series.columns["load_a"][0] == 0.0
    assert any("1 values below zero" in note for note in report.notes)
    assert "allow --clip" in faults_of(path, load_rules(clip_pu=0.0005))


def test_doubts_are_told(tmp_path):
    path = write(tmp_path / "t.csv", STAMPS, {"P": HALF, "E": [0.1] * 24})
    rules = load_rules() | {
        "columns": {
            "load_a": {"source": "P", "unit": "kW", "rating": 250.0},
            "load_b": {"source": "P", "unit": "pu"},
            "price_eur_per_mwh": {"source": "E", "unit": "EUR/MWh"},
        }
    }
    told = "\n".join(taken(path, rules)[1].doubts)
    for doubt in ("load_a: the highest value is 0.002 pu", "load_b: stays at 0.5 for 24 steps", "is it per kWh?"):
        assert doubt in told


@pytest.mark.parametrize(
    ("stamp", "zone", "told"),
    [
        (DAY[2].replace(tzinfo=None).isoformat(), "Europe/Berlin", "row 4: no offset from UTC, where others have one"),
        (STAMPS[2], "Europe/Berlim", "did you mean 'Europe/Berlin'"),
        (STAMPS[2], "+27:00", "unknown time zone '+27:00'"),
    ],
)
def test_zones(tmp_path, stamp, zone, told):
    rules = load_rules()
    rules["time"]["zone"] = zone
    assert told in faults_of(write(tmp_path / "t.csv", changed(STAMPS, r2=stamp), {"P": HALF}), rules)


@pytest.mark.parametrize("stamp", ["0001-01-01", "9999-12-31 23:00"])
def test_years_out_of_this_age(tmp_path, stamp):
    path = write(tmp_path / "t.csv", [stamp] * 24, {"P": HALF})
    assert "not in 1970 to 2199" in faults_of(path, load_rules())


def test_stamps_without_offset_need_a_zone(tmp_path):
    rules = load_rules()
    del rules["time"]["zone"]
    path = write(tmp_path / "t.csv", [f"2023-07-01 {hour:02d}:00" for hour in range(24)], {"P": HALF})
    assert "the zone is unknown" in faults_of(path, rules)
    series, _ = taken(write(tmp_path / "u.csv", STAMPS, {"P": HALF}), load_rules())
    assert series.utc_offset_h == 1.0


def test_stamps_at_the_end_of_their_steps(tmp_path):
    rules = load_rules()
    rules["time"]["stamps"] = "end"
    stamps = [(one + timedelta(hours=1)).isoformat() for one in DAY]
    series, report = taken(write(tmp_path / "t.csv", stamps, {"P": HALF}), rules)
    assert (series.start, series.n, report.cut_before) == ("2023-07-01T00:00:00+01:00", 24, 0)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "no rows below a header"),
        (b"time,P\n", "no rows below a header"),
        (b"time,P,P\n1,2,3\n", "column 'P' stands 2 times"),
        (b"time,P\n1,2\n1,2,3\n1\n", "rows 3, 4: not 2 cells"),
        ("time,P\n1,2\n".encode("utf-16"), "no UTF-8"),
        (b'time,P\n"1,2\n', "is no CSV"),
    ],
)
def test_the_form_of_a_csv_file(tmp_path, raw, told):
    (tmp_path / "t.csv").write_bytes(raw)
    assert told in faults_of(tmp_path / "t.csv", load_rules())


def test_no_file(tmp_path):
    assert "cannot be read" in faults_of(tmp_path / "none.csv", load_rules())


def test_empty_lines_are_told(tmp_path):
    path = write(tmp_path / "t.csv", STAMPS, {"P": HALF}, mend=lambda lines: [*lines[:5], "", *lines[5:], ",", ""])
    assert "3 empty lines skipped" in taken(path, load_rules())[1].notes


def test_thousands_separators_are_no_numbers(tmp_path):
    path = write(tmp_path / "t.csv", STAMPS, {"P": changed(HALF, r3='"1,200.5"')})
    assert "drop thousands separators" in faults_of(path, load_rules())


def test_parquet_equals_csv(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="needs the extra `parquet` (pyarrow)")
    parquet = pytest.importorskip("pyarrow.parquet")
    values = changed(HALF, r5=None)
    parquet.write_table(pa.table({"time": pa.array(DAY), "P": pa.array(values)}), tmp_path / "t.parquet")
    path = write(tmp_path / "t.csv", STAMPS, {"P": ["" if one is None else one for one in values]})
    found = [taken(one, load_rules(fill_gaps=1))[0] for one in (tmp_path / "t.parquet", path)]
    assert found[0] == found[1]


def test_parquet_without_pyarrow_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    assert "pip install 'gridbench[parquet]'" in faults_of(tmp_path / "t.parquet", load_rules())


def test_the_mapping_is_checked_at_once(tmp_path):
    (tmp_path / "m.toml").write_text(
        '[time]\ncolumn = 3\nzoone = "x"\n[columns.load_a]\nrating = "a"\n[treatment]\nfill = "cubic"\n'
    )
    with pytest.raises(InvalidInput) as caught:
        mapping_of(read_mapping(tmp_path / "m.toml"), "m.toml")
    told = "\n".join(caught.value.faults)
    for path in ("time.column", "time.zoone", "columns.load_a.source", "columns.load_a.rating", "treatment.fill"):
        assert path in told
    with pytest.raises(InvalidInput) as caught:
        mapping_of({"time": {"column": "t"}, "treatment": {"step_min": 0.0, "fill_gaps": -1, "clip_pu": 0.5}}, "m.toml")
    assert len(caught.value.faults) == 4
    (tmp_path / "m.toml").write_text("[time\n")
    with pytest.raises(InvalidInput, match="is no TOML"):
        read_mapping(tmp_path / "m.toml")
