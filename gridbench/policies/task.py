"""The task: what a foreign policy is told about a scenario before it acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridbench.envs.codec import ActionCodec, unit_of
from gridbench.envs.observation import Observer
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from gridbench.envs.field import Reading
    from gridbench.physics.terms import Span
    from gridbench.scenario.scenario import Scenario


def task(scenario: Scenario) -> dict[str, Any]:
    """Return scenario id, steps, `step_h`, and per agent its observation fields and action entries in order, fit for JSON.

    A field's value in its unit is `offset + scale * observed`, clipped to five scales; an action of -1 stands for `low`,
    1 for `high` (in `unit`), and `integer` entries take whole numbers between. Nothing of the series is in it.
    """
    plan = layout(scenario)
    codec, observer = ActionCodec(plan), Observer(scenario, plan)
    spans = dict(zip(plan.asks, plan.ask_spans, strict=True))
    agents = {
        agent: {
            "observation": [_field(one) for one in observer.fields(agent)],
            "action": [_entry(name, spans[name]) for name in codec.names[agent]],
        }
        for agent in codec.agents
    }
    return {"scenario": scenario.id, "steps": int(scenario.steps), "step_h": float(scenario.step_h), "agents": agents}


def _field(field: Reading) -> dict[str, Any]:
    return {
        "name": field.name, "unit": field.unit or "1", "offset": float(field.offset), "scale": float(field.scale),
        "meaning": field.meaning,
    }  # fmt: skip


def _entry(name: str, span: Span) -> dict[str, Any]:
    unit = unit_of(name) or "1"
    return {"name": name, "unit": unit, "low": float(span.lo), "high": float(span.hi), "integer": bool(span.integer)}
