"""From branches in any order to a tree: orientation, fusing, merging, loops and islands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep import sweep

from gridbench.errors import NetworkError
from gridbench.networks import Branch, Bus, Feeder, NominalLoad, RawGrid, Shunt, Switch, radial


def line(ends: str, r: float = 0.01, x: float = 0.02, **changes: float) -> Branch:
    return replace(Branch(ends, ends[0], ends[1], r, x, 0.01, 1.0, 1.0), **changes)


def raw(names: str, lines: list[Branch], **changes: object) -> RawGrid:
    parts = {
        "name": "raw",
        "base_mva": 1.0,
        "root": "a",
        "root_voltage_pu": 1.0,
        "buses": tuple(Bus(name, 20.0) for name in names),
        "branches": tuple(lines),
        "loads": tuple(NominalLoad(name, 0.1, 0.05) for name in names[1:]),
    }
    return RawGrid(**(parts | changes))


def test_the_tree_is_in_breadth_first_order():
    feeder = radial(raw("edcba", [line("ed"), line("cb"), line("ac"), line("da")]))
    assert [bus.name for bus in feeder.buses] == ["a", "c", "d", "b", "e"]
    assert [branch.name for branch in feeder.branches] == ["ac", "da", "cb", "ed"]
    assert [(branch.from_bus, branch.to_bus) for branch in feeder.branches] == [("a", "c"), ("a", "d"), ("c", "b"), ("d", "e")]


def test_a_loop_is_named_by_its_buses():
    with pytest.raises(NetworkError, match="branch 'cd' closes a loop of buses 'c', 'b', 'd'"):
        radial(raw("abcde", [line("ab"), line("bc"), line("bd"), line("cd", x=0.5), line("de")]))


def test_every_island_is_named_by_its_buses():
    with pytest.raises(NetworkError) as caught:
        radial(raw("abcdef", [line("ab"), line("cd"), line("ef")]))
    assert caught.value.faults == (
        "island without a path to the root: buses 'c', 'd'; mend: close a switch to it, or drop its buses",
        "island without a path to the root: buses 'e', 'f'; mend: close a switch to it, or drop its buses",
    )


def test_an_open_switch_parts_and_a_closed_one_fuses():
    branches = [line("ab"), line("cd")]
    with pytest.raises(NetworkError, match="island"):
        radial(raw("abcd", branches, switches=(Switch("b", "c", closed=False),)))
    feeder = radial(raw("abcd", branches, switches=(Switch("c", "b"), Switch("a", "d", closed=False))))
    assert [bus.name for bus in feeder.buses] == ["a", "b", "d"]
    assert feeder.aliases == (("c", "b"),)
    assert feeder.arrays.load_p.tolist() == pytest.approx([0.0, 0.2, 0.1])


def test_fusing_keeps_the_root_and_follows_chains():
    feeder = radial(
        raw("cba", [line("cd")], buses=tuple(Bus(name, 20.0) for name in "cbad"), switches=(Switch("c", "b"), Switch("b", "a")))
    )
    assert [bus.name for bus in feeder.buses] == ["a", "d"]
    assert feeder.bus_index("c") == feeder.bus_index("b") == 0


def test_a_branch_beside_a_closed_switch_is_a_loop():
    with pytest.raises(NetworkError, match="closes a loop of buses 'b'"):
        radial(raw("abc", [line("ab"), line("bc")], switches=(Switch("b", "c"),)))


def test_a_closed_switch_between_voltages_is_refused():
    with pytest.raises(NetworkError, match=r"joins 'c' at 0.4 kV and 'b' at 20.0 kV"):
        radial(raw("abc", [line("ab")], buses=(Bus("a", 20.0), Bus("b", 20.0), Bus("c", 0.4)), switches=(Switch("b", "c"),)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"root": "z"}, "root: bus 'z' is unknown"),
        ({"switches": (Switch("a", "y"),)}, "switch: bus 'y' is unknown"),
        ({"branches": (line("ab"), line("ax"))}, "branch 'ax': bus 'x' is unknown"),
        ({"branches": (line("ab", x=float("nan")),)}, "x_pu must be finite, is nan"),
        ({"branches": (line("ab"), line("bb"))}, "both ends are bus 'b'"),
        ({"loads": (NominalLoad("w", 1.0, 0.0),)}, "load: bus 'w' is unknown"),
    ],
)
def test_bad_elements_are_refused(changes, message):
    with pytest.raises(NetworkError, match=message):
        radial(raw("ab", [line("ab")], **changes))


def test_parallel_branches_act_as_one():
    one = radial(
        raw("ab", [line("ab", r=0.02, x=0.04, b_pu=0.02), replace(line("ba", r=0.02, x=0.04, b_pu=0.02), rating_pu=0.6)])
    )
    assert len(one.branches) == 1
    merged = one.branches[0]
    assert merged.name == "ab+ba"
    assert (merged.r_pu, merged.x_pu, merged.b_pu) == pytest.approx((0.01, 0.02, 0.04))
    assert merged.rating_pu == pytest.approx(1.2)


def test_parallel_transformers_need_equal_ratios():
    up, down = line("ab", ratio=1.05), replace(line("ba"), ratio=1 / 1.05)
    assert radial(raw("ab", [up, down])).branches[0].ratio == pytest.approx(1.05)
    with pytest.raises(NetworkError, match="unequal ratio"):
        radial(raw("ab", [up, replace(down, ratio=1.0)]))


def test_reversing_twice_changes_nothing():
    branch = line("ab", ratio=1.07, rating_pu=0.8, b_pu=0.3)
    again = branch.reversed().reversed()
    assert again.name == branch.name
    assert vars_of(again) == pytest.approx(vars_of(branch))


def vars_of(branch: Branch) -> list[float]:
    return [branch.r_pu, branch.x_pu, branch.b_pu, branch.ratio, branch.rating_pu]


def test_a_transformer_turned_round_is_the_same_two_port():
    """Its nodal admittance matrix, ends swapped."""
    branch = line("ab", ratio=1.1, b_pu=0.2)
    assert nodal(branch.reversed())[::-1, ::-1] == pytest.approx(nodal(branch))


def nodal(branch: Branch) -> np.ndarray:
    y, half, t = 1 / complex(branch.r_pu, branch.x_pu), 0.5j * branch.b_pu, branch.ratio
    return np.array([[(y + half) * t * t, -y * t], [-y * t, y + half]])


@st.composite
def trees(draw: st.DrawFn) -> tuple[Feeder, RawGrid]:
    """A random tree, and the same one with its branches shuffled and turned at random."""
    size = draw(st.integers(2, 12))
    number = st.floats(0.001, 0.02)
    buses = tuple(Bus(f"n{k}", 20.0) for k in range(size))
    branches = []
    for k in range(1, size):
        parent = draw(st.integers(0, k - 1))
        ratio = draw(st.sampled_from([1.0, 0.95, 1.05]))
        branches.append(Branch(f"b{k}", f"n{parent}", f"n{k}", draw(number), draw(number), draw(number), ratio, 1.0))
    loads = tuple(NominalLoad(bus.name, draw(number), draw(number)) for bus in buses)
    shunts = (Shunt(buses[-1].name, draw(number), draw(number)),)
    tidy = RawGrid("random", 1.0, "n0", 1.0, buses, tuple(branches), shunts, loads)
    turned = [branch.reversed() if draw(st.booleans()) else branch for branch in draw(st.permutations(branches))]
    untidy = replace(tidy, buses=tuple(draw(st.permutations(buses))), branches=tuple(turned))
    return radial(tidy), untidy


@given(trees())
@settings(max_examples=60, deadline=None)
def test_order_and_orientation_change_no_voltage(pair):
    tidy, untidy = pair
    feeder = radial(untidy)
    first, second = sweep(tidy), sweep(feeder)
    assert {bus.name: first.at(tidy, bus.name) for bus in tidy.buses} == pytest.approx(
        {bus.name: second.at(feeder, bus.name) for bus in feeder.buses}, abs=1e-10
    )
    assert second.losses_kw == pytest.approx(first.losses_kw, rel=1e-9)
