"""What comes back through the pipe may be anything: it ends the child, or it is an answer to the one request."""

from __future__ import annotations

import io
import os
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laboratory import SIZES

from gridbench.isolation.answers import read_actions
from gridbench.isolation.inside import frames
from gridbench.isolation.inside.arrays import pack, packed_size, unpack

NUMBERS = st.floats(-1.0, 1.0, width=32)
NAMES = st.text(min_size=1, max_size=8)
OUT = "out, frames = int(sys.argv[3]), sys.modules['inside.frames']\n"
ASKED = "here = sys._getframe()\nwhile 'number' not in here.f_locals: here = here.f_back\nnumber = here.f_locals['number']\n"


def forged(arrays):
    return f"os.write(out, frames.packed(frames.ACTIONS, number, sys.modules['inside.arrays'].pack({arrays}, '<f8')))"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os.write(out, b'garbage' * 100)", "sent bytes that are no answer"),
        ("os.write(out, frames.packed(frames.ACTIONS, 1))", "answered another request than the one it was asked"),
        ("os.write(out, frames.packed(99, number))", "sent an answer of another kind"),
        ("os.write(out, frames.packed(frames.DONE, number))", "sent an answer of another kind"),
        ("os.write(out, frames.packed(frames.ACTIONS, number, b'x' * 5000))", "sent an answer of 5000 bytes"),
        ("os.write(out, frames.HEAD.pack(frames.MAGIC, frames.ACTIONS, number, 2 ** 32 - 1))", "an answer of 4294967295 bytes"),
        ("os.write(out, frames.packed(frames.ACTIONS, number, b'x' * 50))", "sent actions that cannot be read"),
        ("os.write(out, frames.packed(frames.ACTIONS, number, b''))", "sent actions that cannot be read"),
        (forged("{'a': np.full(3, np.nan), 'b': np.zeros(2)}"), "returned NaN or infinity for agent 'a'"),
        (forged("{'a': np.zeros(2), 'b': np.zeros(3)}"), "sent actions of other agents or other sizes"),
        (forged("{'b': np.zeros(2)}"), "sent actions of other agents or other sizes"),
        ("os.write(out, frames.packed(frames.FAILED, number, b'\\x1b[2J\\xff' + '\\u202e'.encode()))", "\\x1b[2J\ufffd\\u202e"),
        ("os.write(out, frames.HEAD.pack(frames.MAGIC, frames.ACTIONS, number, 50)); time.sleep(60)", "no answer within 1 s"),
        ("os.close(out); time.sleep(60)", "closed the pipe of its answers"),
        ("os.close(out)", "ended its own process with status 1"),
    ],
)
def test_a_broken_answer_ends_the_child(first_laboratory, body, words):
    outcome = first_laboratory.run(OUT + ASKED + body, first_laboratory.quick(1.0))
    assert words in outcome.reason


def test_an_answer_nobody_asked_for_is_no_answer(first_laboratory):
    outcome = first_laboratory.run(OUT + ASKED + forged("good"), between=lambda: time.sleep(0.2))
    assert outcome.reason == "sent an answer that nobody had asked for"
    assert len(outcome.actions) == 1


def test_a_child_that_no_longer_hears_is_lost(first_laboratory):
    outcome = first_laboratory.run("os.close(int(sys.argv[2]))", between=lambda: time.sleep(0.2))
    assert outcome.reason in {"ended its own process with status 0", "sent an answer that nobody had asked for"}


def test_a_forked_copy_does_not_answer_too(first_laboratory):
    outcome = first_laboratory.run("os.fork()", between=lambda: time.sleep(0.2))
    assert outcome.reason == "sent an answer that nobody had asked for"


def test_a_child_that_does_not_read_hangs_nobody(first_laboratory):
    body = "if self.step == 2: time.sleep(60)"
    assert "gave no answer within 0.5 s" in first_laboratory.run(body, first_laboratory.quick(0.5)).reason


@given(st.dictionaries(NAMES, st.lists(NUMBERS, max_size=5), max_size=4), st.sampled_from(["<f4", "<f8"]))
def test_arrays_come_back_as_they_went(lists, kind):
    arrays = {name: np.array(numbers, dtype=kind) for name, numbers in lists.items()}
    data = pack(arrays, kind)
    assert len(data) == packed_size({name: len(numbers) for name, numbers in lists.items()}, kind)
    back = unpack(data, kind)
    assert list(back) == list(arrays)
    assert all(back[name].tobytes() == arrays[name].tobytes() for name in arrays)


GOOD = pack({"a": np.zeros(3), "b": np.ones(2)}, "<f8")


@given(st.one_of(st.binary(max_size=80), st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255))))
def test_any_bytes_are_finite_actions_of_the_task_or_refused(given_bytes):
    if isinstance(given_bytes, tuple):
        at, byte = given_bytes
        given_bytes = GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]
    try:
        actions = read_actions(given_bytes, SIZES)
    except ValueError:
        return
    assert {name: action.shape for name, action in actions.items()} == {name: (size,) for name, size in SIZES.items()}
    assert all(np.isfinite(action).all() for action in actions.values())


@given(st.binary(max_size=100), st.integers(0, 2**64 - 1), st.integers(0, 255))
def test_frames_come_back_as_they_went(payload, number, kind):
    reads, writes = os.pipe()
    try:
        frames.write(writes, frames.packed(kind, number, payload))
        assert frames.head(frames.read(reads, frames.HEAD.size)) == (kind, number, len(payload))
        assert frames.read(reads, len(payload)) == payload
    finally:
        os.close(reads)
        os.close(writes)


def test_a_pipe_that_ends_is_told():
    reads, writes = os.pipe()
    os.close(writes)
    with io.FileIO(reads), pytest.raises(EOFError):
        frames.read(reads, 1)
