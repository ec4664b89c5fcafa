"""Agents of all levels."""

from gridbench.heron.agents.agent import Agent
from gridbench.heron.agents.coordinator_agent import CoordinatorAgent
from gridbench.heron.agents.field_agent import FieldAgent
from gridbench.heron.agents.proxy_agent import ProxyAgent
from gridbench.heron.agents.system_agent import SystemAgent

__all__ = ["Agent", "CoordinatorAgent", "FieldAgent", "ProxyAgent", "SystemAgent"]
