"""Running the policy of a record on days that were drawn after it was submitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench import intervals
from gridbench.bench import score as scoring
from gridbench.bench.files import read_text
from gridbench.bench.pieces import finished
from gridbench.bench.plan import side_by_side
from gridbench.bench.progress import progress
from gridbench.bench.rows import parse_rows
from gridbench.bench.scoring import anchor_costs, scored_rows
from gridbench.bench.summary import summarise, table
from gridbench.bench.world import World
from gridbench.scenario.fresh import fresh_scenario
from gridbench.standings.marks import Fresh as FreshMark
from gridbench.submission.beside import recorded_policy
from gridbench.submission.plausible import LEVEL, chance_of_worse
from gridbench.submission.rerun import spread_days

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gridbench.bench.record import Record
    from gridbench.bench.rows import Row
    from gridbench.scenario.scenario import Scenario


@dataclass(frozen=True)
class Fresh:
    """How a policy did on fresh days, and how likely recorded days alike them would be that much better by chance."""

    mark: FreshMark
    recorded_score: float
    recorded_violating: float
    chance_score: float
    chance_violating: float

    @property
    def faults(self) -> list[str]:
        """What is worse on fresh days than chance makes plausible."""
        mark, found = self.mark, []
        if self.chance_score < LEVEL:
            told = f"score {mark.score_iqm:.4f} where {self.recorded_score:.4f} is recorded"
            found.append(f"fresh: {told}: so much worse by chance {self.chance_score:.2%} of times, below {LEVEL:.0%}")
        if self.chance_violating < LEVEL:
            told = f"{mark.violating_steps_share:.2%} violating steps where {self.recorded_violating:.2%} are recorded"
            found.append(f"fresh: {told}: so much worse by chance {self.chance_violating:.2%} of times, below {LEVEL:.0%}")
        return found

    @property
    def note(self) -> str:
        """Both beside each other, in words."""
        mark = self.mark
        return (
            f"fresh days of seed {mark.seed}: score {mark.score_iqm:.4f} over {mark.days} (recorded {self.recorded_score:.4f}, "
            f"chance {self.chance_score:.2g}), violating steps {mark.violating_steps_share:.2%} (recorded "
            f"{self.recorded_violating:.2%}, chance {self.chance_violating:.2g})"
        )


def fresh(record: Record, folder: Path, scenario: Scenario, seed: int, *, days: int | None = None, quiet: bool = True) -> Fresh:
    """Run the policy of a record on the days of its split in a year drawn from `seed`, at most `days` of them, spread evenly.

    Raises InvalidInput where the policy cannot be made or the year cannot be drawn, SolverError where no interval is found.
    """
    split = record.scenario.split
    drawn = fresh_scenario(scenario, split, seed)
    world, policy = World(drawn, record.protocol.plant), recorded_policy(record, folder, drawn)
    chosen = spread_days(drawn.split(split).days[: record.protocol.days], days)
    found = {day: intervals.interval(drawn, split, day) for day in progress(chosen, "fresh bounds", quiet=quiet)}
    pieces = side_by_side(policy, [(seed, day) for seed in record.protocol.seeds for day in chosen])
    played = [finished(world, policy, split, *piece) for piece in progress(pieces, "fresh days", quiet=quiet)]
    done = [episode for piece in played for episode in piece]
    rows = scored_rows(done, found, anchor_costs(world, split, chosen), record.protocol.plant)
    scores, before = summarise(rows), parse_rows(read_text(folder / record.episodes), record.episodes)
    mark = FreshMark(seed=seed, days=len(chosen), score_iqm=scores.score_iqm, violating_steps_share=scores.violating_steps_share)
    return Fresh(
        mark,
        record.scores.score_iqm,
        record.scores.violating_steps_share,
        chance_of_worse(_by_day(before, "score"), _by_day(rows, "score"), scoring.interquartile_mean),
        chance_of_worse(-_by_day(before, "violating_steps_share"), -_by_day(rows, "violating_steps_share"), scoring.mean),
    )


def _by_day(rows: list[dict[str, float]] | list[Row], column: str) -> NDArray[np.float64]:
    """Return the mean over the seeds of a column, by day."""
    return np.asarray(table(rows, column).mean(axis=0))
