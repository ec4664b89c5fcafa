"""The worker: locks itself down, loads a policy, and answers each request once. Nothing that it says is trusted."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import frames, lockdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Act = Callable[[dict[str, NDArray[Any]]], object]


class NoActions(Exception):  # noqa: N818
    """What a policy returned is no set of actions; the text says why."""


class _Over(BaseException):
    """No request comes any more; a policy's own EOFError is another thing."""


def main() -> None:
    """Serve the pipes whose numbers are the arguments: requests in, answers out."""
    requests, answers = int(sys.argv[2]), int(sys.argv[3])
    for descriptor in (requests, answers):
        os.set_inheritable(descriptor, False)  # noqa: FBT003
    number, said = _next(requests)
    plan = json.loads(said)
    done = lockdown.lock(plan)
    sys.path[-1:] = plan["packages"]
    importlib.import_module(".arrays", __package__)  # NumPy: what a child cannot do without is missed before the policy has a say
    frames.write(answers, frames.packed(frames.LOCKED, number, json.dumps(done).encode()))
    number, said = _next(requests)
    try:
        act, sizes = _begin(json.loads(said), plan)
        frames.write(answers, frames.packed(frames.DONE, number))
        while True:
            number, said = _next(requests)
            frames.write(answers, frames.packed(frames.ACTIONS, number, _answer(act, said, sizes)))
    except _Over:
        return
    except BaseException as error:  # noqa: BLE001 - whatever the policy raises is told, its exits too
        text = _told(error, plan["policy"])[: frames.TEXT_BYTES]
        frames.write(answers, frames.packed(frames.FAILED, number, text.encode("utf-8", "replace")[: frames.TEXT_BYTES]))


def _next(requests: int) -> tuple[int, bytes]:
    try:
        _, number, length = frames.head(frames.read(requests, frames.HEAD.size))
        return number, frames.read(requests, length)
    except EOFError:
        raise _Over from None


def _begin(said: dict[str, Any], plan: dict[str, Any]) -> tuple[Act, dict[str, int]]:
    """Return what acts, seeded for a day, and how many numbers it owes for each agent."""
    sys.modules["gridbench"] = None  # type: ignore[assignment]  # whoever looks for it is told that it is not there
    sys.path.insert(len(sys.path) - len(plan["packages"]), plan["policy"])
    make = importlib.import_module(f".{said['format']}_policy", __package__).make
    sizes = {agent: len(part["action"]) for agent, part in said["task"]["agents"].items()}
    return make(plan["policy"], said["entry"], said["task"], said["seed"]), sizes


def _answer(act: Act, said: bytes, sizes: dict[str, int]) -> bytes:
    from . import arrays  # noqa: PLC0415 - NumPy is loaded behind the lock, with the packages on the path

    actions = act(arrays.unpack(said, "<f4"))
    if not isinstance(actions, Mapping):
        raise NoActions(f"act() returned {_kind(actions)}: return a dict of one array per agent")
    for name in actions:
        if name not in sizes:
            raise NoActions(f"returned actions for {str(name)[:80]!r}, which is no agent of the task")
    return arrays.pack({agent: _numbers(actions, agent, size) for agent, size in sizes.items()}, "<f8")


def _numbers(actions: Mapping[str, object], agent: str, size: int) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415

    if agent not in actions:
        raise NoActions(f"returned no action for agent {agent!r}")
    given = np.asarray(actions[agent])
    if given.dtype.kind not in "fiub":
        raise NoActions(f"returned no plain numbers for agent {agent!r}, but an array of {given.dtype}")
    if given.shape != (size,):
        raise NoActions(f"returned shape {given.shape} for agent {agent!r}, not ({size},)")
    return given.astype(np.float64)


def _told(error: BaseException, folder: str) -> str:
    """Return what went wrong in one line, with the place in the policy's own files."""
    if isinstance(error, NoActions):
        return str(error)
    try:
        text = f"raised {_kind(error)}: {error}"
    except BaseException:  # noqa: BLE001 - its own text may raise too
        text = f"raised {_kind(error)}"
    text = f"out of memory: {text}" if isinstance(error, MemoryError) else text
    places = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(folder)]
    return f"{text} ({os.path.basename(places[-1].filename)}, line {places[-1].lineno})" if places else text  # noqa: PTH119


def _kind(thing: object) -> str:
    return type(thing).__name__[:80]
