"""A feeder hung from another behind a transformer."""

from __future__ import annotations

import pytest
from sweep import sweep

from gridbench.errors import NetworkError, UnknownName
from gridbench.networks import Transformer, ieee13, ieee34, join

TRANSFORMER = Transformer(rating_mva=2.5, r_pu=0.01, x_pu=0.06)


def microgrid(base_mva: float = 1.0):
    return ieee13(root="650", neutral_regulators=True, base_mva=base_mva).scaled(load=0.2, capacitor=0.2)


def main_feeder():
    return ieee34(root="800", root_voltage_pu=1.05, neutral_regulators=True).scaled(load=0.5)


def test_names_are_prefixed_and_the_transformer_is_a_branch():
    joined = join(main_feeder(), microgrid(), at="850", prefix="MG1", transformer=TRANSFORMER)
    link = joined.branches[joined.branch_index("MG1.transformer")]
    assert (link.from_bus, link.to_bus) == ("850", "MG1.650")
    assert (link.r_pu, link.x_pu, link.rating_pu) == pytest.approx((0.004, 0.024, 2.5))
    assert joined.buses[joined.bus_index("MG1.634")].base_kv == 0.48
    assert joined.bus_index("MG1.692") == joined.bus_index("MG1.671")
    assert len(joined.buses) == len(main_feeder().buses) + len(microgrid().buses)


def test_another_base_power_gives_the_same_flow():
    flows = []
    for base_mva in (1.0, 10.0):
        joined = join(main_feeder(), microgrid(base_mva), at="850", prefix="M", transformer=TRANSFORMER)
        flows.append((sweep(joined), joined))
    (first, feeder), (second, _) = flows
    # the floor of tiny impedances is per MVA, so both carry the same ohms
    assert second.v == pytest.approx(first.v, abs=1e-9)
    assert feeder.base_mva == 1.0


def test_the_part_solves_as_alone():
    joined = join(main_feeder(), microgrid(), at="850", prefix="M", transformer=TRANSFORMER)
    flow = sweep(joined)
    alone = joined.below("M.650", flow.at(joined, "M.650"))
    part = microgrid().below("650", flow.at(joined, "M.650"))
    assert sweep(alone).v == pytest.approx(sweep(part).v, abs=1e-11)


def test_three_parts_at_one_feeder():
    joined = main_feeder()
    for prefix, at in ("MG1", "850"), ("MG2", "832"), ("MG3", "860"):
        joined = join(joined, microgrid(), at=at, prefix=prefix, transformer=TRANSFORMER)
    assert len({bus.name for bus in joined.buses}) == 55 + 3 * 14
    assert sweep(joined).v.min() > 0.7


def test_a_bus_or_prefix_that_does_not_fit_is_refused():
    with pytest.raises(UnknownName, match="did you mean '858'"):
        join(main_feeder(), microgrid(), at="855", prefix="M", transformer=TRANSFORMER)
    once = join(main_feeder(), microgrid(), at="850", prefix="M", transformer=TRANSFORMER)
    with pytest.raises(NetworkError, match="stated 2 times"):
        join(once, microgrid(), at="832", prefix="M", transformer=TRANSFORMER)
