"""Timing: an agent's tick and delays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gridbench.heron.scheduling.clock import time_faults
from gridbench.heron.scheduling.jitter import Jitter


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: it samples every tick_s (None: every step) from offset_s on; delays of what it sees, does and sends.

    `jitter` scatters delays and ticks; where ticks scatter otherwise, `tick_jitter` says how.
    `loss` is the share of its messages that is lost. A message or action later than deadline_s after its sample, and a
    decision on an observation older than stale_s, is counted (None: the tick).
    """

    tick_s: float | None = None
    observation_s: float = 0.0
    action_s: float = 0.0
    message_s: float = 0.0
    offset_s: float = 0.0
    jitter: Jitter = field(default_factory=Jitter)
    tick_jitter: Jitter | None = None
    loss: float = 0.0
    deadline_s: float | None = None
    stale_s: float | None = None

    def faults(self, where: str) -> list[str]:
        """Return what is wrong, naming the field: negative or endless times, a loss that is no share."""
        faults = [] if self.tick_s is None else time_faults(self.tick_s, f"{where}.tick_s", least_ns=1)
        for name in ("observation_s", "action_s", "message_s", "offset_s"):
            faults += time_faults(getattr(self, name), f"{where}.{name}")
        for name in ("deadline_s", "stale_s"):
            faults += [] if getattr(self, name) is None else time_faults(getattr(self, name), f"{where}.{name}")
        good = math.isfinite(self.loss) and 0 <= self.loss <= 1
        return faults + ([] if good else [f"{where}.loss: {self.loss} is not a share from 0 to 1"])
