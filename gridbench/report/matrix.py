"""Every episode as a cell: days down, seeds across."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

from gridbench.html import Cell, Column, Row, escaped, table
from gridbench.report.words import money_cell, share

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gridbench.report.case import Case

LEVELS = (0.0, 0.5, 0.9, 0.99)
"""Scores at which the colour of a cell changes."""
STYLE = """
.h { display: inline-block; min-width: 4.5rem; padding: 0 .4rem; border-radius: 3px; text-align: right; }
.h0 { background: color-mix(in srgb, var(--k1) 45%, transparent); }
.h1 { background: color-mix(in srgb, var(--k1) 20%, transparent); }
.h2 { background: color-mix(in srgb, var(--k4) 20%, transparent); }
.h3 { background: color-mix(in srgb, var(--k2) 18%, transparent); }
.h4 { background: color-mix(in srgb, var(--k2) 40%, transparent); }
p.scale .h { min-width: 0; text-align: left; }
"""
UNSAFE, LOST = "!", "\u2020"
SIGNS = f"The colour tells the score. {UNSAFE} some step violates a limit, {LOST} lost: the policy gave no action at some step."


def matrix(case: Case, drawn: Collection[int]) -> str:
    """Return the scores by day and seed as HTML; days that are drawn link to their pictures."""
    columns = [
        Column("day", f"The day of the split {case.split}."),
        *(Column(f"seed {seed}", "The score of the episode.") for seed in case.seeds),
        Column("cost usd", "What the day cost, the mean over seeds."),
        Column("lost usd", "The same less what the oracle's schedule costs."),
        Column("bound usd", "The certified least cost of the day."),
        Column("violating", "Share of the steps that violate a limit, the mean over seeds."),
        Column("clipped", "Asks that were not followed, the mean over seeds."),
    ]
    rows = [_row(case, day, linked=day in drawn) for day in case.days]
    return f"{_scale()}{table(columns, [('', rows)], caption='Scores by day and seed')}"


def _row(case: Case, day: int, *, linked: bool) -> Row:
    rows = [case.rows[seed, day] for seed in case.seeds]
    mean = {name: fmean(row[name] for row in rows) for name in ("cost_usd", "violating_steps_share", "clipped_actions")}
    label = f'<a href="#day-{day}">{day}</a>' if linked else str(day)
    return Row([
        Cell(str(day), day, label),
        *(_score(row["score"], unsafe=row["violating_steps_share"] > 0.0, lost=row["lost_steps"] > 0.0) for row in rows),
        money_cell(mean["cost_usd"]),
        money_cell(fmean(case.lost_usd(seed, day) for seed in case.seeds)),
        money_cell(rows[0]["bound_usd"]),
        Cell(share(mean["violating_steps_share"]), mean["violating_steps_share"]),
        Cell(f"{mean['clipped_actions']:.3g}", mean["clipped_actions"]),
    ])  # fmt: skip


def _score(score: float, *, unsafe: bool, lost: bool) -> Cell:
    text = f"{score:.4f}{UNSAFE if unsafe else ''}{LOST if lost else ''}"
    return Cell(text, score, f'<span class="h h{_level(score)}">{escaped(text)}</span>')


def _level(score: float) -> int:
    return sum(score >= edge for edge in LEVELS)


def _scale() -> str:
    middle: Sequence[str] = [f"{low:g} to {high:g}" for low, high in pairwise(LEVELS)]
    names = [f"below {LEVELS[0]:g}", *middle, f"{LEVELS[-1]:g} and more"]
    shown = " ".join(f'<span class="h h{i}">{escaped(name)}</span>' for i, name in enumerate(names))
    return f'<p class="scale">{shown}</p><p>{escaped(SIGNS)}</p>'
