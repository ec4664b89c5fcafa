"""The example of trading runs as it stands: trades clear, everyone saves, and only engines change the money of the plant."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from gridbench.scenario.catalogue import load_scenario

NAME = "02_peer_to_peer"
STILL, MOVED = 12, 210
"""Days of the test year on which the trades move no engine, and some."""


@pytest.fixture(scope="module")
def example():
    path = Path(__file__).parents[2] / "examples" / f"{NAME}.py"
    spec = importlib.util.spec_from_file_location(NAME, path)
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])
    return sys.modules[NAME]


@pytest.fixture(scope="module")
def play(example, tmp_path_factory):
    """A function that plays a day once: with and without trades, what was printed, and the figure."""
    done = {}

    def run(day):
        if day not in done:
            out, printed = tmp_path_factory.mktemp(NAME), io.StringIO()
            with contextlib.redirect_stdout(printed):
                days = example.main(["--day", str(day), "--out", str(out)])
            done[day] = *days, printed.getvalue(), out / f"{NAME}.png"
        return done[day]

    return run


def test_figure_is_written(play):
    figure = play(STILL)[3].read_bytes()
    assert figure.startswith(b"\x89PNG")
    assert len(figure) > 20_000


@pytest.mark.parametrize("day", [STILL, MOVED])
def test_trades_clear(example, play, day):
    traded, alone, *_ = play(day)
    step_h, volume_mw = load_scenario("ieee34_ieee13").step_h, np.maximum(traded.sold, 0.0).sum(axis=1)
    assert volume_mw.sum() > 0.1
    np.testing.assert_allclose(traded.sold.sum(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(traded.paid.sum(axis=1), -example.FEE_USD_PER_MWH * step_h * volume_mw, atol=1e-12)
    busy = volume_mw > 1e-9
    buying, selling = traded.tariff[busy].T
    assert (traded.price[busy] <= buying).all()
    assert (traded.price[busy] >= selling).all()
    assert not alone.sold.any()
    assert not alone.paid.any()


@pytest.mark.parametrize("day", [STILL, MOVED])
def test_every_microgrid_saves(play, day):
    traded, alone, printed, _ = play(day)
    saving = alone.bills(1.0) - traded.bills(1.0)
    assert (saving >= 0.0).all()
    assert saving.sum() > 1.0
    told = {line.split()[0]: float(line.split()[-1]) for line in printed.splitlines() if line.startswith(("mg_", "all"))}
    assert list(told.values()) == pytest.approx([*saving, saving.sum()], abs=0.006)


@pytest.mark.parametrize("day", [STILL, MOVED])
def test_a_trade_changes_the_money_of_the_plant_by_engines_only(play, day):
    traded, alone, *_ = play(day)
    moved = np.abs(traded.made - alone.made).max(axis=1) > 1e-9
    assert moved.any() == (day == MOVED)
    same = ~(moved | np.append(False, moved[:-1]))  # what an engine did last step says whether it starts in this one
    assert np.abs(traded.sold[same]).sum() > 0.1
    np.testing.assert_allclose(traded.plant[same], alone.plant[same], atol=1e-6)
    np.testing.assert_allclose(traded.own[same], alone.own[same], atol=1e-6)
