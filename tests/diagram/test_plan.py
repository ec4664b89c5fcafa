"""The plan of a picture: what is named and shown, and that no name lies on a symbol, a bus, a branch or another name."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest

from gridbench.diagram.plan import LETTER, SYMBOL, UNIT_IN, _box, plan
from gridbench.diagram.slots import Slots, around
from gridbench.diagram.subject import of_network, of_scenario
from gridbench.networks import NETWORKS
from gridbench.scenario.catalogue import load_scenario

SUBJECTS = {name: (lambda name=name: of_network(name)) for name in NETWORKS}
SUBJECTS["ieee34_ieee13"] = lambda: of_scenario(load_scenario("ieee34_ieee13"))
NAMED = [name for name in SUBJECTS if name != "european_lv"]


def boxes(made):
    symbols = [around(x, y, SYMBOL, SYMBOL) for _, _, (x, y) in made.symbols]
    return symbols, [_box(label, LETTER[0] * len(label.text), LETTER[1]) for label in made.labels]


@pytest.mark.parametrize("name", NAMED)
def test_no_name_lies_on_a_symbol_a_bus_a_branch_or_another_name(name):
    made = plan(SUBJECTS[name]())
    symbols, labels = boxes(made)
    taken = Slots()
    for box in symbols:
        taken.take(box)
    for x, y in made.spots:
        taken.take(around(x, y, 0.2, 0.2))
    for wire in made.wires:
        for (x0, y0), (x1, y1) in pairwise(wire):
            taken.take((min(x0, x1) - 0.04, min(y0, y1) - 0.04, max(x0, x1) + 0.04, max(y0, y1) + 0.04))
    assert [label.text for label, box in zip(made.labels, labels, strict=True) if taken.overlap(box)] == []
    for one, other in combinations([*symbols, *labels], 2):
        pair = Slots()
        pair.take(one)
        assert pair.overlap(other) == 0.0


def test_every_bus_and_device_of_a_scenario_is_there():
    scenario = load_scenario("ieee34_ieee13")
    made = plan(of_scenario(scenario))
    assert len(made.labels) == len(scenario.feeder.buses) == 97
    kinds = [kind for _, kind, _ in made.symbols]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted == {"grid_tie": 1, "generator": 3, "storage": 3, "renewable": 3, "wind": 3, "capacitor_bank": 2}
    assert {label.text for label in made.labels} >= {"MG1.650", "800", "611"}
    assert of_scenario(scenario).regulated == {scenario.feeder.branch_index(one.branch) for one in scenario.regulators}


def test_published_places_are_kept():
    subject = of_network("european_lv")
    made = plan(subject)
    assert made.compact
    assert made.labels == ()
    there, drawn = (np.array(places) - np.array(places[0]) for places in (subject.place, made.spots))
    scale = np.linalg.norm(there) / np.linalg.norm(drawn)
    assert drawn * scale == pytest.approx(there, abs=1e-6)


def test_a_network_has_what_is_published():
    subject = of_network("ieee13")
    assert subject.devices == {0: ("grid_tie",)} | {subject.feeder.bus_index(bus): ("capacitor_bank",) for bus in ("675", "611")}
    assert [subject.feeder.branches[k].name for k in subject.regulated] == ["650-rg60"]
    assert len(subject.loaded) == 8
    assert of_network("cigre_mv").devices == {0: ("grid_tie",)}
    assert math.isclose(plan(subject).unit_in, UNIT_IN)
