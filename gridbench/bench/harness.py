"""What a run was made with: versions, machine, revision."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path

import gridbench
from gridbench.bench.record import Harness


def harness(isolation: str = "none") -> Harness:
    """Return what this process runs with, and how the policy was isolated."""
    return Harness(
        gridbench=gridbench.__version__,
        commit=_commit(),
        python=".".join(platform.python_version_tuple()[:2]),
        constraints=constraints(),
        cpu=_cpu(),
        threads=_threads(),
        isolation=isolation,
    )


def constraints() -> str:
    """Return the digest over name and version of the installed libraries that gridbench asks for."""
    required = [one for one in importlib.metadata.requires("gridbench") or [] if "extra ==" not in one]
    names = sorted({re.split(r"[^\w.-]", one)[0] for one in required})
    lines = "".join(f"{name}=={importlib.metadata.version(name)}\n" for name in names)
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def _commit() -> str | None:
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        found = subprocess.run(  # noqa: S603
            ["git", "-C", str(root), "rev-parse", "HEAD"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _threads() -> int:
    stated = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(stated)) if stated.isdecimal() else os.cpu_count() or 1
