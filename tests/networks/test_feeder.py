"""A feeder holds an ordered tree, finds its parts by name, scales, rebases and is cut."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sweep import sweep

from gridbench.errors import NetworkError, UnknownName
from gridbench.networks import Branch, Bus, Feeder, NominalLoad, Shunt, ieee13, ieee34


def three_buses(**changes: object) -> Feeder:
    parts = {
        "name": "three",
        "base_mva": 1.0,
        "root": "a",
        "root_voltage_pu": 1.02,
        "buses": (Bus("a", 20.0), Bus("b", 20.0), Bus("c", 0.4)),
        "branches": (Branch("ab", "a", "b", 0.01, 0.02, 0.001, 1.0, 2.0), Branch("bc", "b", "c", 0.02, 0.05, 0.0, 1.05, 1.0)),
        "shunts": (Shunt("b", 0.0, 0.1), Shunt("c", 0.05, -0.02)),
        "loads": (NominalLoad("c", 0.3, 0.1), NominalLoad("c", 0.1, 0.05)),
    }
    return Feeder(**(parts | changes))


def test_arrays_follow_the_order_of_the_tree():
    arrays = three_buses().arrays
    assert arrays.parent.tolist() == [0, 1]
    assert arrays.ratio.tolist() == [1.0, 1.05]
    assert arrays.rating.tolist() == [2.0, 1.0]
    assert arrays.shunt_b.tolist() == [0.0, 0.1, -0.02]
    assert arrays.load_p.tolist() == [0.0, 0.0, 0.4]
    with pytest.raises(ValueError, match="read-only"):
        arrays.r[0] = 1.0


def test_unknown_names_come_with_near_ones():
    with pytest.raises(UnknownName, match="814r"):
        ieee34().bus_index("814x")
    with pytest.raises(UnknownName, match="814-814r"):
        ieee34().branch_index("814-814")


def test_all_faults_are_reported_at_once():
    bad = Branch("ab", "a", "b", -0.01, math.nan, 0.0, 1.0, 0.0)
    with pytest.raises(NetworkError) as caught:
        three_buses(
            branches=(bad, Branch("ab", "b", "c", 0.0, 0.0, 0.0, 1.0, math.inf)), loads=(NominalLoad("z", math.inf, 0.0),)
        )
    text = str(caught.value)
    for part in (
        "x_pu must be finite",
        "r_pu must be >= 0",
        "rating_pu",
        "stated 2 times",
        "closed switch",
        "'z' is unknown",
        "p_mw",
    ):
        assert part in text
    assert len(caught.value.faults) == 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"root": "b"}, "first bus must be the root"),
        ({"branches": ()}, "3 buses need 2 branches"),
        ({"base_mva": 0.0}, "base_mva must be finite and > 0"),
        ({"root_voltage_pu": math.nan}, "root_voltage_pu"),
        ({"buses": (Bus("a", 20.0), Bus("c", 0.4), Bus("b", 20.0))}, "must feed the bus at its place"),
        ({"shunts": (Shunt("q", 0.0, math.nan),)}, "b_pu must be finite"),
        ({"aliases": (("d", "e"),)}, "bus 'e' is unknown"),
        ({"aliases": (("a", "b"),)}, "alias 'a': is the name of a bus"),
        ({"buses": (Bus("a", -1.0), Bus("b", 20.0), Bus("c", 0.4))}, "base_kv"),
    ],
)
def test_a_feeder_that_is_no_ordered_tree_is_refused(changes, message):
    with pytest.raises(NetworkError, match=message):
        three_buses(**changes)


def test_a_child_before_its_parent_is_refused():
    first, second = three_buses().branches
    with pytest.raises(NetworkError, match="must come before"):
        three_buses(branches=(replace(first, from_bus="c"), second))


def test_scaling_tells_loads_from_capacitors():
    feeder = three_buses().scaled(load=2.0, capacitor=3.0)
    assert feeder.arrays.load_p[2] == pytest.approx(0.8)
    assert feeder.arrays.shunt_b.tolist() == pytest.approx([0.0, 0.3, -0.04])
    assert feeder.arrays.shunt_g[2] == pytest.approx(0.1)


def test_the_base_power_changes_no_voltage_and_no_loss():
    feeder = three_buses()
    before, after = sweep(feeder), sweep(feeder.rebased(7.0))
    assert after.v == pytest.approx(before.v, abs=1e-12)
    assert after.losses_kw == pytest.approx(before.losses_kw, rel=1e-9)
    assert after.current / feeder.rebased(7.0).arrays.rating == pytest.approx(before.current / feeder.arrays.rating)


def test_a_part_solves_as_in_the_whole():
    whole = ieee34()
    flow = sweep(whole)
    part = whole.below("850", flow.at(whole, "850"))
    assert part.root == "850"
    assert not {"800", "814r"} & {bus.name for bus in part.buses}
    inner = sweep(part)
    assert inner.v == pytest.approx(np.array([flow.at(whole, bus.name) for bus in part.buses]), abs=1e-11)


def test_a_fused_bus_keeps_its_name_as_an_alias():
    feeder = ieee13()
    assert feeder.bus_index("692") == feeder.bus_index("671")
    assert feeder.below("692", 1.0).root == "671"
