"""What must stand before ray is imported, so that a seed gives the same weights again and Ray's processes find the trainers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

BASELINES = Path(__file__).resolve().parent.parent
FIXED = {
    "OMP_NUM_THREADS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",  # Ray's workers would starve beside other programs
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}


def settle(folder: Path, *, script: bool) -> None:
    """Set what Ray and its processes read from the environment; a script begins again with a fixed hash seed.

    RLlib iterates over sets of agents, in an order that depends on the hash seed.
    """
    for name, value in FIXED.items():
        os.environ.setdefault(name, value)
    found = [str(folder), str(BASELINES), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(os.pathsep.join(found).split(os.pathsep)))
    if script and os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
