"""Asks of a day at random."""

import numpy as np

from gridbench.plant.layout import layout


def asks_at_random(scenario, seed, reach=1.0):
    """Return asks (steps, asks) within a share `reach` of their spans, around the middle."""
    lay = layout(scenario)
    low, high = (np.array([span[end] for span in lay.ask_spans]) for end in (0, 1))
    drawn = np.random.default_rng(seed).uniform(0.5 - reach / 2, 0.5 + reach / 2, (scenario.steps, len(lay.asks)))
    return (low + drawn * (high - low)).astype(np.float32)
