"""gridbench: how far a controller of a distribution grid is from the best that was possible, with proof."""

__version__ = "0.1.0"
