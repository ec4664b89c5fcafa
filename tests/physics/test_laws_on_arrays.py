"""The laws mean the same on a batch as on each of its numbers; what a control can reach is what trial and error finds."""

from __future__ import annotations

import numpy as np
import pytest
from sample_devices import DEVICES

from gridbench.contracts import walk
from gridbench.physics.reach import Line, excess, interval, reach
from gridbench.physics.terms import Cone, Le, Span, Values

SOME = [d for d in DEVICES if d.kind != "grid_tie"]


def stacked(parts):
    return Values(**{name: np.array([vars(part)[name] for part in parts], dtype=float) for name in vars(parts[0])})


@pytest.mark.parametrize("device", SOME, ids=lambda d: f"{d.kind}-{d.name}")
def test_a_batch_is_settled_like_each_of_its_elements(device):
    x, ask, w = zip(*walk(device, np.random.default_rng(0), 50), strict=True)
    together = device.settle(stacked(x), stacked(ask), stacked(w), 1.0)
    for n, parts in enumerate(zip(x, ask, w, strict=True)):
        alone = device.settle(*parts, 1.0)
        for name, number in alone.items():
            assert np.broadcast_to(together[name], 50)[n] == number


@pytest.mark.parametrize("device", SOME, ids=lambda d: f"{d.kind}-{d.name}")
def test_reach_gives_the_ends_between_which_every_row_holds(device):
    for x, ask, w in walk(device, np.random.default_rng(0), 15):
        u = device.settle(x, ask, w, 1.0)
        for name in (n for n in ("p_mw", "q_mvar", "shed_mw") if n in u):
            low, high = (float(end) for end in reach(device, x, u, w, 1.0, name))
            rest = {**u}
            for at, inside in ((low, True), (high, True), ((low + high) / 2, True), (low - 1e-3, False), (high + 1e-3, False)):
                rest[name] = at
                chosen = Values(**rest)
                rows = list(device.limits(x, chosen, w, 1.0))
                span = device.controls()[name]
                rows += [Le("low", span.lo, at), Le("high", at, span.hi)]
                assert bool(excess(rows) <= 1e-7) == inside


def test_a_row_that_multiplies_a_control_with_itself_is_refused():
    with pytest.raises(TypeError, match="affine in each control"):
        Line(0.0, 1.0) * Line(0.0, 1.0)


def test_a_cone_whose_radius_moves_with_the_control_is_refused():
    with pytest.raises(TypeError, match="rated: the radius"):
        interval([Cone("rated", (1.0,), Line(0.0, 1.0))], Span(0.0, 1.0))
