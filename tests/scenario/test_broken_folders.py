"""Scenario folders broken in many ways: one check names each mistake's place and its mend, and all of them together."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest

from gridbench.networks import network
from gridbench.networks.folder_writer import write_network
from gridbench.scenario.check import check
from gridbench.scenario.digest import FILE
from gridbench.scenario.series import load, save
from gridbench.scenario.skeleton import new_scenario

MEND = re.compile(r"mend: |did you mean |known: |must |; check the path|make it again")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A scenario on a network of its own, without a fault."""
    home = tmp_path_factory.mktemp("sound")
    write_network(network("case33bw"), home / "tables")
    return new_scenario("mine", home, network=f"{home}/tables").folder


@pytest.fixture
def broken(sound, tmp_path):
    """Return a function that copies the scenario, replaces texts of a file each (path, old, new), and returns the faults."""

    def faults(*changes, extra=None):
        folder = tmp_path / sound.name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sound, folder)
        for path, old, new in changes:
            text = (folder / path).read_text(encoding="utf-8")
            assert old in text, f"{path} has no {old!r} any more"
            (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")
        if extra is not None:
            extra(folder)
        return check(folder)

    return faults


CARS = """[[device]]
kind = "ev_charger"
name = "cars"
bus = "18"
power_mw = 0.01
cars = "ev_x"
unmet_usd_per_mwh = 6.0

[[agent]]"""
TEXTS = [
    ('anchor = "idle"', 'anchor = "noop"', "anchor: is 'noop'; mend: it must be 'idle' or 'rule'"),
    ("violating_share_max = 0.05", "violating_share = 0.05", "violating_share: unknown key"),
    ("v_min_pu = 0.95", "v_min_pu = 1.06", "voltage: trip_min_pu < v_min_pu < v_max_pu < trip_max_pu must hold"),
    ('profile = "load_residential_a"', 'profile = "temperature_c"', "loads[0] (grid).profile: unknown column 'temperature_c'"),
    ('sheddable_buses = ["24"]', 'sheddable_buses = ["240"]', "loads[0] (grid).sheddable_buses[0]: unknown bus '240'"),
    ('price = "price_usd_per_mwh"', 'price = "pv_a"', "device[0] (tie).price: column 'pv_a' is in pu; mend"),
    ("\nrating_mva =", "\nrating_kva =", "device[0] (tie).rating_kva: unknown key 'rating_kva': did you mean 'rating_mva'"),
    ('kind = "capacitor_bank"', 'kind = "capacitor_bnk"', "device[1] (bank).kind: unknown kind of device 'capacitor_bnk'"),
    ("cost_usd_per_mwh = 60.0", "cost_usd_per_mwh = nan", "device[2] (diesel).cost_usd_per_mwh: is nan; mend"),
    ('"connected_diesel"', '"connected_motor"', "device[2] (diesel).connection: unknown column 'connected_motor'"),
    ("efficiency_in = 0.95", "efficiency_in = 95", "device[3] (storage).efficiency_in: is 95"),
    ('name = "solar"\nbus = "', 'name = "solar"\nbus = "bus ', "device[4] (solar).bus: unknown bus 'bus "),
    (
        "[[agent]]",
        CARS,
        "device[5] (cars).cars: the series have no column 'ev_x_plugged', 'ev_x_arriving', 'ev_x_due', 'ev_x_asked'",
    ),
    ('devices = ["tie", "bank"', 'devices = ["tie", "bnak"', "agent[0] (operator).devices[1]: unknown device 'bnak'"),
    ('"storage", "solar"]', '"storage"]', "agent: device 'solar' is owned by none; mend"),
    ('feeders = ["grid"]', 'feeders = ["gird"]', "agent[0] (operator).feeders[0]: unknown feeder 'gird'"),
    ("days = [10, 33", "days = [10, 10, 33", "split[1] (validation).days[1]: day 10 is listed twice; mend: drop one"),
    ('"series/test.npz"', '"series/tset.npz"', "split[2] (test).series[0]: series/tset.npz: no such file"),
]
ONE = [
    ("step_h = 1.0", "step_h = 0.7", "time: step_h = 0.7 does not divide the day; mend"),
    ("steps = 24 ", "steps = 25 ", "time: steps * step_h is 25 h; mend"),
    ("steps = 24 ", "steps = 24.0 ", "time.steps: is 24.0; mend: it must be a valid integer"),
    ("step_h = 1.0", "step_h = 0.5", "has steps of 1 h, the scenario of 0.5 h; mend: make them agree: step_h = 1"),
    (
        'series = ["series/validation.npz"]',
        'series = "series/validation.npz"',
        "split[1] (validation).series: is 'series/validation.npz'",
    ),
    ('["series/validation.npz"]', "[]", "split[1] (validation).series: is []; mend: it must have at least 1 item"),
    ('["series/validation.npz"]', '["series/test.npz"]', "split[2] (test).days: split[1] (validation) uses days "),
    ('kind = "grid_tie"', 'kind = "load"', "device: no device of kind grid_tie; mend: add one at the root, bus '1'"),
    ('name = "storage"', 'name = "diesel"', "device[2], device[3]: the name 'diesel' is used 2 times; mend"),
    ('network = "network/"', 'network = "netwrk/"', "feeder[0] (grid).network: netwrk/: there is no such folder"),
    ('root = "1" ', 'root = "one" ', "feeder[0] (grid).root: unknown bus"),
    ("load_scale = 1.0", "load_scale = -1.0", "feeder[0] (grid).load_scale: is -1.0"),
]


def test_the_sound_one_has_no_fault(broken):
    assert broken() == []


def test_eighteen_mistakes_are_told_in_one_run(broken):
    faults = broken(*((FILE, old, new) for old, new, _ in TEXTS))
    for *_, text in TEXTS:
        assert any(fault.startswith(text) for fault in faults), f"{text!r} is not in\n" + "\n".join(faults)


@pytest.mark.parametrize(("old", "new", "text"), TEXTS + ONE, ids=[text[:60] for *_, text in TEXTS + ONE])
def test_each_names_its_place_and_the_mend(broken, old, new, text):
    faults = broken((FILE, old, new))
    assert any(text in fault for fault in faults), f"{text!r} is not in\n" + "\n".join(faults)
    assert all(MEND.search(fault) for fault in faults), faults
    assert all(re.match(r"[a-z_]+(\[\d+\])?( \(|:|\.|,)", fault) for fault in faults), faults


@pytest.mark.parametrize(
    "hidden",
    [
        ('network = "network/"', 'netwrk = "network/"'),
        ('network = "network/"', 'network = "case33"'),
        ('root = "1" ', 'root = "x" '),
    ],
)
def test_owners_and_columns_are_checked_where_the_network_is_not_known(broken, hidden):
    faults = broken(
        (FILE, *hidden),
        (FILE, 'devices = ["tie", "bank"', 'devices = ["tie", "bnak"'),
        (FILE, 'profile = "pv_a"', 'profile = "pv_x"'),
        (FILE, 'kind = "grid_tie"', 'kind = "load"'),
    )
    for text in (
        "agent[0] (operator).devices[1]: unknown device 'bnak'",
        "agent: device 'bank' is owned by none; mend",
        "device[4] (solar).profile: unknown column 'pv_x'",
        "device: no device of kind grid_tie; mend: add one at the root",
    ):
        assert any(fault.startswith(text) for fault in faults), faults
    assert not any("load.24" in fault for fault in faults), "a nominal load may be there"


@pytest.mark.parametrize(
    ("column", "who"),
    [("connected_storage", "devices"), ("forecast_pv_a", "observations"), ("forecast_load_residential_a", "observations")],
)
def test_a_column_that_one_series_lacks_is_told_with_the_file(broken, column, who):
    def drop(folder):
        path = folder / "series" / "test.npz"
        series = load(path)
        save(replace(series, columns={name: own for name, own in series.columns.items() if name != column}), path)

    assert broken(extra=drop) == [
        f"split: series/test.npz has no column '{column}', which {who} read; mend: add it, or drop the series"
    ]


def test_a_damaged_series_is_told(broken):
    (fault,) = broken(extra=lambda folder: (folder / "series" / "test.npz").write_bytes(b"PK"))
    assert fault.startswith("split[2] (test).series[0]: series/test.npz: no complete npz file")
