"""A second reading of the same laws, by cvxpy, gives the same relaxation."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_grid as tiny

from gridbench.oracle.conic import solve_conic
from gridbench.oracle.formulation import fixed_windows, formulate
from gridbench.physics.branch_flow import behind_transformer, residuals
from gridbench.physics.terms import Cone, Eq, Values, inputs

cp = pytest.importorskip("cvxpy")


def rows(constraints, law):
    for row in law:
        if isinstance(row, Cone):
            parts = [part if isinstance(part, cp.Expression) else cp.Constant(part) for part in row.parts]
            radius = row.radius if isinstance(row.radius, cp.Expression) else cp.Constant(np.full(parts[0].shape, row.radius))
            constraints.append(
                cp.norm(cp.vstack([cp.vec(part, order="C") for part in parts]), axis=0) <= cp.vec(radius, order="C")
            )
        else:
            constraints.append(row.lhs == row.rhs if isinstance(row, Eq) else row.lhs <= row.rhs)


def columns(constraints, spans, shape, positions=None):
    found = {}
    for name, span in spans.items():
        found[name] = cp.Variable(shape)
        low, high = (positions, positions) if positions is not None and name == "position" else (span.lo, span.hi)
        constraints.append(found[name] >= low)
        constraints += [] if np.any(np.isinf(high)) else [found[name] <= high]
    return found


def relaxation(scenario, series, positions):
    steps, h, feeder = scenario.steps, scenario.step_h, scenario.feeder
    tree, nb = feeder.arrays, len(feeder.buses)
    held, money = [], 0.0
    p, q = ([np.zeros(steps) for _ in range(nb)] for _ in range(2))
    u = cp.Variable((steps, nb))
    l, P, Q = (cp.Variable((steps, nb - 1)) for _ in range(3))  # noqa: E741
    ratio = np.tile(tree.ratio, (steps, 1))
    for d in scenario.devices:
        w = inputs(d, series)
        c = columns(held, d.controls(), steps, positions.get(d.name))
        after = columns(held, d.states(), steps)
        x = {k: cp.hstack([np.array([d.initial()[k]]), v[:-1]]) for k, v in after.items()}
        c, x = Values(**c), Values(**x)
        held += [law == after[k] for k, law in d.advance(x, c, w, h).items()]
        rows(held, d.limits(x, c, w, h))
        money += sum(cp.sum(m) for m in d.cost(x, c, w, h).values())
        slack = Values(**columns(held, d.closing(), 1))
        rows(held, d.closing_limits(Values(**d.initial()), Values(**{k: v[-1:] for k, v in after.items()}), slack))
        money += sum(cp.sum(m) for m in d.closing_cost(slack).values())
        if d in scenario.regulators:
            ratio[:, feeder.branch_index(d.branch)] *= d.ratio(positions[d.name])
        else:
            k = feeder.bus_index(d.bus)
            dp, dq = d.inject(c, w)
            p[k], q[k] = p[k] + dp / feeder.base_mva, q[k] + dq / feeder.base_mva
        if d in scenario.banks:
            q[k] = q[k] + cp.multiply(d.susceptance_mvar(positions[d.name]) / feeder.base_mva, u[:, k])
    s = behind_transformer_rows(u[:, tree.parent], ratio)
    full = lambda part: cp.hstack([np.zeros((steps, 1)), part])  # noqa: E731
    outgoing = np.zeros((nb, nb))
    outgoing[np.arange(1, nb), tree.parent] = 1.0
    r, x, b = (np.tile(np.r_[0.0, a], (steps, 1)) for a in (tree.r, tree.x, tree.b))
    g, sb = (np.tile(a, (steps, 1)) for a in (tree.shunt_g, tree.shunt_b))
    power = [cp.vstack(part).T for part in (p, q)]
    left = residuals(outgoing, *map(Wise, (r, x, b, g, sb)), cp.hstack([u[:, :1], s]), u, full(l), full(P), full(Q), *power)
    held += [part == 0 for part in (left.p_balance, left.q_balance, left.drop[:, 1:])]
    held += [u[:, 0] == feeder.root_voltage_pu**2, l >= 0]
    held.append(cp.norm(cp.vstack([cp.vec(a, order="C") for a in (2 * P, 2 * Q, l - s)]), axis=0) <= cp.vec(l + s, order="C"))
    for limit, w in ((scenario.voltage, {"u_pu2": u[:, 1:]}), (scenario.loading, {"l_pu2": l / tree.rating**2})):
        c = Values(**columns(held, limit.controls(), (steps, nb - 1)))
        rows(held, limit.limits(Values(), c, Values(**w), h))
        money += sum(cp.sum(m) for m in limit.cost(Values(), c, Values(**w), h).values())
    return cp.Problem(cp.Minimize(money), held)


class Wise(np.ndarray):
    """Numbers that multiply expressions cell by cell: cvxpy reads `array * expression` as a matrix product."""

    def __new__(cls, numbers):
        return np.asarray(numbers).view(cls)

    __array_ufunc__ = None

    def __mul__(self, other):
        plain = np.asarray(self)
        if isinstance(other, cp.Expression):
            return cp.multiply(plain, other)
        return Wise(plain * np.asarray(other))

    __rmul__ = __mul__

    def __add__(self, other):
        return Wise(np.asarray(self) + np.asarray(other))


def behind_transformer_rows(u, ratio):
    return behind_transformer(u, Wise(ratio))


@pytest.mark.filterwarnings("ignore")
def test_both_readings_have_one_value(scenario):
    series = scenario.window("test", 0)
    gen = next(d for d in scenario.devices if d.name == "gen")
    positions = {"reg": np.array([0.0, 2.0, 2.0, 3.0, 1.0, 1.0]), "bank": np.array([0.0, 1.0, 1.0, 2.0, 2.0, 1.0])}
    mine = formulate(scenario, series, fixed_windows(scenario, positions)).problem
    on = mine.columns[f"{gen.name}.on"]
    ones = np.ones(scenario.steps)
    problem = relaxation(scenario, series, positions)
    solution = solve_conic(mine.fixed(on, ones), 60.0, tolerance=1e-9)  # committed: the perspective is the square itself
    other = cp.Problem(problem.objective, [*problem.constraints, committed(problem, scenario) == ones])
    other.solve(solver=cp.CLARABEL)
    assert solution.money == pytest.approx(other.value, rel=1e-6)


def committed(problem, scenario):
    """Return the generator's `on`: the variables are stated in the order of the devices' controls and states."""
    names = [("u", ""), *((k, "") for k in "lPQ")]
    for d in scenario.devices:
        names += [(d.name, k) for k in (*d.controls(), *d.states(), *d.closing())]
    ids = sorted(problem.variables(), key=lambda v: v.id)
    return ids[names.index(("gen", "on"))]


def test_tiny_has_one_of_each():
    assert {d.kind for d in tiny.devices()} >= {"generator", "storage", "renewable", "load", "regulator", "capacitor_bank"}
