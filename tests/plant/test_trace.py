"""The program that a traced law leaves behind computes what NumPy computes on the same numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_devices import DEVICES

from gridbench.contracts import walk
from gridbench.physics.devices import CapacitorBank, GridTie, Regulator
from gridbench.physics.terms import MONEY, Values
from gridbench.plant.compiler import _device, asks_of
from gridbench.plant.trace import Sym, Trace, text

TWO = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1.0),
    np.minimum,
    np.maximum,
    lambda a, b: np.where(a < b, a, b * 2.0),
    lambda a, b: np.where(a >= b, 1.0, a),
    lambda a, b: np.where(a == b, 0.5, b),
)
ONE = (
    lambda a: -a,
    lambda a: a**2,
    np.square,
    lambda a: np.sqrt(np.absolute(a) + 1.0),
    np.rint,
    np.absolute,
    lambda a: a + 0.0,
    lambda a: 0.0 - a,
    lambda a: a * 1.0,
    lambda a: a * 0.0,
    lambda a: a / 1.0,
    lambda a: a / -1.0,
    lambda a: np.minimum(a, np.inf),
    lambda a: np.maximum(-np.inf, a),
    lambda a: (a * a + 0.25) ** 0.5,
    lambda a: 3.0 / (1.0 + a * a),
)
PLAIN = {"math": math, "np": np, "low": min, "high": max, "choose": lambda c, a, b: a if c else b}


def run(body, **names):
    """Run the body of an emitted function as plain Python."""
    scope = {**PLAIN, **names}
    exec(f"def emitted():\n{body}\nresult = emitted()", scope)  # noqa: S102
    return scope["result"]


steps = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=25)


@given(plan=steps, a=st.floats(-3, 3), b=st.floats(-3, 3), parameter=st.floats(-3, 3))
def test_an_emitted_program_gives_what_numpy_gives(plan, a, b, parameter):
    trace = Trace()
    traced = [trace.node("a"), trace.node("b"), trace.node("c[0]", parameter), 0.0, 1.0, 2.5]
    plain = [a, b, parameter, 0.0, 1.0, 2.5]
    for operation, first, second in plan:
        i, j = first % len(plain), second % len(plain)
        rules = ONE if operation % 2 else TWO
        rule = rules[operation // 2 % len(rules)]
        arguments = (i,) if rules is ONE else (i, j)
        number = float(rule(*(np.float64(plain[k]) for k in arguments)))
        if abs(number) > 1e6:
            continue
        plain.append(number)
        traced.append(rule(*(traced[k] for k in arguments)))
    body = trace.program([f"return [{', '.join(text(t) for t in traced)}]"])
    np.testing.assert_allclose(run(body, a=a, b=b, c=[parameter]), plain, rtol=1e-13, atol=1e-13)
    for one, number in zip(traced, plain, strict=True):
        if isinstance(one, Sym) and one.value is not None:
            assert float(one.value) == pytest.approx(number, rel=1e-13, abs=1e-13)


def test_equal_expressions_are_written_once():
    trace = Trace()
    a, b = trace.node("a"), trace.node("b")
    assert (a + b).name == (a + b).name
    assert len(trace.lines) == 3


def test_what_no_result_needs_is_left_out():
    trace = Trace()
    a = trace.node("a")
    unused = a * 7.0
    assert unused.name not in trace.program([f"return {(a + 1.0).name}"])


def test_a_law_that_branches_on_a_number_of_the_step_is_refused():
    with pytest.raises(TypeError, match=r"use np\.where"):
        bool(Trace().node("a") > 0.0)


def test_a_law_may_branch_on_its_parameters():
    parameter = Trace().node("c[0]", 2.0)
    assert parameter > 1.0
    assert not (parameter * 2.0 < 1.0)


def test_what_the_compiler_cannot_write_is_refused():
    with pytest.raises(TypeError):
        np.sin(Trace().node("a"))


@pytest.mark.parametrize("device", DEVICES, ids=lambda d: f"{d.kind}-{d.name}")
def test_the_emitted_step_of_a_device_is_what_its_laws_say(device):
    body, parameters = _device(device)
    for x, ask, w in walk(device, np.random.default_rng(0), 40, step_h=0.5):
        asks = asks_of(device)
        sizes = len(device.states()), len(device.controls()), len(asks)
        y, u, done = (np.full((1, size), np.nan) for size in sizes)
        power = np.full((2, 1, 3), np.nan)
        p, q, bank = np.zeros((3, 1, 1))
        ratio, dark, brief, money = np.ones((1, 1)), np.zeros(1), np.zeros((1, 4)), np.zeros((1, 1, len(MONEY)))
        run(
            body, c=parameters, k=0, i=0, j=0, m=0, o=0, e=0, start=0, at=0, g=0, base=2.0, CLIPPED=3, dt=0.5,
            x=np.array([[float(getattr(x, n)) for n in device.states()]]), a=np.array([[float(getattr(ask, n)) for n in asks]]),
            w=np.array([[float(getattr(w, n)) for n in device.inputs()]]), columns=range(len(device.inputs())),
            power=power, n=1, u=u, y=y, d=done, p=p, q=q, bank=bank, ratio=ratio, dark=dark, brief=brief, money=money,
        )  # fmt: skip
        chosen = Values(**device.settle(x, ask, w, 0.5))
        np.testing.assert_allclose(u[0], [vars(chosen)[n] for n in device.controls()], rtol=1e-12, atol=1e-12)
        after = device.advance(x, chosen, w, 0.5)
        np.testing.assert_allclose(y[0], [after[n] for n in device.states()], rtol=1e-12, atol=1e-12)
        reported = device.inject(chosen, w)
        if isinstance(device, CapacitorBank):
            reported = 0.0, device.susceptance_mvar(chosen.position)  # at 1 pu; the voltage is not known yet
        np.testing.assert_allclose(power[:, 0, 1], reported, rtol=1e-12, atol=1e-12)
        injected = (0.0, 0.0) if isinstance(device, GridTie) else device.inject(chosen, w)  # the tie closes the balance
        np.testing.assert_allclose([p[0, 0], q[0, 0]], np.divide(injected, 2.0), rtol=1e-12, atol=1e-12)
        assert ratio[0, 0] == pytest.approx(device.ratio(chosen.position) if isinstance(device, Regulator) else 1.0)
        assert bank[0, 0] == pytest.approx(
            device.susceptance_mvar(chosen.position) / 2.0 if isinstance(device, CapacitorBank) else 0.0
        )
        assert dark[0] == pytest.approx(device.blackout_cost(w, 0.5))
        bill = device.cost(x, chosen, w, 0.5)
        np.testing.assert_allclose(money[0, 0], [bill.get(n, 0.0) for n in MONEY], rtol=1e-12, atol=1e-12)
        if not isinstance(device, GridTie):
            realised = device.ask_of(chosen)
            np.testing.assert_allclose(done[0], [realised[n] for n in asks], rtol=1e-12, atol=1e-12)
        assert 0 <= brief[0, 3] <= len(asks)
