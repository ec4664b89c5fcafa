"""Spreading work over processes, or over the machines of a Ray cluster: results come as they are done."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, TypeVar

from gridbench.errors import InvalidInput, SolverError

ANSWER_S = 10.0
"""How long a cluster has to answer."""
WATCH_S = 0.5
"""How often a process looks whether the one that began it is still there."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Item = TypeVar("Item")
    Result = TypeVar("Result")


def over_processes(task: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """Yield the results of a task, in this process where `jobs` is 1.

    An interruption does not wait for what is in work. Raises what the task raises; SolverError where a process is killed.
    """
    if jobs == 1:
        yield from map(task, items)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(os.getpid(),)) as pool:
        try:
            for done in as_completed([pool.submit(task, item) for item in items]):
                yield done.result()
        except BrokenProcessPool as error:
            fault = "a process that did a part of the work was killed, perhaps for its memory: use fewer --jobs, and --resume"
            raise SolverError(fault) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def _begin(parent: int) -> None:
    """Leave interruptions to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(1)


def over_cluster(task: Callable[[Item], Result], items: Sequence[Item], address: str) -> Iterator[Result]:
    """Yield the results of a task run by the Ray cluster at an address, host:port.

    `auto` is the cluster that this machine is part of, `local` begins one here. A task lost with its machine is run again on
    another. Raises InvalidInput where Ray is not installed or nothing answers at the address, and what the task raises.
    """
    try:
        import ray  # noqa: PLC0415 heavy, and an extra
    except ModuleNotFoundError as error:
        raise InvalidInput("--ray", ["needs Ray: pip install 'gridbench[rl]'"]) from error
    try:
        _knock(address)
        ray.init(address=address, log_to_driver=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidInput("--ray", [f"no cluster at {address!r}: {error}; mend: start one by `ray start --head`"]) from error
    with contextlib.redirect_stdout(sys.stderr):  # where Ray tells of machines that are lost
        try:
            remote = ray.remote(num_cpus=1)(task)
            waiting = [remote.remote(item) for item in items]
            while waiting:
                done, waiting = ray.wait(waiting, num_returns=1)
                yield ray.get(done[0])
        finally:
            ray.shutdown()


def _knock(address: str) -> None:
    """Raise OSError or ValueError where nothing answers at host:port; Ray would try for minutes."""
    if address in {"auto", "local"}:
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    socket.create_connection((host, int(port)), timeout=ANSWER_S).close()
