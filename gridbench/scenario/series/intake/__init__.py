"""Intake: a user's table of measurements, checked in full, becomes a series."""

from gridbench.scenario.series.intake.intake import take_in
from gridbench.scenario.series.intake.mapping import ColumnRule, Mapping, TimeRule, Treatment, read_mapping

__all__ = ["ColumnRule", "Mapping", "TimeRule", "Treatment", "read_mapping", "take_in"]
