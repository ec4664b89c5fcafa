"""Measures how the cost of a step grows with the grid, and writes docs/scale.md and docs/pictures/scale.svg.

python docs/scale.py        # a minute or two; figures are those of the machine it runs on
"""

from __future__ import annotations

import platform
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

from subjects import grown, scaling  # noqa: E402

from gridbench import drawing  # noqa: E402
from gridbench.plant import power_flow  # noqa: E402

PAGE, PICTURE = ROOT / "docs" / "scale.md", ROOT / "docs" / "pictures" / "scale.svg"
SIZES = 13, 34, 132, 400, 1000, 2000, 5000
BATCH, ROUNDS = 128, 15
TEXT = """\
# Size and speed

Written by `python docs/scale.py` on {cpu}, one thread, Python {python}, numba {numba}, pandapower {pandapower}.

A step of {batch} copies of a grid side by side, per copy, beside one bare `pandapower.runpp` (numba on, building the net not
counted) of the same grid at half its demand; medians of {rounds} rounds taken in turn. Grids are `gridbench.networks.synthetic`,
with a panel at every tenth load and a battery at every thirtieth; a step settles all devices, solves the power flow, prices
violations and bills.

{table}

From 132 buses on, the cost of a step grows with the power {slope:.2f} of the number of buses. Larger grids need more sweeps to
converge (counted for one copy at half its demand), and above 1 000 buses a sweep costs more a bus: probably memory, though blocks
of 4 or 8 copies instead of 16 were no faster at 5 000 buses.

![Cost of a step by the number of buses](pictures/scale.svg)

`python -m pytest -m slow tests/benchmarks/test_scaling.py` holds a step to be 1 000 times as fast up to 132 buses, and 100 times
at 5 000.
"""


def sweeps(buses: int) -> int:
    """Return how many sweeps the power flow of half the demand takes, by the plant's own functions and tolerance."""
    feeder = grown(buses).feeder
    tree, nb = feeder.arrays, len(feeder.buses)
    line, shunt = np.column_stack([tree.r, tree.x, tree.b]), np.column_stack([tree.shunt_g, tree.shunt_b])
    ratio, bank = tree.ratio[:, None], np.zeros((nb, 1))
    p, q = -0.5 * tree.load_p[:, None], -0.5 * tree.load_q[:, None]
    u, need_p, need_q = np.full((nb, 1), feeder.root_voltage_pu**2), np.zeros((nb, 1)), np.zeros((nb, 1))
    current, into_p, into_q = np.zeros((3, nb - 1, 1))
    change = np.full(1, np.inf)
    for count in range(1, power_flow.MAX_SWEEPS + 1):
        power_flow.backward(tree.parent, line, shunt, ratio, bank, p, q, u, current, into_p, into_q, need_p, need_q)
        power_flow.forward(tree.parent, line, ratio, u, current, into_p, into_q, change)
        if change[0] < power_flow.TOLERANCE:
            return count
    return power_flow.MAX_SWEEPS


def table(seconds: Any) -> str:  # noqa: ANN401
    """Return the table of the page."""
    rows = ["| buses | runpp, ms | step, us | ns a bus | sweeps | times faster |", "|--:|--:|--:|--:|--:|--:|"]
    for buses, (slow, fast) in zip(SIZES, seconds, strict=True):
        costs = f"{1e3 * slow:.1f} | {1e6 * fast:.2f} | {1e9 * fast / buses:.0f}"
        rows.append(f"| {buses} | {costs} | {sweeps(buses)} | {slow / fast:.0f} |")
    return "\n".join(rows)


def draw(seconds: Any) -> None:  # noqa: ANN401
    """Write the picture: both costs over the number of buses, and a line in proportion to them."""
    picture = drawing.figure("One step of a grid, and one bare power flow", 7.0, 4.4)
    axis = picture.subplots()
    axis.loglog(SIZES, 1e3 * seconds[:, 0], "s-", color="#D55E00", label="pandapower.runpp")
    axis.loglog(SIZES, 1e3 * seconds[:, 1], "o-", color="#0072B2", label=f"a step, each of {BATCH} side by side")
    middle = SIZES.index(132)
    line = 1e3 * seconds[middle, 1] * np.array(SIZES) / SIZES[middle]
    axis.loglog(SIZES, line, ":", color="#555555", label="in proportion to the buses")
    axis.set_xlabel("buses")
    axis.set_ylabel("time (ms)")
    axis.grid(color="#dddddd", linewidth=0.6)
    axis.legend(frameon=False)
    drawing.save(picture, PICTURE)


def processor() -> str:
    """Return the name of the processor as the system tells it."""
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> int:
    """Measure, and write the page and the picture."""
    warnings.simplefilter("ignore")
    seconds = scaling(SIZES, BATCH, ROUNDS)
    large = [n for n, buses in enumerate(SIZES) if buses >= 132]
    slope = float(np.polyfit(np.log([SIZES[n] for n in large]), np.log(seconds[large, 1]), 1)[0])
    draw(seconds)
    page = TEXT.format(
        cpu=processor(), python=platform.python_version(), numba=version("numba"), pandapower=version("pandapower"),
        batch=BATCH, rounds=ROUNDS, table=table(seconds), slope=slope,
    )  # fmt: skip
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
