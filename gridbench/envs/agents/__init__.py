"""The grid's agents: at devices, over microgrids, and at the top."""

from gridbench.envs.agents.device_agent import AGENTS, DeviceAgent, device_agent
from gridbench.envs.agents.operator_agent import OperatorAgent
from gridbench.envs.agents.power_grid_agent import PowerGridAgent

__all__ = ["AGENTS", "DeviceAgent", "OperatorAgent", "PowerGridAgent", "device_agent"]
