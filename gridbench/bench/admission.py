"""Who is ranked: a record that is safe enough, all of whose episodes were played to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.bench.record import Scores


def admissible(scores: Scores, tolerance: float) -> bool:
    """Return whether the upper limit of the share of violating steps is within a scenario's tolerance, and no episode is lost."""
    return scores.violating_steps_share_upper <= tolerance and scores.lost_episodes == 0
