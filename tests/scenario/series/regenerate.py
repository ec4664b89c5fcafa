"""Generates the shipped years again with the NumPy and SciPy at hand, and compares: `python tests/scenario/series/regenerate.py`.

Prints a line of JSON a file: its content digest, that of the fresh year, and how many stored cells differ by how much. Exits
with 1 where a digest differs. Arguments are stems of files (default: test); needs numpy and scipy alone.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import scipy

from gridbench.scenario.series import content_digest, freeze, load
from gridbench.scenario.series.columns import CONNECTED
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import preset_named

SHIPPED = Path(__file__).parents[3] / "scenarios" / "ieee34_ieee13-v1" / "series"


def compared(path):
    whole = load(path)
    generated = {name: values for name, values in whole.columns.items() if not name.startswith(CONNECTED)}
    shipped = replace(whole, columns=generated)  # breakers are no weather: they are drawn whole, in no floating point
    days = round(shipped.n * shipped.step_h / 24)
    fresh = replace(generate(preset_named(shipped.preset), shipped.seed, days, shipped.step_h), name=shipped.name)
    away = [freeze(fresh)[name] - stored for name, stored in freeze(shipped).items()]
    return {
        "file": path.name,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "shipped": content_digest(shipped),
        "fresh": content_digest(fresh),
        "cells": sum(one.size for one in away),
        "cells_away": int(sum(np.count_nonzero(one) for one in away)),
        "units_away": int(max(np.abs(one).max() for one in away)),
    }


if __name__ == "__main__":
    found = [compared(SHIPPED / f"{stem}.npz") for stem in sys.argv[1:] or ["test"]]
    print("\n".join(map(json.dumps, found)))
    sys.exit(any(one["shipped"] != one["fresh"] for one in found))
