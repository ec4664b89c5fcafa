"""One program in processes with other hash seeds: what depends on the order of sets or dictionaries shows."""

from __future__ import annotations

import os
import subprocess
import sys


def printed_with_hash_seeds(program: str) -> set[str]:
    """Return the texts that a Python program prints in two processes with different hash seeds."""
    return {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", program],
            check=True, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "12345")
    }  # fmt: skip
