"""Every fault of a scenario file is reported, all at once, each with its path in the file."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.scenario.check import check
from gridbench.scenario.digest import FILE
from gridbench.scenario.file import read
from gridbench.scenario.reading import Form, Reading
from gridbench.scenario.series import Series, load, save
from gridbench.scenario.tables import FeederTable

TEN = [
    ('title = "IEEE', 'titel = "IEEE', ["title: missing", "titel: unknown key 'titel': did you mean 'title'"]),
    ("steps = 24", "steps = 25", ["time: steps * step_h is 25 h"]),
    ('at = "850"', 'at = "851"', ["feeder[1] (MG1).at: unknown bus '851': did you"]),
    ("v_min_pu = 0.95", "v_min_pu = nan", ["voltage.v_min_pu: is nan"]),
    (
        'profile = "load_commercial"',
        'profile = "load_comercial"',
        ["loads[2] (MG2).profile: unknown column 'load_comercial': did you mean 'load_com"],
    ),
    ("position_max = 16", 'position_max = "16"', ["device[1] (regulator.814).position_max: is '16'"]),
    ('bus = "844"', 'bus = "8444"', ["device[3] (bank.844).bus: unknown bus '8444': did you mean '844'"]),
    ("s_max_mva = 0.55", "s_max_mva = 0.45", ["device[6] (MG1.storage): power_mw must not be above s_max_mva"]),
    (
        'name = "MG3.wind"',
        'name = "MG3.wimd"',
        [
            "agent[2] (mg_2).devices[3]: unknown device 'MG3.wind': did you mean 'MG3.wimd",
            "agent: device 'MG3.wimd' is owned by none",
        ],
    ),
    (
        '"series/validation.npz"',
        '"series/validaton.npz"',
        ["split[1] (validation).series[0]: series/validaton.npz: no such file"],
    ),
]

ONE = [
    (
        'kind = "generator"',
        'kind = "generatr"',
        "device[5] (MG1.diesel).kind: unknown kind of device 'generatr': did you mean 'generator'",
    ),
    ('kind = "generator"\n', "", "device[5] (MG1.diesel).kind: missing"),
    (
        "p_max_mw = 0.66",
        "p_max_mw = 0.66\np_mx_mw = 1",
        "device[5] (MG1.diesel).p_mx_mw: unknown key 'p_mx_mw': did you mean 'p_max_mw'",
    ),
    ("cost_usd_per_mwh = 72.4", "cost_usd_per_mwh = -72.4", "device[5] (MG1.diesel).cost_usd_per_mwh: is -72.4"),
    ("p_max_mw = 0.66", "p_max_mw = inf", "device[5] (MG1.diesel).p_max_mw: is inf"),
    ("p_max_mw = 0.66", "p_max_mw = true", "device[5] (MG1.diesel).p_max_mw: is True"),
    ("min_up_steps = 3", "min_up_steps = 3.0", "device[5] (MG1.diesel).min_up_steps: is 3.0"),
    ("x_pu = 0.05", "x_pu = 0.05, z_pu = 1", "feeder[1] (MG1).transformer.z_pu: unknown key 'z_pu'"),
    ('network = "ieee13"', 'network = "ieee31"', "feeder[1] (MG1).network: unknown network 'ieee31': did you mean"),
    ('name = "MG2"', 'name = "MG1"', "feeder[1], feeder[2]: the name 'MG1' is used 2 times"),
    ('at = "850" ', "", "feeder[1] (MG1).at: missing"),
    (
        'branch = "814-814r"',
        'branch = "814-815r"',
        "device[1] (regulator.814).branch: unknown branch '814-815r': did you mean '814-814r'",
    ),
    (
        'branch = "852-852r"',
        'branch = "814-814r"',
        "device[2] (regulator.852).branch: device[1] (regulator.814) regulates it already",
    ),
    ("neutral_regulators = true", "neutral_regulators = false", "device[1] (regulator.814).branch: has a fixed ratio of 1.04583"),
    ('name = "bank.848"', 'name = "bank.844"', "device[3], device[4]: the name 'bank.844' is used 2 times"),
    ('name = "bank.848"', 'name = "load.848"', "device: 'load.848' is the name of a nominal load too"),
    ('bus = "800"', 'bus = "802"', "device[0] (tie).bus: a grid_tie stands at the root; mend: put it at '800'"),
    ('price = "price_usd_per_mwh"', 'price = "temperature_c"', "device[0] (tie).price: column 'temperature_c' is in degC"),
    ('kind = "regulator"', 'kind = "grid_tie"', "device[1] (regulator.814): a second grid_tie, after device[0] (tie)"),
    (
        'sheddable_buses = ["890"]',
        'sheddable_buses = ["888"]',
        "loads[0] (IEEE34).sheddable_buses[0]: '888' has no load of this group",
    ),
    ('feeder = "MG3"\n', "", "loads[3]: holds loads that loads[0] (IEEE34) and loads[1] (MG1) and loads[2] (MG2) holds too"),
    ('feeder = "MG3"\n', 'feeder = "MG4"\n', "loads[3] (MG4).feeder: unknown feeder 'MG4': did you mean"),
    ('devices = ["tie", ', 'devices = ["MG1.wind", "tie", ', "agent: mg_0 and dso own the same device: MG1.wind"),
    ('devices = ["tie", ', "devices = [", "agent: device 'tie' is owned by none"),
    ('feeders = ["MG3"]', 'feeders = ["MG2"]', "agent: mg_1 and mg_2 own the same bus: MG2.650"),
    (
        '["series/validation.npz"]',
        '["series/test.npz"]',
        "split[2] (test).days: split[1] (validation) uses days 56, 309 of series/test.npz too",
    ),
    (
        '["series/validation.npz"]',
        '["../validation.npz"]',
        "split[1] (validation).series[0]: ../validation.npz: leaves the folder",
    ),
    ("    12, 23,", "    12, 12, 23,", "split[2] (test).days[1]: day 12 is listed twice"),
    ("    12, 23,", "    12, 365, 23,", "split[2] (test).days[1]: there is no day 365 in its series"),
    ("step_h = 1.0", "step_h = 0.5", "split[0] (train).series[0]: series/train_0.npz has steps of 1 h, the scenario of 0.5 h"),
    ("step_h = 1.0", "step_h = 0.9", "time: step_h = 0.9 does not divide the day"),
    ("version = 1", "version = 2", "name: the folder ieee34_ieee13-v1 tells another name or version"),
    ('bus = "MG1.675"', 'bus = ""', "device[5] (MG1.diesel): stands nowhere; mend: state its bus"),
    ('branch = "814-814r"', 'branch = ""', "device[1] (regulator.814): stands nowhere; mend: state its branch"),
    ("[blackout]", "[blakout]", "blackout: missing; mend: add the table [blackout]"),
    ("steps = 24", "steps = ", "is no TOML"),
]


def test_ten_mistakes_are_reported_together(altered):
    faults = check(altered(*((old, new) for old, new, _ in TEN)))
    expected = [text for *_, texts in TEN for text in texts]
    for text in expected:
        assert [fault for fault in faults if fault.startswith(text)], f"{text!r} is not in\n" + "\n".join(faults)
    assert len(faults) == len(expected)


@pytest.mark.parametrize(("old", "new", "text"), ONE, ids=[text[:60] for *_, text in ONE])
def test_each_mistake_has_its_path(altered, old, new, text):
    faults = check(altered((old, new)))
    assert [fault for fault in faults if fault.startswith(text)], f"{text!r} is not in\n" + "\n".join(faults)


def test_rating_is_overridden_in_mva_or_by_factor(altered):
    own = read(altered())
    more = '[[rating]]\nbranch = "832-888"\nfactor = 0.8\n[[rating]]\nbranch = "800-802"\nrating_mva = 3.0\n\n[voltage]'
    other = read(altered(("[voltage]", more)))
    index = own.feeder.branch_index("832-888")
    assert other.feeder.branches[index].rating_pu == pytest.approx(0.8 * own.feeder.branches[index].rating_pu)
    assert other.feeder.branches[other.feeder.branch_index("800-802")].rating_pu == 3.0
    faults = check(altered(("[voltage]", '[[rating]]\nbranch = "832-889"\n\n[voltage]')))
    assert "rating[0] (832-889): states both or neither of rating_mva and factor" in faults[0]
    assert "rating[0] (832-889).branch: unknown branch '832-889': did you mean '832-888'" in faults[1]


def test_bus_that_a_switch_fused_is_known_by_both_names(altered):
    scenario = read(altered(('bus = "MG1.680"', 'bus = "MG1.692"')))
    assert next(device for device in scenario.devices if device.name == "MG1.storage").bus == "MG1.671"


def rewritten(folder, change):
    """Replace the validation series by a changed one."""
    path = folder / "series" / "validation.npz"
    old = load(path)
    columns, start = change({name: values.copy() for name, values in old.columns.items()}, old.start)
    path.unlink()
    save(Series(old.name, old.preset, old.seed, old.step_h, start, old.utc_offset_h, columns), path)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda columns, start: ({name: values[:20] for name, values in columns.items()}, start),
            "is shorter than a day: 20 steps",
        ),
        (lambda columns, start: ({name: values[: 24 * 356] for name, values in columns.items()}, start), None),
        (lambda columns, start: ({name: values[: 24 * 355] for name, values in columns.items()}, start), "there is no day 355"),
        (lambda columns, start: (columns, start.replace("T00:00", "T01:00")), "start it at midnight"),
        (lambda columns, start: ({n: v for n, v in columns.items() if not n.endswith("wind_b")}, start), "no column 'wind_b'"),
        (lambda columns, start: ({n: v for n, v in columns.items() if n != "forecast_pv_a"}, start), "no column 'forecast_pv_a'"),
    ],
    ids=["no day", "long enough", "too short for its days", "not at midnight", "a column less", "a forecast less"],
)
def test_series_that_do_not_fit(altered, change, text):
    folder = altered()
    rewritten(folder, change)
    faults = check(folder)
    assert (faults == []) if text is None else any(text in fault and "validation" in fault for fault in faults), faults


def test_nan_in_a_series_is_refused(altered):
    folder = altered()
    path = folder / "series" / "validation.npz"
    with np.load(path) as archive:
        members = {name: archive[name] for name in archive.files}
    members["pv_a"] = members["pv_a"].astype(np.float64)
    members["pv_a"][3] = np.nan
    np.savez(path, **members)
    with pytest.raises(
        InvalidInput, match=r"split\[1\] \(validation\)\.series\[0\]: series/validation\.npz: column 'pv_a'.*1 NaN"
    ):
        read(folder)


def test_missing_and_misnamed_files(tmp_path):
    assert "cannot be read" in check(tmp_path / FILE)[0]
    assert "is named scenario.toml" in check(tmp_path / "grid.toml")[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from([*FeederTable.__slots__, "kind", "network "])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=st.dictionaries(keys, json_values, max_size=6))
def test_any_table_is_read_or_has_faults_never_an_exception(raw):
    reading = Reading({"feeder": [raw]})
    (item,) = reading.tables("feeder", Form.of(FeederTable))
    assert (item.value is None) == bool(reading.faults)
    assert all(fault.startswith("feeder[0]") for fault in reading.faults)
