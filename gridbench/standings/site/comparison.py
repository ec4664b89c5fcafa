"""Charts that compare policies: scores with their intervals, performance profiles, gaps by day, who beats whom."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.statistics import Estimate, improvement_estimate, profile
from gridbench.bench.summary import table
from gridbench.html import Axis, Bar, Curve, Rule, dots, printable, profiles, scatter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.standings.entries import Entry
    from gridbench.standings.overall import Overall
    from gridbench.standings.sections import Section

MOST = 8
"""How many policies a chart shows, the first in order."""
FEW = 6
"""Of how many, the first in order, every pair is compared."""
TAUS = np.round(np.linspace(-0.5, 1.0, 61), 4)
FLOOR_PERCENT = 0.001
SCORE, SHARE = Axis("score S at least"), Axis("share of episodes")


def names(entries: Sequence[Entry]) -> list[str]:
    """Return a name for each entry, its own among them: with its version or its folder where the name alone is not."""
    plain = [printable(entry.record.policy.name) for entry in entries]
    longer = [f"{name} {printable(entry.record.policy.version)}" for name, entry in zip(plain, entries, strict=True)]
    found = []
    for name, long, entry in zip(plain, longer, entries, strict=True):
        unique = name if plain.count(name) == 1 else long
        found.append(unique if longer.count(long) == 1 or unique == name else f"{unique} ({printable(entry.folder)})")
    return found


def comparison(sections: Sequence[Section]) -> str:
    """Return the charts of the entries of the same days as HTML: all classes of information, ranked within each."""
    entries = sorted((entry for section in sections for entry in section.entries), key=lambda entry: entry.order)
    shown, called = entries[:MOST], names(entries)[:MOST]
    charts = [_scores(shown, called), _profiles(shown, called), _gaps(shown, called), _duels(sections)]
    left = f'<p class="faint">Charts show the first {MOST} of {len(entries)} entries.</p>' if len(entries) > MOST else ""
    return f'{left}<div class="charts">{"".join(charts)}</div>'


def _scores(entries: Sequence[Entry], called: Sequence[str]) -> str:
    bars = [
        Bar(name, entry.scores.score_iqm, *entry.scores.score_ci95, colour=i)
        for i, (name, entry) in enumerate(zip(called, entries, strict=True))
    ]
    told = "Interquartile mean of the score with its 95 % bootstrap interval; 1 is the certified bound, 0 the anchor."
    return dots("Score, with its 95 % interval", bars, across=Axis("score (interquartile mean)"), description=told)


def _profiles(entries: Sequence[Entry], called: Sequence[str]) -> str:
    curves = [_profile(name, [entry.score_table]) for name, entry in zip(called, entries, strict=True)]
    told = "For each score, the share of episodes that reach it; the higher a curve, the better. Bands are pointwise 95 %."
    return profiles("Performance profiles", TAUS.tolist(), curves, across=SCORE, up=SHARE, description=told)


def _profile(name: str, tables: Sequence[np.ndarray]) -> Curve:
    found = profile(tables, TAUS)
    return Curve(name, found.share.tolist(), found.low.tolist(), found.high.tolist())


def _gaps(entries: Sequence[Entry], called: Sequence[str]) -> str:
    first, curves = entries[0], []
    bound, witness = (table(first.rows, name)[0] for name in ("bound_usd", "witness_usd"))
    for name, entry in zip(called, entries, strict=True):
        curves.append(Curve(name, _percent(table(entry.rows, "cost_usd").mean(axis=0), bound, witness)))
    ranges = Curve("bound to witness", [], [FLOOR_PERCENT] * len(bound), _percent(witness, bound, witness))
    return scatter(
        "Gap to the bound, by day",
        [float(day) for day in first.days],
        curves,
        across=Axis("day of the split", whole=True),
        up=Axis("(cost - bound) / |witness| (%)", FLOOR_PERCENT, log=True),
        ranges=ranges,
        description=f"Mean over seeds; what is below {FLOOR_PERCENT} % is drawn there. The bar spans bound to witness.",
    )


def _percent(cost: np.ndarray, bound: np.ndarray, witness: np.ndarray) -> list[float]:
    gaps = 100.0 * (cost - bound) / np.maximum(np.abs(witness), 1e-9)
    return [float(gap) for gap in np.maximum(gaps, FLOOR_PERCENT)]


def _duels(sections: Sequence[Section]) -> str:
    """Return who beats whom within each class of information, the first of each class in order."""
    found = []
    for section in sections:
        called = zip(section.entries[:FEW], names(section.entries), strict=False)
        pairs = combinations(called, 2)
        found += [(a, b, improvement_estimate([(x.score_table, y.score_table)])) for (x, a), (y, b) in pairs]
    return _improvement("Probability of improvement, within what policies know", found)


def across_charts(one: Overall) -> str:
    """Return the charts of a class of information across scenarios as HTML, nothing where one policy stands alone."""
    shown = [standing for standing in one.standings if len(standing.entries) == len(one.scenarios)][:MOST]
    if len(one.standings) < 2:
        return ""
    curves = [_profile(printable(s.name), [s.entries[name].score_table for name in one.scenarios]) for s in shown]
    told = "Scenarios weigh the same; policies that ran all of them. Bands are pointwise 95 %."
    several = len(curves) > 1
    chart = profiles("Performance profiles", TAUS.tolist(), curves, across=SCORE, up=SHARE, description=told) if several else ""
    duels = [(x.name, f"{y.name} ({count})", found) for x, y, count, found in one.duels(FEW)]
    return f'<div class="charts">{chart}{_improvement("Probability of improvement (scenarios that both ran)", duels)}</div>'


def _improvement(title: str, found: Sequence[tuple[str, str, Estimate]]) -> str:
    if not found:
        return ""
    bars = [Bar(f"{x} > {y}", one.value, one.low, one.high, colour=0) for x, y, one in found]
    told = "How often the first scores higher than the second on the same day, ties counting half; 0.5 is even."
    return dots(title, bars, across=Axis("P(first scores higher)", 0.0, 1.0), rules=[Rule("even", 0.5)], description=told)
