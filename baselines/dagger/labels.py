"""Labels: the actions that stand for the expert's asks, as a network should learn them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from common.clone import beyond, marked

from gridbench.physics.terms import Values, inputs

if TYPE_CHECKING:
    from common.nets import Groups
    from numpy.typing import NDArray

    from gridbench.envs.batch import BatchEnv
    from gridbench.physics.terms import Device

    Floats = NDArray[np.float64]

SAME = 1e-3
"""Controls are the same that differ by less than this share of the span of the ask."""


@dataclass
class Samples:
    """What was seen (samples, numbers), the actions wanted (samples, entries), and whether an entry matters, by module."""

    seen: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    wanted: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    matters: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)

    def add(self, groups: Groups, seen: dict, wanted: dict, matters: dict, rows: NDArray[np.bool_], margin: float) -> None:
        """Add what the agents saw in a step, and the labels of it, for the rows (batch,) of the batch that have some."""
        for agent, (module, _, _) in groups.items():
            self.seen.setdefault(module, []).append(marked(groups, agent, seen[agent])[rows])
            self.wanted.setdefault(module, []).append(beyond(wanted[agent], margin)[rows])
            self.matters.setdefault(module, []).append(matters[agent][rows].astype(np.float32))

    def of(self, module: str) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return all that was seen, wanted, and matters for a module."""
        return tuple(np.concatenate(one[module]) for one in (self.seen, self.wanted, self.matters))  # type: ignore[return-value]


def labelled(env: BatchEnv, asks: NDArray[np.float64]) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return the actions that stand for asks (batch, asks) before the next step, and whether each entry matters there, by agent.

    Many asks bring about the same, and a schedule names any of them. So each real ask is moved to the ends of its span by turns:
    where one end changes nothing that its device does the label is that end, so that "all that there is" is one number, and not
    what happens to be available. Where neither end changes anything, as for the power of a unit that is off, it does not matter.
    The devices' own laws say so: neither the network nor a step of the environment is needed.
    """
    layout, label, matters = env.plant.layout, asks.copy(), np.ones_like(asks)
    weather = dict(zip(layout.columns, env.plant.weather[env.plant.t].T, strict=True))
    states = dict(zip(layout.states, env.plant.states.T, strict=True))
    for device in env.scenario.devices:
        own = {name: layout.ask(f"{device.name}.{name}") for name in device.asks()}
        x = Values(**{name: states[f"{device.name}.{name}"] for name in device.states()})
        done = partial(_settled, device, x, inputs(device, weather), env.scenario.step_h)
        as_asked = {name: asks[:, at] for name, at in own.items()}
        wanted = done(as_asked) if own else {}
        for name, at in own.items():
            span = device.asks()[name]
            moved = (done(as_asked | {name: np.full(len(asks), float(end))}) for end in (span.lo, span.hi))
            low, high = (_same(wanted, one, SAME * (span.hi - span.lo)) for one in moved)
            matters[:, at] = ~(low & high)
            if not span.integer:
                label[:, at] = np.where(low & ~high, span.lo, np.where(high & ~low, span.hi, asks[:, at]))
    by_agent = {agent: matters[:, [layout.ask(name) for name in names]] for agent, names in env.codec.names.items()}
    return env.codec.encode(label), by_agent


def _settled(device: Device, x: Values, w: Values, step_h: float, asked: dict[str, Floats]) -> dict[str, Floats]:
    """Return what a device does when asked, arrays (batch,) by control."""
    count = len(next(iter(asked.values())))
    done = device.settle(x, Values(**asked), w, step_h)
    return {name: np.broadcast_to(np.asarray(number, dtype=np.float64), count) for name, number in done.items()}


def _same(one: dict[str, Floats], other: dict[str, Floats], room: float) -> NDArray[np.bool_]:
    """Return where all controls of a device are the same (batch,), but for `room`."""
    return np.logical_and.reduce([np.abs(one[name] - other[name]) <= room for name in one])
