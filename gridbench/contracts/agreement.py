"""The compiled step says what the laws say when they are interpreted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridbench.contracts.breach import ContractError, close
from gridbench.physics.devices import CapacitorBank
from gridbench.physics.reach import least_slacks
from gridbench.physics.terms import MONEY, Device, Number, Values, inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gridbench.plant.plant import Plant, StepResult
    from gridbench.scenario.scenario import Scenario

SAME = 1e-12
"""Compiled and interpreted numbers may differ by this much, relative to the larger of the number and 1."""


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


def _same_step(
    plant: Plant, before: NDArray[np.float64], asks: NDArray[np.float64], weather: Mapping[str, float], result: StepResult
) -> None:
    """Compare one compiled step with the interpreted laws."""
    scenario, lay = plant.scenario, plant.layout
    money = np.zeros(result.money.shape[1:])
    balance = Values(p_mw=float(result.p_root_mw[0]), q_mvar=float(result.q_root_mvar[0]))
    story = f"interpreted and compiled, step {result.step}"
    for n, (device, agent) in enumerate(zip(scenario.devices, lay.device_agents, strict=True)):
        x = _part(device, lay.states, before)
        w = inputs(device, weather)
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
                close(device, name, number, row[0, names.index(f"{device.name}.{name}")], SAME, story)
        for name, number in _injected(plant, device, chosen, w, result.v_pu[0]).items():
            close(device, name, number, getattr(result, name)[0, n], SAME, story)
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


def _injected(plant: Plant, device: Device, u: Values, w: Values, v_pu: NDArray[np.float64]) -> dict[str, Number]:
    """Return the power of a device as the plant reports it: that of a bank at the voltage of its bus."""
    from gridbench.plant.power_flow import at_voltage  # noqa: PLC0415 - only this contract needs the plant

    p_mw, q_mvar = device.inject(u, w)
    if isinstance(device, CapacitorBank):
        at_1_pu, v = device.susceptance_mvar(u.position), v_pu[plant.scenario.feeder.bus_index(device.bus)]
        q_mvar = at_voltage(at_1_pu, v * v)
    return {"p_mw": p_mw, "q_mvar": q_mvar}


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
