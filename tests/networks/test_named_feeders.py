"""The built-in feeders under names of their own, as a controller meets them."""

import pytest
from sweep import sweep

from gridbench.errors import UnknownName
from gridbench.networks import IEEE13Bus, IEEE34Bus, IEEE123Bus, ieee34
from gridbench.networks.published import published

NAMED = [
    (IEEE13Bus, "ieee13", "IEEE13", "650"),
    (IEEE34Bus, "ieee34", "IEEE34", "800"),
    (IEEE123Bus, "ieee123", "IEEE123", "150"),
]


@pytest.mark.parametrize(("build", "figures", "name", "root"), NAMED)
def test_defaults_are_those_of_a_controlled_feeder(build, figures, name, root):
    feeder = build()
    assert (feeder.name, feeder.root, build("MG1").name) == (name, root, "MG1")
    assert (feeder.arrays.ratio == 1).all()
    assert all(shunt.is_capacitor for shunt in feeder.shunts)
    assert sum(load.p_mw for load in feeder.loads) * 1000 == pytest.approx(published(figures).totals.p_kw, abs=0.5)


@pytest.mark.parametrize("build", [build for build, *_ in NAMED])
def test_nominal_load_can_be_served(build):
    assert sweep(build()).v.min() > 0.7


def test_every_option_can_be_chosen_otherwise():
    options = {"root": "802", "root_voltage_pu": 1.02, "base_mva": 10.0, "neutral_regulators": False, "load_model": "zip"}
    feeder = IEEE34Bus("mine", **options)
    other = ieee34(**options)
    assert (feeder.name, feeder.buses, feeder.branches, feeder.shunts) == ("mine", other.buses, other.branches, other.shunts)
    assert (feeder.root, feeder.root_voltage_pu, feeder.base_mva) == ("802", 1.02, 10.0)
    with pytest.raises(UnknownName, match="unknown bus of ieee13 '65'"):
        IEEE13Bus(root="65")
