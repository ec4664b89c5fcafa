"""The oracle: a certified interval for the least cost of a day, and a schedule that reaches its upper end."""

from gridbench.oracle.dispatch import Dispatch
from gridbench.oracle.session import solve

__all__ = ["Dispatch", "solve"]
