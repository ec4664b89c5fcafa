"""Scheduling: ticks, delays, disturbances, monitors, and what became of them."""

from gridbench.heron.scheduling.analysis import analyse, table
from gridbench.heron.scheduling.disturbance import Change, Poisson, Scheduled
from gridbench.heron.scheduling.event_queue import Event, EventQueue
from gridbench.heron.scheduling.jitter import Jitter
from gridbench.heron.scheduling.monitor import Monitor
from gridbench.heron.scheduling.schedule import Schedule
from gridbench.heron.scheduling.timeline import Entry, Timeline
from gridbench.heron.scheduling.timing import Timing

__all__ = [
    "Change",
    "Entry",
    "Event",
    "EventQueue",
    "Jitter",
    "Monitor",
    "Poisson",
    "Schedule",
    "Scheduled",
    "Timeline",
    "Timing",
    "analyse",
    "table",
]
