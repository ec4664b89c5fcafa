"""Grids of SimBench: trees become feeders with the voltages of pandapower, others are refused with the reason."""

import sys

import numpy as np
import pytest

from gridbench.errors import NetworkError
from gridbench.networks.simbench import simbench_feeder


def test_without_the_extra_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "simbench", None)
    with pytest.raises(NetworkError, match=r"pip install 'gridbench\[simbench\]'"):
        simbench_feeder("1-LV-rural1--0-sw")


@pytest.fixture(scope="module")
def simbench():
    return pytest.importorskip("simbench", reason="needs the extra `simbench`")


def test_a_village(simbench):
    feeder = simbench_feeder("1-LV-rural1--0-sw")
    net = simbench.get_simbench_net("1-LV-rural1--0-sw")
    assert (len(feeder.buses), len(feeder.branches)) == (15, 14)
    assert sum(load.p_mw for load in feeder.loads) == pytest.approx(net.load.p_mw.sum())
    with_plants = simbench_feeder("1-LV-rural1--0-sw", generation=True)
    assert sum(load.p_mw for load in with_plants.loads) == pytest.approx(net.load.p_mw.sum() - net.sgen.p_mw.sum())


def test_voltages_are_those_of_pandapower(simbench):
    pp = pytest.importorskip("pandapower")
    from gridbench.networks.pandapower import to_pandapower  # noqa: PLC0415 beside the extra

    net = simbench.get_simbench_net("1-LV-semiurb4--0-sw")
    net.sgen.in_service = False
    again = to_pandapower(simbench_feeder("1-LV-semiurb4--0-sw"))
    for one in (net, again):
        pp.runpp(one, calculate_voltage_angles=False)
    np.testing.assert_allclose(np.sort(again.res_bus.vm_pu), np.sort(net.res_bus.vm_pu.dropna()), atol=1e-7)


@pytest.mark.usefixtures("simbench")
@pytest.mark.parametrize(("code", "told"), [("1-MV-comm--0-no_sw", "closes a loop"), ("1-LV-village", "no such code among")])
def test_what_is_no_tree_and_what_is_not_there(code, told):
    with pytest.raises(NetworkError, match=told):
        simbench_feeder(code)
