"""Skeletons: a scenario folder that can be played at once, written for a network, to be edited."""

from gridbench.scenario.skeleton.folder import NewScenario, new_scenario

__all__ = ["NewScenario", "new_scenario"]
