"""Policies, and the table of those that come with gridbench."""

from gridbench.policies.policy import Policy
from gridbench.policies.table import POLICIES, make_policy

__all__ = ["POLICIES", "Policy", "make_policy"]
