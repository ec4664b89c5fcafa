"""HERON: hierarchical multi-agent control under realistic observability, with two clocks."""

from gridbench.heron.action_spec import ActionSpec, Choice, Span
from gridbench.heron.agents import Agent, CoordinatorAgent, FieldAgent, ProxyAgent, SystemAgent
from gridbench.heron.builder import HierarchyBuilder
from gridbench.heron.declaration import Declaration
from gridbench.heron.event_env import EventEnv
from gridbench.heron.feature import Feature, Field
from gridbench.heron.hierarchy import Hierarchy
from gridbench.heron.observation import Observation
from gridbench.heron.policy import FunctionPolicy, Policy, RandomPolicy, RestPolicy
from gridbench.heron.registry import REGISTRY, make, register
from gridbench.heron.scheduling import Change, Jitter, Monitor, Poisson, Schedule, Scheduled, Timing
from gridbench.heron.state import State
from gridbench.heron.step_env import StepEnv
from gridbench.heron.termination import AllAgents, AnyAgent, FirstOf, Steps, Time

__all__ = [
    "REGISTRY",
    "ActionSpec",
    "Agent",
    "AllAgents",
    "AnyAgent",
    "Change",
    "Choice",
    "CoordinatorAgent",
    "Declaration",
    "EventEnv",
    "Feature",
    "Field",
    "FieldAgent",
    "FirstOf",
    "FunctionPolicy",
    "Hierarchy",
    "HierarchyBuilder",
    "Jitter",
    "Monitor",
    "Observation",
    "Poisson",
    "Policy",
    "ProxyAgent",
    "RandomPolicy",
    "RestPolicy",
    "Schedule",
    "Scheduled",
    "Span",
    "State",
    "StepEnv",
    "Steps",
    "SystemAgent",
    "Time",
    "Timing",
    "make",
    "register",
]
