"""Grids of SimBench as feeders: the one place that imports simbench, and only when called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.errors import NetworkError
from gridbench.networks.pandapower import from_pandapower

if TYPE_CHECKING:
    from gridbench.networks.feeder import Feeder


def simbench_feeder(code: str, *, generation: bool = False) -> Feeder:
    """The feeder that a grid of SimBench is, by its code (1-LV-rural1--0-sw), where it is a tree; loads at their nominal power.

    With `generation`, its plants at rated power are negative loads among them. The data are under ODbL 1.0 (SimBench, see
    docs/data.md). Raises NetworkError for an unknown code, a grid with loops or unsupported elements, and without the extra.
    """
    try:
        import simbench  # noqa: PLC0415 heavy, and an extra
    except ModuleNotFoundError as error:
        fault = "needs the package simbench: pip install 'gridbench[simbench]'"
        raise NetworkError(f"SimBench grid {code!r}", [fault]) from error
    known = set(simbench.collect_all_simbench_codes())
    if code not in known:
        example = "1-LV-rural1--0-sw"
        raise NetworkError(f"SimBench grid {code!r}", [f"there is no such code among {len(known)}; write one like {example}"])
    net = simbench.get_simbench_net(code)
    if not generation:
        net.sgen.in_service = False
    net.name = net.name or code
    return from_pandapower(net)
