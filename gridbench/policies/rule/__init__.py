"""The rule-based policy: what a utility would do with clocks, droops, merit order and line-drop compensation."""

from gridbench.policies.rule.policy import Rule

__all__ = ["Rule"]
