"""Limits: what one episode of a foreign policy may use."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from gridbench.errors import InvalidInput

_MIB = 2**20
_LEAST = {"memory_bytes": 128 * _MIB, "processes": 1, "file_bytes": 4096, "output_bytes": 0, "processor_s": 1}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one episode may use; a child lives for one episode. Raises InvalidInput with all faults.

    `decision_s` and `start_s` are wall-clock seconds of one answer, and of starting, loading and `reset` together;
    `processor_s` are seconds of all processors over the episode; `processes` counts threads too.
    """

    memory_bytes: int = 2048 * _MIB
    processor_s: int = 600
    decision_s: float = 10.0
    start_s: float = 60.0
    processes: int = 64
    file_bytes: int = 64 * _MIB
    output_bytes: int = _MIB

    def __post_init__(self) -> None:
        """Refuse limits under which nothing can run."""
        faults = []
        for field in fields(self):
            value = getattr(self, field.name)
            whole = field.name in _LEAST
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                faults.append(f"{field.name}: {value!r} is no {'whole number' if whole else 'number'}")
            elif not math.isfinite(value) or (value < _LEAST[field.name] if whole else value <= 0):
                faults.append(f"{field.name}: {value} is too small, give {_LEAST.get(field.name, 'more than 0')} or more")
        if faults:
            raise InvalidInput("limits", faults)
