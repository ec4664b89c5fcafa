"""Compiles the laws: traces every device once, and hands the straight-line code to numba together with the step kernel.

The generated module is named by the digest of its text and kept in the user's cache, so that numba compiles it once a
machine. Devices of equal shape share one function: their fields are read from a table of parameters.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from gridbench import places
from gridbench.errors import InvalidInput, StorageError, UnknownName
from gridbench.physics import branch_flow
from gridbench.physics.devices import CapacitorBank, GridTie, LoadingLimit, Regulator, VoltageBand
from gridbench.physics.reach import least_slacks
from gridbench.physics.terms import MONEY, Device, Values
from gridbench.plant import indices, kernel, outcome, power_flow
from gridbench.plant.trace import Sym, Trace, Traced, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from numpy.typing import NDArray

CLIP_TOLERANCE = 1e-6
"""An ask counts as clipped when it is missed by more than this (unit of the ask; relative to it above 1)."""


@dataclass(frozen=True)
class Compiled:
    """The step of a set of devices, whole and in two halves, and where each device finds its function and its parameters."""

    step: Callable[..., bool]
    begin: Callable[..., bool]
    finish: Callable[..., None]
    kinds: tuple[int, ...]
    closings: tuple[int, ...]
    offsets: tuple[int, ...]
    parameters: NDArray[np.float64]


def asks_of(device: Device) -> tuple[str, ...]:
    """Return the asks of a device in array order; those of the tie come from the power flow."""
    return ("p_mw", "q_mvar") if isinstance(device, GridTie) else tuple(device.asks())


def compile_devices(devices: Sequence[Device], voltage: VoltageBand, loading: LoadingLimit) -> Compiled:
    """Return the compiled step for the devices of a scenario. Nothing but the shape of the devices enters the code."""
    parameters: list[float] = []
    voltage_text, values = _limit(voltage, "voltage", "u_pu2", len(parameters))
    parameters += values
    loading_text, values = _limit(loading, "loading", "l_pu2", len(parameters))
    parameters += values
    bodies: dict[str, int] = {}
    endings: dict[str, int] = {}
    kinds, closings, offsets = [], [], []
    tie = 0
    for device in devices:
        offsets.append(len(parameters))
        body, values = _device(device)
        parameters += values
        kinds.append(bodies.setdefault(body, len(bodies)))
        tie = kinds[-1] if isinstance(device, GridTie) else tie
        closings.append(endings.setdefault(_closing(device), len(endings)) if device.closing() else -1)
    laws = [voltage_text, loading_text, *_dispatch(list(bodies), list(endings), tie)]
    module = _load("\n\n".join([*_fixed_parts(), *laws, *_kernel_parts()]))
    return Compiled(module.step, module.begin, module.finish, tuple(kinds), tuple(closings), tuple(offsets), np.array(parameters))


def _symbolic(device: Device, trace: Trace, form: str) -> tuple[Any, list[float]]:
    """Return a twin of the device whose fields of type float are traced parameters, and their numbers."""
    twin = object.__new__(type(device))
    found: list[float] = []
    for field in dataclasses.fields(device):  # type: ignore[arg-type]
        value = getattr(device, field.name)
        if isinstance(value, float):
            object.__setattr__(twin, field.name, trace.node(form.format(len(found)), value))
            found.append(value)
        else:
            object.__setattr__(twin, field.name, value)
    return twin, found


def _named(trace: Trace, names: Sequence[str], form: str) -> Values:
    return Values(**{name: trace.node(form.format(n)) for n, name in enumerate(names)})


def _device(device: Device) -> tuple[str, list[float]]:
    """Return the traced step of one device as the body of a loop over elements, and its parameters."""
    trace = Trace()
    twin, parameters = _symbolic(device, trace, "c[k + {}]")
    names = asks_of(device)
    x = _named(trace, list(device.states()), "x[e, i + {}]")
    ask = _named(trace, names, "a[e, j + {}]")
    w = _named(trace, list(device.inputs()), "w[e, columns[m + {}]]")
    h = trace.node("dt")
    u = twin.settle(x, ask, w, h)
    chosen = Values(**u)
    after = twin.advance(x, chosen, w, h)
    done = {} if isinstance(device, GridTie) else twin.ask_of(chosen)
    writes = [f"u[e, o + {n}] = {text(u[name])}" for n, name in enumerate(device.controls())]
    writes += [f"y[e, i + {n}] = {text(after[name])}" for n, name in enumerate(device.states())]
    writes += [f"d[e, j + {n}] = {text(done[name])}" for n, name in enumerate(names) if name in done]
    writes += _network(device, twin, chosen, w)
    writes += _added("dark[e - start]", twin.blackout_cost(w, h))
    writes += _added("brief[e, CLIPPED]", _clipped(device, ask, done))
    writes += _cash("money[e, g, {}]", twin.cost(x, chosen, w, h))
    return trace.program(writes), parameters


def _network(device: Device, twin: Device, u: Values, w: Values) -> list[str]:
    """Return what a device does to the network, and its power as it is reported; the tie only closes the balance."""
    p, q = twin.inject(u, w)
    bank = cast("CapacitorBank", twin).susceptance_mvar(u.position) if isinstance(device, CapacitorBank) else 0.0
    seen = [f"power[0, e, n] = {text(p)}", f"power[1, e, n] = {text(bank if isinstance(device, CapacitorBank) else q)}"]
    if isinstance(device, Regulator):
        return [*seen, f"ratio[at, e - start] *= {text(cast('Regulator', twin).ratio(u.position))}"]
    if isinstance(device, GridTie):
        return seen
    rows = {"p": p, "q": q, "bank": bank}
    return [*seen, *(line for name, number in rows.items() for line in _added(f"{name}[at, e - start]", number, " / base"))]


def _added(place: str, number: Traced, over: str = "") -> list[str]:
    """Return the source that adds a number, none where it is always zero."""
    return [] if not isinstance(number, Sym) and number == 0.0 else [f"{place} += {text(number)}{over}"]


def _cash(place: str, cash: dict[str, Traced]) -> list[str]:
    strange = [str(UnknownName("component of money", name, MONEY)) for name in cash if name not in MONEY]
    if strange:
        raise InvalidInput("cost of a device", strange)
    return [line for name, usd in cash.items() for line in _added(place.format(MONEY.index(name)), usd)]


def _clipped(device: Device, ask: Values, done: dict[str, Traced]) -> Traced:
    """Return the number of asks that were not followed; rounding is following, and a unit at rest has no powers."""
    counts = []
    spans = device.asks()
    for name, value in done.items():
        wanted = getattr(ask, name)
        allowed = CLIP_TOLERANCE * np.maximum(np.absolute(wanted), 1.0) + (0.5 if spans[name].integer else 0.0)
        miss = value - wanted if name in device.ceilings else np.absolute(value - wanted)
        count = np.where(miss > allowed, 1.0, 0.0)
        counts.append(count if device.gate in {None, name} else count * done[device.gate])
    return sum(counts)


def _closing(device: Device) -> str:
    """Return the traced end of the day of one device as the body of a function."""
    trace = Trace()
    twin, _ = _symbolic(device, trace, "c[k + {}]")
    states = list(device.states())
    first, last = _named(trace, states, "first[e, i + {}]"), _named(trace, states, "y[e, i + {}]")
    slack = least_slacks(device.closing(), lambda s: twin.closing_limits(first, last, s))
    return trace.program(_cash("money[e, g, {}]", twin.closing_cost(Values(**slack))))


def _limit(limit: Device, name: str, measured: str, offset: int) -> tuple[str, list[float]]:
    """Return the traced price of a network limit as a function, and its parameters."""
    trace = Trace()
    twin, parameters = _symbolic(limit, trace, f"c[{offset} + {{}}]")
    w = Values(**{measured: trace.node("measured")})
    nothing = Values()
    slack = Values(**twin.settle(nothing, nothing, w, trace.node("dt")))
    total = twin.cost(nothing, slack, w, trace.node("dt"))[name]
    body = trace.program([f"return {text(total)}"])
    return f"@njit(**OPTIONS)\ndef {name}_money(c, measured, dt):\n{body}", parameters


_HEADER = '''"""Generated by gridbench.plant.compiler; do not edit."""
from __future__ import annotations
import math
import numpy as np
from numba import njit
OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True}


@njit(**OPTIONS)
def low(a, b):
    return a if a < b else b


@njit(**OPTIONS)
def high(a, b):
    return a if a > b else b


@njit(**OPTIONS)
def choose(condition, a, b):
    return a if condition else b'''


def _source(function: Callable[..., Any]) -> str:
    return "@njit(**OPTIONS)\n" + inspect.getsource(function).rstrip()


def _fixed_parts() -> list[str]:
    laws: tuple[Callable[..., Any], ...] = (
        branch_flow.behind_transformer,
        branch_flow.series_loss,
        branch_flow.charging,
        branch_flow.receiving_voltage,
        branch_flow.squared_current,
    )
    sweep: tuple[Callable[..., Any], ...] = (power_flow.at_voltage, power_flow.backward, power_flow.forward, power_flow.sweep)
    named = {name: value for module in (power_flow, indices, kernel) for name, value in vars(module).items() if name.isupper()}
    numbers = [f"{name} = {value!r}" for name, value in named.items()]
    return [_HEADER, "\n".join(numbers), *map(_source, laws), *map(_source, sweep)]


def _kernel_parts() -> list[str]:
    after = outcome.trips, outcome.go_dark, outcome.charge_banks, outcome.bill, outcome.close, outcome.conclude, outcome.finish
    return [_source(f) for f in (kernel.finite, kernel.clear, kernel.fill, kernel.settle, *after, kernel.begin, kernel.step)]


def _dispatch(bodies: list[str], endings: list[str], tie: int) -> list[str]:
    """Return the functions of all shapes of devices, the two that choose among them, and the tie's."""
    signature = (
        "c, k, x, i, a, j, w, columns, m, dt, u, o, y, d, p, q, bank, ratio, at, base, dark, brief, money, g, power, n, "
        "start, count"
    )
    ending = "c, k, first, y, i, money, g, e"
    loop = "    for e in range(start, start + count):\n"
    parts = [f"@njit(**OPTIONS)\ndef device_{n}({signature}):\n{loop}{indent(body, '    ')}" for n, body in enumerate(bodies)]
    parts += [f"@njit(**OPTIONS)\ndef closing_{n}({ending}):\n{body}" for n, body in enumerate(endings)]
    parts.append(f"run_tie = device_{tie}")
    choose = [f"    if kind == {n}:\n        device_{n}({signature})" for n in range(len(bodies)) if n != tie]
    finish = [f"    if kind == {n}:\n        closing_{n}({ending})" for n in range(len(endings))]
    parts.append("\n".join(["@njit(**OPTIONS)", f"def run_device(kind, {signature}):", *choose, "    return"]))
    parts.append("\n".join(["@njit(**OPTIONS)", f"def close_device(kind, {ending}):", *finish, "    return"]))
    return parts


def cache_folder() -> Path:
    """Return the folder of generated code, in the user's cache."""
    return places.cache_folder() / "kernels"


def _load(source: str) -> ModuleType:
    name = f"kernel_{hashlib.sha256(source.encode()).hexdigest()[:16]}"
    qualified = f"gridbench._compiled.{name}"
    if qualified in sys.modules:
        return sys.modules[qualified]
    path = _write(name, source)
    spec = importlib.util.spec_from_file_location(qualified, path)
    assert spec is not None  # noqa: S101 - a .py path always has a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    spec.loader.exec_module(module)
    return module


def _write(name: str, source: str) -> Path:
    """Put the generated module where numba can keep its machine code beside it: the cache, else a temporary folder."""
    for folder in (cache_folder(), Path(tempfile.gettempdir()) / f"gridbench-{os.getuid() if hasattr(os, 'getuid') else 0}"):
        path = folder / f"{name}.py"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text() != source:
                partial = path.with_suffix(f".{os.getpid()}.tmp")
                partial.write_text(source)
                partial.replace(path)
        except OSError:
            continue
        return path
    where = f"neither {cache_folder()} nor the temporary folder"
    raise StorageError(f"{where} can be written: set GRIDBENCH_CACHE to a folder that can")


def not_kept(error: OSError) -> StorageError:
    """Return the error of machine code that cannot be kept, as numba finds in the first step."""
    why = error.strerror or error
    return StorageError(f"no machine code can be kept in {cache_folder()} ({why}): free some space, or set GRIDBENCH_CACHE")
