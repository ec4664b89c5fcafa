"""Writes the tables of cigre_lv, cigre_mv, case33bw and european_lv below gridbench/networks/data out of pandapower's networks.

Nothing reads this script at run time. Ratings that no one publishes are set here, and said so in SOURCES.md.

python docs/network_figures.py            # write
python docs/network_figures.py --check    # exit code 1 where a table is stale
"""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import pandapower.networks as examples

DATA = Path(__file__).parents[1] / "gridbench" / "networks" / "data"
LINES = "from_bus", "to_bus", "rated_a", "r_ohm", "x_ohm", "b_us", "open_at"
UNITS = "from_bus", "to_bus", "rated_kva", "r_percent", "x_percent"
SWITCHES = "from_bus", "to_bus", "closed"
LOADS = "bus", "p_kw", "q_kvar"
CIGRE_LV_A = {"UG1": 365, "UG2": 275, "UG3": 145, "OH1": 210, "OH2": 140, "OH3": 105}
EUROPEAN_LV_A = {
    "2c_007": 45, "2c_0225": 90, "2c_16": 100, "35_SAC_XSC": 125, "4c_06": 165, "4c_1": 220, "4c_185": 310, "4c_35": 450,
    "4c_70": 180, "4c_95_SAC_XC": 215,
}  # fmt: skip
"""Of usual conductors of like metal and cross-section, rounded."""
CASE33BW_A = 400
EUROPEAN_LV_LOAD = 1.0, 0.95
"""kW and power factor of each load, as the working group states them."""


def number(value: float) -> str:
    """Return a number in ten digits."""
    return f"{float(value):.10g}"


def table(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Return a table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([cell if isinstance(cell, str) else number(cell) for cell in row] for row in rows)
    return out.getvalue()


class Net:
    """A net of pandapower with our names of its buses."""

    def __init__(self, net: Any, names: dict[int, str]) -> None:  # noqa: ANN401
        """Take a net and the names by index."""
        self.net, self.names = net, names

    def buses(self) -> str:
        """Return buses.csv."""
        return table(("name", "base_kv"), [(self.names[i], kv) for i, kv in self.net.bus.vn_kv.items()])

    def lines(self, rated_a: dict[str, float] | float | None) -> str:
        """Return lines.csv; the ratings are the net's own where None is given."""
        rows = []
        for index, one in self.net.line.iterrows():
            own = one.max_i_ka * 1000 if rated_a is None else rated_a[one.std_type] if isinstance(rated_a, dict) else rated_a
            # figures of single precision are put back to the digits that were published
            length_km = round(one.length_km, 6)
            b_us = 2 * math.pi * self.net.f_hz * one.c_nf_per_km * length_km * 1e-3
            series = (round(ohm, 4) * length_km for ohm in (one.r_ohm_per_km, one.x_ohm_per_km))
            opened = self.opened(index, one)
            rows.append((self.names[one.from_bus], self.names[one.to_bus], own, *series, b_us, opened))
        return table(LINES, rows)

    def opened(self, index: int, line: Any) -> str:  # noqa: ANN401
        """Return the end at which a line is open."""
        switches = self.net.switch
        there = switches[(switches.et == "l") & (switches.element == index) & ~switches.closed.astype(bool)]
        if len(there):
            return self.names[there.bus.iloc[0]]
        return "" if line.in_service else self.names[line.to_bus]

    def transformers(self) -> str:
        """Return transformers.csv."""
        rows = []
        for _, one in self.net.trafo.iterrows():
            x_percent = math.sqrt(one.vk_percent**2 - one.vkr_percent**2)
            stated = (round(figure, 5) for figure in (one.vkr_percent, x_percent))
            rows.append((self.names[one.hv_bus], self.names[one.lv_bus], round(one.sn_mva * 1000, 3), *stated))
        return table(UNITS, rows)

    def switches(self) -> str:
        """Return switches.csv: switches between two buses."""
        own = self.net.switch[self.net.switch.et == "b"]
        return table(SWITCHES, [(self.names[s.bus], self.names[s.element], "1" if s.closed else "0") for _, s in own.iterrows()])

    def loads(self) -> str:
        """Return loads.csv, summed by bus."""
        total = (self.net.load.groupby("bus", sort=False)[["p_mw", "q_mvar"]].sum() * 1000).round(9)
        return table(LOADS, [(self.names[bus], row.p_mw, row.q_mvar) for bus, row in total.iterrows()])


def cigre(net: Any, rated_a: dict[str, float] | None) -> dict[str, str]:  # noqa: ANN401
    """Return the tables of a CIGRE benchmark network."""
    mine = Net(net, {i: name.removeprefix("Bus ") for i, name in net.bus.name.items()})
    tables = {"buses": mine.buses(), "lines": mine.lines(rated_a), "transformers": mine.transformers(), "loads": mine.loads()}
    return tables | ({"switches": mine.switches()} if (net.switch.et == "b").any() else {})


def case33bw() -> dict[str, str]:
    """Return the tables of Baran and Wu's network, its buses numbered from 1 as in the paper."""
    net = examples.case33bw()
    mine = Net(net, {i: str(i + 1) for i in net.bus.index})
    return {"buses": mine.buses(), "lines": mine.lines(CASE33BW_A), "loads": mine.loads()}


def european_lv() -> dict[str, str]:
    """Return the tables of the European low-voltage feeder; places in metres on its own grid."""
    net = examples.ieee_european_lv_asymmetric("on_peak_566")
    mine = Net(net, {i: str(name).lower() for i, name in net.bus.name.items()})
    place = net.bus.geo.map(lambda text: json.loads(text)["coordinates"])
    buses = [(mine.names[i], round(kv, 6), f"{place[i][0]:.3f}", f"{place[i][1]:.3f}") for i, kv in net.bus.vn_kv.items()]
    p_kw, factor = EUROPEAN_LV_LOAD
    loads = [(mine.names[bus], p_kw, p_kw * math.tan(math.acos(factor))) for bus in net.asymmetric_load.bus]
    return {
        "buses": table(("name", "base_kv", "x_m", "y_m"), buses),
        "lines": mine.lines(EUROPEAN_LV_A),
        "transformers": mine.transformers(),
        "loads": table(LOADS, loads),
    }


def files() -> dict[Path, str]:
    """Return the text of every table by its path."""
    tables = {
        "cigre_lv": cigre(examples.create_cigre_network_lv(), CIGRE_LV_A),
        "cigre_mv": cigre(examples.create_cigre_network_mv(), None),
        "case33bw": case33bw(),
        "european_lv": european_lv(),
    }
    return {DATA / name / f"{what}.csv": text for name, own in tables.items() for what, text in own.items()}


def main(arguments: list[str]) -> int:
    """Write the tables, or compare them."""
    stale = {path: text for path, text in files().items() if not path.exists() or path.read_text() != text}
    if "--check" in arguments:
        return 1 if stale else 0
    for path, text in stale.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
