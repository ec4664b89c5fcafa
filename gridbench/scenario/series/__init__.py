"""Series: weather, generation, load and price over time; generated from a seed, frozen to files, read back."""

from gridbench.scenario.series.frozen import content_digest, freeze, load, save
from gridbench.scenario.series.series import Series

__all__ = ["Series", "content_digest", "freeze", "load", "save"]
