"""Pictures of networks and scenarios: where things stand, and how they are drawn."""

from gridbench.diagram.picture import draw_network, draw_scenario

__all__ = ["draw_network", "draw_scenario"]
