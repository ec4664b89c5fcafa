"""Analysis: latencies, stale observations and missed deadlines of a timeline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridbench.heron.scheduling.timeline import Timeline


@dataclass(frozen=True, slots=True)
class AgentTimes:
    """One agent: counts, and the seconds from sample to action (mean, 95th percentile, greatest; 0 without actions)."""

    agent: str
    samples: int
    decisions: int
    actions: int
    latency_mean_s: float
    latency_p95_s: float
    latency_max_s: float
    stale: int
    missed: int
    sent: int
    lost: int
    late: int
    overtaken: int
    refused: int


HEADER = "agent        samples decisions actions  mean_s   p95_s   max_s stale missed  sent  lost  late overtaken refused"


def analyse(timeline: Timeline) -> dict[str, AgentTimes]:
    """Return the times of every agent that appears; messages count for their sender."""
    agents = sorted({entry.agent for entry in timeline.entries if entry.what in ("sample", "sent")})
    return {agent: _times(timeline, agent) for agent in agents}


def table(timeline: Timeline) -> str:
    """Return the analysis as lines of text."""
    rows = [
        f"{t.agent:<12} {t.samples:>7} {t.decisions:>9} {t.actions:>7} {t.latency_mean_s:>7.3f} {t.latency_p95_s:>7.3f} "
        f"{t.latency_max_s:>7.3f} {t.stale:>5} {t.missed:>6} {t.sent:>5} {t.lost:>5} {t.late:>5} {t.overtaken:>9} {t.refused:>7}"
        for t in analyse(timeline).values()
    ]
    return "\n".join([HEADER, *rows])


def _times(timeline: Timeline, agent: str) -> AgentTimes:
    entries = [entry for entry in timeline.entries if entry.agent == agent]
    acted = [entry for entry in entries if entry.what == "action"]
    seconds = np.array([entry.age_ns for entry in acted] or [0]) / 1e9
    count = Counter(entry.what for entry in entries)
    return AgentTimes(
        agent=agent,
        samples=count["sample"],
        decisions=count["decision"],
        actions=len(acted),
        latency_mean_s=float(seconds.mean()),
        latency_p95_s=float(np.percentile(seconds, 95)),
        latency_max_s=float(seconds.max()),
        stale=sum(e.late for e in entries if e.what == "decision"),
        missed=sum(e.late for e in acted),
        sent=count["sent"],
        lost=count["lost"],
        late=sum(e.late for e in entries if e.what == "message"),
        overtaken=count["overtaken"],
        refused=count["refused"],
    )
