"""Analysis: latencies, stale observations and missed deadlines of a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    counted = timeline.counts()
    agents = sorted({agent for what, agent, _ in counted if what in ("sample", "sent")})
    return {agent: _times(timeline, counted, agent) for agent in agents}


def table(timeline: Timeline) -> str:
    """Return the analysis as lines of text."""
    rows = [
        f"{t.agent:<12} {t.samples:>7} {t.decisions:>9} {t.actions:>7} {t.latency_mean_s:>7.3f} {t.latency_p95_s:>7.3f} "
        f"{t.latency_max_s:>7.3f} {t.stale:>5} {t.missed:>6} {t.sent:>5} {t.lost:>5} {t.late:>5} {t.overtaken:>9} {t.refused:>7}"
        for t in analyse(timeline).values()
    ]
    return "\n".join([HEADER, *rows])


def _times(timeline: Timeline, counted: Mapping[tuple[str, str, bool], int], agent: str) -> AgentTimes:
    def count(what: str) -> int:
        return counted[what, agent, False] + late(what)

    def late(what: str) -> int:
        return counted[what, agent, True]

    acted = timeline.ages_ns("action", agent)
    seconds = acted / 1e9 if acted.size else np.zeros(1)
    return AgentTimes(
        agent=agent,
        samples=count("sample"),
        decisions=count("decision"),
        actions=count("action"),
        latency_mean_s=float(seconds.mean()),
        latency_p95_s=float(np.percentile(seconds, 95)),
        latency_max_s=float(seconds.max()),
        stale=late("decision"),
        missed=late("action"),
        sent=count("sent"),
        lost=count("lost"),
        late=late("message"),
        overtaken=count("overtaken"),
        refused=count("refused"),
    )
