"""Actions and asks: both ways without loss, and nothing that is no action gets through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridbench.envs.codec import ActionCodec
from gridbench.errors import InvalidInput
from gridbench.plant.layout import layout
from gridbench.scenario.catalogue import load_scenario

LAYOUT = layout(load_scenario("ieee34_ieee13-v1"))
CODEC = ActionCodec(LAYOUT)


def rest(batch=1):
    return {agent: np.zeros((batch, size)) for agent, size in CODEC.sizes.items()}


def asks_from(rng, batch):
    columns = []
    for span in LAYOUT.ask_spans:
        free = rng.uniform(span.lo, span.hi, batch)
        columns.append(np.rint(free) if span.integer else free)
    return np.column_stack(columns)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_asks_survive_the_way_there_and_back(seed, batch):
    asks = asks_from(np.random.default_rng(seed), batch)
    back = CODEC.decode(CODEC.encode(asks))
    assert np.allclose(back, asks, rtol=1e-14, atol=1e-15)
    whole = [i for i, span in enumerate(LAYOUT.ask_spans) if span.integer]
    assert np.array_equal(back[:, whole], asks[:, whole])
    assert np.array_equal(back.astype(np.float32), CODEC.decode(CODEC.encode(asks.astype(np.float32))).astype(np.float32))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_action_stands_for_asks_within_their_spans(seed):
    rng = np.random.default_rng(seed)
    asks = CODEC.decode({agent: rng.uniform(-3, 3, (4, size)) for agent, size in CODEC.sizes.items()})
    for column, span in zip(asks.T, LAYOUT.ask_spans, strict=True):
        assert column.min() >= span.lo
        assert column.max() <= span.hi
        assert not span.integer or np.array_equal(column, np.rint(column))


def test_integers_have_equal_bins():
    place = LAYOUT.asks.index("bank.844.position")
    entry = CODEC.names["dso"].index("bank.844.position")
    actions = rest(1000)
    actions["dso"][:, entry] = np.linspace(-1, 1, 1000)
    counts = np.unique(CODEC.decode(actions)[:, place], return_counts=True)
    assert np.array_equal(counts[0], np.arange(5))
    assert np.array_equal(counts[1], [200] * 5)


def test_ends_are_reached_exactly():
    for end in ("lo", "hi"):
        asks = np.array([[getattr(span, end) for span in LAYOUT.ask_spans]], dtype=float)
        assert np.array_equal(CODEC.decode(CODEC.encode(asks)), asks)


def test_out_of_range_is_clipped_and_counted():
    actions = rest(2)
    actions["mg_1"][1, :3] = [1.5, -2.0, 1.0]
    assert CODEC.out_of_range(actions).tolist() == [0, 2]
    clipped = {agent: np.clip(one, -1, 1) for agent, one in actions.items()}
    assert np.array_equal(CODEC.decode(actions), CODEC.decode(clipped))


def broken(change):
    actions = rest()
    change(actions)
    return actions


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a["mg_2"].__setitem__((0, 4), np.nan), ["'mg_2'", "entry 4", "MG3.storage.q_mvar", "give a number"]),
        (lambda a: a["dso"].__setitem__((0, 0), np.inf), ["'dso'", "entry 0", "regulator.814.position"]),
        (lambda a: a.update(mg_0=np.zeros((1, 3))), ["'mg_0'", "shape (1, 3)", "(1, 10)"]),
        (lambda a: a.update(mg_0=np.zeros(10)), ["'mg_0'", "shape (10,)"]),
        (lambda a: a.update(mg_0=np.zeros((2, 10))), ["'mg_1'", "(2, 10)"]),
        (lambda a: a.pop("dso"), ["'dso' is missing", "(batch, 5)"]),
        (lambda a: a.update(mg_7=np.zeros((1, 10))), ["'mg_7'", "leave it out"]),
        (lambda a: a.update(mg_0=np.array([["x"] * 10])), ["'mg_0'", "no numbers"]),
    ],
)
def test_what_is_no_action_is_refused_with_place_and_remedy(change, words):
    with pytest.raises(InvalidInput) as caught:
        CODEC.decode(broken(change))
    for word in words:
        assert word in str(caught.value)


def test_all_faults_are_told_at_once():
    actions = broken(lambda a: (a.pop("dso"), a["mg_0"].__setitem__((0, 1), np.nan)))
    with pytest.raises(InvalidInput) as caught:
        CODEC.decode(actions)
    assert len(caught.value.faults) == 2


def test_encode_refuses_what_is_no_ask():
    for asks in (np.zeros(len(LAYOUT.asks)), np.zeros((1, 3)), np.full((1, len(LAYOUT.asks)), np.nan)):
        with pytest.raises(InvalidInput, match="finite numbers of shape"):
            CODEC.encode(asks)
