"""The columns of all tables, stated once: name, meaning, text and number. Markdown, LaTeX and the page explain them from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.html.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.standings.overall import Overall, Standing
    from gridbench.standings.sections import Line

NONE = "-"


@dataclass(frozen=True, slots=True)
class LineColumn:
    """A column over entries; `text` gives a cell, `value` the number that it sorts by (None: a column of words)."""

    name: str
    meaning: str
    text: Callable[[Line], str]
    value: Callable[[Line], float | None] | None = None


@dataclass(frozen=True, slots=True)
class StandingColumn:
    """A column over policies across scenarios, as `LineColumn`."""

    name: str
    meaning: str
    text: Callable[[Overall, Standing], str]
    value: Callable[[Overall, Standing], float | None] | None = None


def _number(name: str, meaning: str, form: str, value: Callable[[Line], float]) -> LineColumn:
    return LineColumn(name, meaning, lambda line: format(value(line), f"z{form}"), value)


def _interval(line: Line) -> str:
    low, high = line.entry.scores.score_ci95
    return f"{low:.4f} to {high:.4f}"


def _marks(line: Line) -> str:
    marks = line.entry.marks
    return ", ".join(marks.words()) or NONE if marks else NONE


def _training(line: Line) -> str:
    training = line.entry.record.policy.training
    if training is None:
        return NONE
    return f"{training.environment_steps:,} steps, {training.seconds:,.0f} s, {printable(training.device)}"


def _rank(line: Line) -> float | None:
    return None if line.rank is None else float(line.rank)


RANK = LineColumn(
    "rank",
    "place among the admissible entries of one scenario, days and class of information, by the score; '-': not admissible",
    lambda line: NONE if line.rank is None else str(line.rank),
    _rank,
)
POLICY = LineColumn("policy", "name of the policy", lambda line: printable(line.entry.record.policy.name))
COLUMNS = (
    RANK,
    POLICY,
    LineColumn("version", "version of the policy", lambda line: printable(line.entry.record.policy.version)),
    LineColumn(
        "kind",
        "rule: written by hand; learned: trained; mpc: optimises with forecasts; oracle: plays the certified schedule",
        lambda line: line.entry.record.policy.kind,
    ),
    _number(
        "score",
        "interquartile mean over all episodes of S = (anchor - cost) / (anchor - bound): 1 is the certified bound, 0 the anchor",
        ".4f",
        lambda line: line.entry.scores.score_iqm,
    ),
    LineColumn(
        "95 % interval",
        "of the score, by stratified bootstrap: 2 000 samples of days, and of seeds within a day",
        _interval,
        lambda line: line.entry.scores.score_ci95[0],
    ),
    _number("cost usd", "mean cost of a day, violations priced (usd)", ".2f", lambda line: line.entry.scores.cost_usd_mean),
    _number(
        "gap to bound %",
        "mean cost above the certified bound, over the mean bound (%)",
        ".3f",
        lambda line: 100 * line.entry.scores.gap_to_bound_mean,
    ),
    _number(
        "gap to witness %",
        "the same above the witness, a cost that was really reached (%)",
        ".3f",
        lambda line: 100 * line.entry.scores.gap_to_witness_mean,
    ),
    _number(
        "violating steps %",
        "steps with any limit of the network violated (%); admissible entries keep its upper 95 % limit within the tolerance",
        ".3f",
        lambda line: 100 * line.entry.scores.violating_steps_share,
    ),
    _number("safe days %", "days without any violation (%)", ".1f", lambda line: 100 * line.entry.scores.safe_days_share),
    _number(
        "worst 5 % violating", "violating steps, mean over the worst 5 % of the episodes (%)", ".3f",
        lambda line: 100 * line.entry.scores.violating_steps_share_worst5,
    ),
    _number(
        "worst 5 % usd", "cost, mean over the worst 5 % of the episodes (usd)", ".2f",
        lambda line: line.entry.scores.cost_usd_worst5,
    ),
    _number(
        "worst V pu", "voltage furthest outside its band, or nearest to its edge (pu)", ".4f",
        lambda line: line.entry.scores.worst_voltage_pu,
    ),
    _number(
        "worst loading %", "highest loading of a branch (% of its rating)", ".1f",
        lambda line: 100 * line.entry.scores.worst_loading_pu,
    ),
    _number("unserved MWh", "mean energy not served in a day (MWh)", ".4f", lambda line: line.entry.scores.unserved_mwh_mean),
    _number(
        "renewables used %", "energy used of what sun and wind offered (%)", ".2f",
        lambda line: 100 * line.entry.scores.renewable_used_share_mean,
    ),
    _number(
        "clipped asks", "asks of a day that the devices could not follow", ".2f",
        lambda line: line.entry.scores.clipped_actions_mean,
    ),
    _number(
        "lost episodes", "episodes in which the policy failed, and devices were left alone to the end of the day", ".0f",
        lambda line: float(line.entry.scores.lost_episodes),
    ),
    _number(
        "blackout steps", "steps without power, over all episodes", ".0f", lambda line: float(line.entry.scores.blackout_steps)
    ),
    _number(
        "ms a decision", "mean time of a decision of all agents together (ms); varies from machine to machine", ".3f",
        lambda line: 1000 * line.entry.scores.seconds_per_decision,
    ),
    _number(
        "days", "days that were run, from the first of the split", ".0f", lambda line: float(line.entry.record.protocol.days)
    ),
    _number(
        "seeds", "seeds of the policy's own random numbers, each over all days", ".0f",
        lambda line: float(len(line.entry.record.protocol.seeds)),
    ),
    _number("parameters", "trained numbers of the policy", ".0f", lambda line: float(line.entry.record.policy.parameters)),
    LineColumn(
        "training",
        "what training cost: steps of the environment, seconds, device; '-': not trained",
        _training,
        lambda line: float(line.entry.record.policy.training.environment_steps) if line.entry.record.policy.training else None,
    ),
    LineColumn(
        "marks",
        "what was checked: replayed (actions give the numbers), rerun (the policy gives the actions), fresh (days drawn later)",
        _marks,
    ),
)  # fmt: skip
"""The columns of entries, in order."""

SCENARIO = LineColumn("scenario", "scenario, split and days", lambda line: line.entry.record.scenario.id)
INFORMATION = LineColumn(
    "knows",
    "class of information: local sees its own microgrid, shared what others publish too, full the whole state, forecast the "
    "whole state and forecasts, foresight the day in advance; entries are compared within a class",
    lambda line: line.entry.record.policy.information,
)
"""Columns where entries of all scenarios stand in one table."""

ACROSS = (
    StandingColumn(
        "rank",
        "place by Borda points among the policies of a class that are admissible somewhere",
        lambda _, one: NONE if one.rank is None else str(one.rank),
        lambda _, one: one.rank,
    ),
    StandingColumn("policy", "name of the policy", lambda _, one: printable(one.name)),
    StandingColumn("version", "version of the policy", lambda _, one: printable(one.version)),
    StandingColumn("kind", "as in the tables of scenarios", lambda _, one: one.kind),
    StandingColumn(
        "Borda points",
        "policies beaten, summed over scenarios, of as many as could be beaten",
        lambda _, one: f"{one.points:g} of {one.most}",
        lambda _, one: one.points,
    ),
    StandingColumn(
        "mean S", "mean score over the scenarios it ran", lambda _, one: f"{one.mean_score:.4f}", lambda _, one: one.mean_score
    ),
    StandingColumn(
        "ran", "scenarios it ran, of those that count", lambda of, one: f"{len(one.entries)} of {len(of.scenarios)}",
        lambda _, one: float(len(one.entries)),
    ),
    StandingColumn(
        "admissible", "scenarios on which it is admissible", lambda of, one: f"{one.admissible} of {len(of.scenarios)}",
        lambda _, one: float(one.admissible),
    ),
)  # fmt: skip
"""The columns of policies across scenarios, in order."""

MEANING = "A score of 1 is the certified bound, 0 the scenario's anchor policy. Policies are compared within what they may know."
BELOW = "Below the line (not safe enough to be ranked)"
EXPLAINED = "How it is computed: docs/leaderboard.md of gridbench."
