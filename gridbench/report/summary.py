"""The head of the page: what was run, how good and how safe it was, and whether the replay agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import escaped, isolated, link
from gridbench.report.words import share, usd, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.report.case import Case
    from gridbench.report.findings import Findings

AGREEMENT = 1e-6
"""How far a replayed cost may lie from the record's, relative to it: as `gridbench verify` has it."""


def summary(case: Case, found: Findings) -> str:
    """Return the head as HTML."""
    scores, judged = case.record.scores, case.record.protocol.plant
    low, high = scores.score_ci95
    bound = "certified bound" if case.record.bound.bound_is == "certified" else "bound (indicative on three phases)"
    verdict = "admissible" if case.admissible else "not admissible"
    lead = (
        f"<p>Score <strong>{scores.score_iqm:.4f}</strong> (95 % interval {low:.4f} to {high:.4f}); 1 is the {bound}, "
        f"0 the anchor {escaped(case.scenario.anchor)}. {usd(scores.cost_usd_mean)} usd a day, "
        f"{share(scores.gap_to_bound_mean)} above the bound, {share(scores.gap_to_witness_mean)} above the oracle's schedule. "
        f"{share(scores.violating_steps_share)} of the steps violate a limit: {_marked(verdict, bad=not case.admissible)}.</p>"
    )
    if found.deviation > AGREEMENT:
        told = f"The replay's cost is {share(found.deviation)} off what episodes.csv states: ask gridbench verify."
        lead += f"<p>{_marked(told, bad=True)}</p>"
    if judged == "three_phase":
        lead += "<p>Judged on the unbalanced network, phase by phase; a cost may lie below the bound of the balanced one.</p>"
    return f"{lead}{_terms(_facts(case))}<h3>Safety</h3>{_terms(_safety(case))}"


def _marked(text: str, *, bad: bool) -> str:
    return f'<strong class="mark">{escaped(text)}</strong>' if bad else f"<strong>{escaped(text)}</strong>"


def _terms(pairs: Iterable[tuple[str, str]]) -> str:
    return '<dl class="terms">' + "".join(f"<dt>{escaped(name)}</dt><dd>{html}</dd>" for name, html in pairs) + "</dl>"


def _facts(case: Case) -> list[tuple[str, str]]:
    record = case.record
    policy, protocol, harness = record.policy, record.protocol, record.harness
    facts = [
        ("policy", f"{isolated(policy.name)}, version {isolated(policy.version)}"),
        ("kind", f"{policy.kind}, information {policy.information}"),
        ("policy's digest", escaped(policy.digest)),
    ]
    if policy.authors:
        facts.append(("authors", ", ".join(map(isolated, policy.authors))))
    if policy.url:
        facts.append(("address", link(policy.url, policy.url)))
    if policy.parameters:
        facts.append(("trained parameters", f"{policy.parameters:,}"))
    if policy.training is not None:
        spent = f"{policy.training.environment_steps:,} steps of the environment, {policy.training.seconds:,.0f} s"
        facts.append(("training", f"{spent} on {isolated(policy.training.device)}"))
    split = f"{escaped(record.scenario.split)}, {protocol.days} days, seeds {', '.join(map(str, protocol.seeds))}"
    return [
        *facts,
        ("scenario", f"{isolated(case.scenario.title)} ({escaped(case.scenario.id)})"),
        ("scenario's digest", escaped(record.scenario.digest)),
        ("episodes", split),
        ("isolation", escaped(harness.isolation)),
        ("made with", f"gridbench {escaped(harness.gridbench)}, Python {escaped(harness.python)}, {escaped(harness.cpu)}"),
        ("a decision takes", f"{1000.0 * record.scores.seconds_per_decision:.3g} ms"),
    ]


def _safety(case: Case) -> list[tuple[str, str]]:
    scores, most = case.record.scores, case.scenario.violating_share_max
    upper = f"{share(scores.violating_steps_share)}, upper 95 % limit {share(scores.violating_steps_share_upper)}"
    worst = f"in the worst 5 % of the episodes {share(scores.violating_steps_share_worst5)}"
    found = [
        ("steps with a violation", f"{upper}; admitted {share(most)}; {worst}"),
        ("days without any", share(scores.safe_days_share)),
        ("worst voltage", f"{scores.worst_voltage_pu:.4f} pu"),
        ("worst loading", share(scores.worst_loading_pu)),
        ("energy not served", f"{scores.unserved_mwh_mean:.4g} MWh a day"),
        ("steps in the dark", str(scores.blackout_steps)),
        ("episodes lost", str(scores.lost_episodes)),
        ("renewable energy used", share(scores.renewable_used_share_mean)),
        ("actions clipped", f"{scores.clipped_actions_mean:.3g} a day"),
    ]
    passed = {name: one for name, one in scores.violations.items() if one.share > 0.0}
    return found + [
        (words(kind), f"{share(one.share)} of the steps, {one.pu_h:.3g} pu h a day, worst {one.worst_pu:.3g} pu")
        for kind, one in passed.items()
    ]
