"""What every device must keep, so that the simulator and the oracle agree on it: checks for built-in and plugged-in devices.

| contract | meaning |
|---|---|
| `sound` | whatever is asked in whatever state, what is settled obeys every span and row, and so does the next state |
| `faithful` | what a device has settled it settles again when asked for it |
| `complete` | every corner that the oracle believes possible is a place where the device can be put |
| `compiled` | the compiled step of a scenario does what the laws say when they are interpreted |

Each raises ContractError at the first breach. They need no test framework; a check of one device is

    rng = numpy.random.default_rng(0)
    sound(device, rng); faithful(device, rng); complete(device, rng)

States are those that random walks from the initial state reach, so that they are ones a day can bring about.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gridbench.physics.devices import GridTie
from gridbench.physics.reach import excess, least_slacks
from gridbench.physics.terms import MONEY, Cone, Device, Eq, Number, Row, Span, Values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from gridbench.oracle.affine import Affine
    from gridbench.plant.plant import Plant, StepResult
    from gridbench.scenario.scenario import Scenario

TOLERANCE = 1e-8
"""A span or a row may be missed by this much (unit of the number; relative to it above 1)."""
REACHED = 1e-6
"""A corner of the oracle may be missed by this much."""
SAME = 1e-12
"""Compiled and interpreted numbers may differ by this much, relative to the larger of the number and 1."""
RETREAT = 1e-6
"""A corner is approached from inside by this share of the way to the middle: the solver's own error may lie outside."""

Weather: TypeAlias = Callable[[np.random.Generator], Values]
"""Draws the numbers `w` that a device reads in a step."""


class ContractError(AssertionError):
    """A device breaks a contract: names the device and the law, and gives the numbers."""

    def __init__(self, device: str, law: str, numbers: str) -> None:
        """State who breaks what, and by which numbers."""
        super().__init__(f"{device}: {law}: {numbers}")
        self.device = device
        self.law = law
        self.numbers = numbers


def sound(
    device: Device, rng: np.random.Generator, rounds: int = 300, *, step_h: float = 1.0, weather: Weather | None = None
) -> None:
    """Check that every answer to an ask obeys the spans and rows of controls and next states. Raises ContractError."""
    for x, ask, w in walk(device, rng, rounds, step_h=step_h, weather=weather):
        u = device.settle(x, ask, w, step_h)
        story = f"settled {u} when asked {vars(ask)} in state {vars(x)} with {vars(w)}"
        _inside(device, "control", device.controls(), u, story)
        chosen = Values(**u)
        _inside(device, "next state", device.states(), device.advance(x, chosen, w, step_h), story)
        for row in device.limits(x, chosen, w, step_h):
            broken = float(excess([row]))
            if not broken <= TOLERANCE * _scale(row):
                raise ContractError(device.name, row.name, f"broken by {broken:.3g}; {story}")
        for component, usd in device.cost(x, chosen, w, step_h).items():
            if component not in MONEY or not np.isfinite(usd):
                raise ContractError(device.name, "cost", f"{component} is {usd} usd; {story}")


def faithful(
    device: Device, rng: np.random.Generator, rounds: int = 300, *, step_h: float = 1.0, weather: Weather | None = None
) -> None:
    """Check that asking for what was settled settles it again. Raises ContractError."""
    for x, ask, w in walk(device, rng, rounds, step_h=step_h, weather=weather):
        once = device.settle(x, ask, w, step_h)
        again = device.settle(x, _ask_of(device, Values(**once), w), w, step_h)
        story = f"settled {once}, then {again} when asked for that in state {vars(x)} with {vars(w)}"
        for name in device.controls():
            _close(device, f"control {name}", once[name], again[name], TOLERANCE, story)
        for name, p, q in zip(("p", "q"), *(device.inject(Values(**u), w) for u in (once, again)), strict=True):
            _close(device, f"injection {name}", p, q, TOLERANCE, story)


def complete(
    device: Device, rng: np.random.Generator, rounds: int = 12, *, step_h: float = 1.0, weather: Weather | None = None
) -> None:
    """Check that settle realises every corner of the set which the oracle chooses from, and no dearer. Raises ContractError.

    The set of one step is read off the device's rows with the oracle's expressions; every choice of the integer controls is
    a branch of its own, and its corners are those furthest in the axes and in random directions of the (p, q) plane.
    """
    for x, _, w in walk(device, rng, rounds, step_h=step_h, weather=weather):
        for integers in _integers(device):
            region = _Region(device, x, w, step_h, integers)
            axes = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), *rng.normal(size=(2, 2))])
            directions = axes if region.injects else axes[:1]
            corners = [region.furthest(direction) for direction in directions] if region.possible else []
            found = [corner for corner in corners if corner is not None]
            for corner in found:
                inner = corner + RETREAT * (np.mean(found, axis=0) - corner)
                _realised(device, x, region.controls(inner), w, step_h)


def compiled(scenario: Scenario, rng: np.random.Generator, days: int = 1, *, calm: float = 1.0) -> None:
    """Check that the compiled step agrees with the interpreted laws, device by device, over random days. Raises ContractError.

    `calm` below 1 draws the asks from that share of their spans around the middle, so that fewer steps end in the dark.
    """
    from gridbench.plant.plant import Plant  # noqa: PLC0415 - compiles, and only this contract needs it

    plant = Plant(scenario)
    middle = np.array([(span.lo + span.hi) / 2 for span in plant.layout.ask_spans])
    half = np.array([(span.hi - span.lo) / 2 for span in plant.layout.ask_spans])
    for _ in range(days):
        name = str(rng.choice(sorted(scenario.splits)))
        plant.reset([scenario.window(name, int(rng.choice(scenario.split(name).days)))])
        while not plant.over:
            before = plant.states.copy()
            asks = middle + calm * half * rng.uniform(-1.2, 1.2, (1, middle.size))
            weather = dict(zip(plant.layout.columns, plant.weather[plant.t, 0], strict=True))
            result = plant.step(asks)
            if not result.blackout[0]:
                _same_step(plant, before[0], asks[0], weather, result)


def walk(
    device: Device, rng: np.random.Generator, rounds: int, *, step_h: float = 1.0, weather: Weather | None = None
) -> Iterator[tuple[Values, Values, Values]]:
    """Yield states that a device reaches from its initial one, each with an ask and the weather of the step.

    Asks lie inside, on the ends of and far outside their spans; runs of equal asks carry the walk to the ends of the states.
    """
    draw = weather or (lambda generator: _weather(device, generator))
    x, ask = Values(**device.initial()), _ask(device, rng)
    for _ in range(rounds):
        if rng.random() < 0.4:
            ask = _ask(device, rng)
        elif rng.random() < 0.05:
            x = Values(**device.initial())
        w = draw(rng)
        yield x, ask, w
        u = Values(**device.settle(x, ask, w, step_h))
        x = Values(**device.advance(x, u, w, step_h))


def _weather(device: Device, rng: np.random.Generator) -> Values:
    """Draw by the unit in the name: prices of both signs, shares between nothing and a little above the nominal."""
    drawn = {}
    for name in device.inputs():
        if name.endswith("_usd_per_mwh"):
            drawn[name] = float(rng.uniform(-50.0, 300.0))
        else:
            drawn[name] = float(rng.choice([0.0, 1.0, rng.uniform(0.0, 1.3)]))
    return Values(**drawn)


def _asks(device: Device) -> dict[str, Span]:
    """Return the asks; what the tie is asked for is the balance of the network."""
    if isinstance(device, GridTie):
        most = device.rating_mva * device.trip_loading / 2**0.5
        return {"p_mw": Span(-most, most), "q_mvar": Span(-most, most)}
    return device.asks()


def _ask(device: Device, rng: np.random.Generator) -> Values:
    stretch = 1.0 if isinstance(device, GridTie) else float(rng.choice([1.0, 1.0, 3.0, 1e6]))
    drawn = {}
    for name, span in _asks(device).items():
        middle, half = (span.lo + span.hi) / 2, (span.hi - span.lo) / 2
        drawn[name] = middle + stretch * half * float(rng.choice([-1.0, 0.0, 1.0, rng.uniform(-1.0, 1.0)]))
    return Values(**drawn)


def _ask_of(device: Device, u: Values, w: Values) -> Values:
    if isinstance(device, GridTie):
        return Values(**dict(zip(("p_mw", "q_mvar"), device.inject(u, w), strict=True)))
    return Values(**device.ask_of(u))


def _inside(device: Device, what: str, spans: Mapping[str, Span], numbers: Mapping[str, Number], story: str) -> None:
    if set(spans) != set(numbers):
        raise ContractError(device.name, what, f"{sorted(numbers)} are given, {sorted(spans)} are declared; {story}")
    for name, span in spans.items():
        number = float(numbers[name])
        room = TOLERANCE * max(1.0, abs(number))
        if not span.lo - room <= number <= span.hi + room:
            raise ContractError(device.name, f"{what} {name}", f"{number} is outside [{span.lo}, {span.hi}]; {story}")
        if span.integer and number != round(number):
            raise ContractError(device.name, f"{what} {name}", f"{number} is no integer; {story}")


def _scale(row: Row) -> float:
    numbers = (*row.parts, row.radius) if isinstance(row, Cone) else (row.lhs, row.rhs)
    return max(1.0, *(abs(float(number)) for number in numbers))


def _close(device: Device, law: str, a: Number, b: Number, tolerance: float, story: str) -> None:
    if not abs(float(a) - float(b)) <= tolerance * max(1.0, abs(float(a)), abs(float(b))):
        raise ContractError(device.name, law, f"{float(a)!r} is not {float(b)!r}; {story}")


def _integers(device: Device) -> Iterator[dict[str, float]]:
    spans = {name: span for name, span in device.controls().items() if span.integer}
    for choice in product(*(range(round(span.lo), round(span.hi) + 1) for span in spans.values())):
        yield dict(zip(spans, map(float, choice), strict=True))


def _realised(device: Device, x: Values, u: Values, w: Values, step_h: float) -> None:
    """Check that a choice of the oracle comes about when it is asked for."""
    ask = _ask_of(device, u, w)
    got = Values(**device.settle(x, ask, w, step_h))
    story = f"settled {vars(got)} instead of {vars(u)} in state {vars(x)} with {vars(w)}"
    for name, span in _asks(device).items():
        number = getattr(ask, name)
        if not span.lo - REACHED <= number <= span.hi + REACHED and not isinstance(device, GridTie):
            raise ContractError(device.name, f"ask {name}", f"{number} is needed, the span is [{span.lo}, {span.hi}]; {story}")
    for name, wanted, done in zip(("p", "q"), device.inject(u, w), device.inject(got, w), strict=True):
        _close(device, f"injection {name}", wanted, done, REACHED, story)
    wanted_next, done_next = (device.advance(x, chosen, w, step_h) for chosen in (u, got))
    for name in device.states():
        _close(device, f"next state {name}", wanted_next[name], done_next[name], REACHED, story)
    wanted_usd, done_usd = (sum(device.cost(x, chosen, w, step_h).values()) for chosen in (u, got))
    if not done_usd <= wanted_usd + REACHED * max(1.0, abs(wanted_usd)) * 100.0:
        raise ContractError(device.name, "cost", f"{done_usd} usd, {wanted_usd} usd for the oracle; {story}")


class _Region:
    """The controls that the rows of one step allow, the integer ones held: linear rows and cones over the other columns."""

    def __init__(self, device: Device, x: Values, w: Values, step_h: float, integers: Mapping[str, float]) -> None:
        from gridbench.oracle.affine import Affine, affine  # noqa: PLC0415 - the one contract that needs the oracle

        self._affine = affine
        spans = {name: span for name, span in device.controls().items() if name not in integers}
        self._names, self._integers = tuple(spans), dict(integers)
        columns = {
            name: Affine(np.array(0.0), np.zeros(1, np.int64), np.array([n]), np.ones(1)) for n, name in enumerate(self._names)
        }
        u = Values(**columns, **integers)
        self._below: list[Affine] = []
        self._equal: list[Affine] = []
        self._cones: list[tuple[Affine, ...]] = []
        self._box({name: (columns[name], span) for name, span in spans.items()})
        after = device.advance(x, u, w, step_h)
        self._box({name: (affine(after[name]), span) for name, span in device.states().items()})
        for row in device.limits(x, u, w, step_h):
            self._add(row)
        self._injection = tuple(affine(number) for number in device.inject(u, w))

    @property
    def possible(self) -> bool:
        """Whether the rows without any column hold."""
        below = all(gap.col.size or float(gap.constant) <= TOLERANCE for gap in self._below)
        return below and all(gap.col.size or abs(float(gap.constant)) <= TOLERANCE for gap in self._equal)

    @property
    def injects(self) -> bool:
        """Whether the injection depends on the columns."""
        return any(part.col.size for part in self._injection)

    def controls(self, point: NDArray[np.float64]) -> Values:
        """Return the controls at a point."""
        return Values(**dict(zip(self._names, map(float, point), strict=True)), **self._integers)

    def furthest(self, direction: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return the point whose injection lies furthest in a direction, None where there is no point."""
        import clarabel  # noqa: PLC0415 - the one contract that needs a solver
        import scipy.sparse as sp  # noqa: PLC0415

        n = len(self._names)
        if not n:
            return np.zeros(0)
        below = [gap for gap in self._below if gap.col.size]
        equal = [gap for gap in self._equal if gap.col.size]
        rows = [*equal, *below, *(-member for cone in self._cones for member in cone)]
        matrix = np.array([row.matrix(n).toarray()[0] for row in rows])
        right = np.array([-float(row.constant) for row in rows])
        cones = [clarabel.ZeroConeT(len(equal)), clarabel.NonnegativeConeT(len(below))]
        cones += [clarabel.SecondOrderConeT(len(cone)) for cone in self._cones]
        towards = sum(a * part.matrix(n).toarray()[0] for a, part in zip(direction, self._injection, strict=True))
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
        solver = clarabel.DefaultSolver(sp.csc_matrix((n, n)), -towards, sp.csc_matrix(matrix), right, cones, settings)
        result = solver.solve()
        return None if "Infeasible" in str(result.status) else np.array(result.x)

    def _box(self, named: Mapping[str, tuple[Affine, Span]]) -> None:
        for number, span in named.values():
            self._below += [number - span.hi] if np.isfinite(span.hi) else []
            self._below += [span.lo - number] if np.isfinite(span.lo) else []

    def _add(self, row: Row) -> None:
        if isinstance(row, Cone):
            members = tuple(self._affine(member) for member in (row.radius, *row.parts))
            if members[0].col.size == 0 and float(members[0].constant) == 0.0:  # a cone without inside stalls the solver
                self._equal += members[1:]
            else:
                self._cones.append(members)
        elif isinstance(row, Eq):
            self._equal.append(self._affine(row.lhs - row.rhs))
        else:
            self._below.append(self._affine(row.lhs - row.rhs))


def _same_step(
    plant: Plant, before: NDArray[np.float64], asks: NDArray[np.float64], weather: Mapping[str, float], result: StepResult
) -> None:
    """Compare one compiled step with the interpreted laws."""
    scenario, lay = plant.scenario, plant.layout
    money = np.zeros(result.money.shape[1:])
    balance = Values(p_mw=float(result.p_root_mw[0]), q_mvar=float(result.q_root_mvar[0]))
    story = f"interpreted and compiled, step {result.step}"
    for device, agent in zip(scenario.devices, lay.device_agents, strict=True):
        x = _part(device, lay.states, before)
        w = Values(**{name: weather[column] for name, column in device.inputs().items()})
        u = device.settle(x, balance if device is scenario.tie else _part(device, lay.asks, asks), w, scenario.step_h)
        chosen = Values(**u)
        after = device.advance(x, chosen, w, scenario.step_h)
        done = {} if device is scenario.tie else device.ask_of(chosen)
        for law, names, row in (
            (u, lay.controls, result.controls),
            (after, lay.states, result.states),
            (done, lay.asks, result.done),
        ):
            for name, number in law.items():
                _close(device, name, number, row[0, names.index(f"{device.name}.{name}")], SAME, story)
        _pay(money[agent], device.cost(x, chosen, w, scenario.step_h))
        if plant.over:
            _pay(money[agent], _closing_usd(device, Values(**device.initial()), Values(**after)))
    _pay_network(plant, result, money)
    worst = np.abs(money - result.money[0]) / np.maximum(np.abs(money), 1.0)
    agent, component = np.unravel_index(worst.argmax(), worst.shape)
    if not worst.max() <= SAME * len(lay.buses):
        numbers = f"{money[agent, component]!r} is not {result.money[0, agent, component]!r} usd; {story}"
        raise ContractError(lay.agents[agent], MONEY[component], numbers)


def _part(device: Device, names: tuple[str, ...], row: NDArray[np.float64]) -> Values:
    """Return the numbers of one device out of a row of all."""
    prefix = f"{device.name}."
    found = zip(names, row, strict=True)
    return Values(
        **{
            name[len(prefix) :]: float(number)
            for name, number in found
            if name.startswith(prefix) and "." not in name[len(prefix) :]
        }
    )


def _pay(purse: NDArray[np.float64], bill: Mapping[str, Number]) -> None:
    for component, usd in bill.items():
        purse[MONEY.index(component)] += usd


def _closing_usd(device: Device, first: Values, last: Values) -> Mapping[str, Number]:
    slack = least_slacks(device.closing(), lambda loose: device.closing_limits(first, last, loose))
    return device.closing_cost(Values(**slack))


def _pay_network(plant: Plant, result: StepResult, money: NDArray[np.float64]) -> None:
    scenario, agents, nothing = plant.scenario, plant.layout.bus_agents, Values()
    buses = [(scenario.voltage, agent, {"u_pu2": v**2}) for agent, v in zip(agents[1:], result.v_pu[0, 1:], strict=True)]
    lines = [(scenario.loading, agent, {"l_pu2": part**2}) for agent, part in zip(agents[1:], result.loading[0], strict=True)]
    for limit, agent, measured in (*buses, *lines):
        w = Values(**measured)
        slack = Values(**limit.settle(nothing, nothing, w, scenario.step_h))
        _pay(money[agent], limit.cost(nothing, slack, w, scenario.step_h))
