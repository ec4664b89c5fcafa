"""Pictures: written, the same bytes for the same day, and only of the scenario that the dispatch is of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridbench.errors import InvalidInput
from gridbench.oracle import Instance, plot_prices, plot_schedule, solve
from gridbench.oracle.certify import Replay
from gridbench.oracle.plot import _powers

PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def dispatch(scenario):
    return solve(scenario, "test", 0, time_limit_s=5.0, gap=1e-2)


def test_a_schedule_is_drawn(scenario, dispatch, tmp_path):
    first, second = tmp_path / "a.png", tmp_path / "b" / "b.png"
    plot_schedule(scenario, dispatch, first)
    plot_schedule(scenario, dispatch, second)
    assert first.read_bytes()[:6] == PNG
    assert first.read_bytes() == second.read_bytes()


def test_its_powers_are_those_of_the_plant(scenario, dispatch):
    """What is fed in is what is drawn and lost."""
    day = Replay(scenario, scenario.window("test", 0)).day(dispatch.asks)
    curves, demand = _powers(scenario, day)
    assert set(curves) <= {"grid", "gen", "cell", "sun"}
    lost = sum(curves.values()) - demand
    assert (lost > 0.0).all()
    assert (lost < 0.1 * demand).all()


def test_prices_are_drawn(scenario, tmp_path):
    plot_prices(Instance(scenario, "test", 0).relax(), tmp_path / "prices.png")
    assert (tmp_path / "prices.png").read_bytes()[:6] == PNG


def test_another_scenario_is_refused(scenario, dispatch, tmp_path):
    other = replace(scenario, digest="1" * 64)
    with pytest.raises(InvalidInput, match="solve again"):
        plot_schedule(other, dispatch, tmp_path / "other.png")
