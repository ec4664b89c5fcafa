"""Feeders of any size, drawn at random: medium-voltage feeders with stations, each with a low-voltage tree below it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.networks.elements import Branch, Bus, NominalLoad
from gridbench.networks.radial import RawGrid, radial

if TYPE_CHECKING:
    import numpy as np

    from gridbench.networks.feeder import Feeder

BASE_MVA, HV_KV, MV_KV, LV_KV = 1.0, 110.0, 20.0, 0.4
LEAST_BUSES = 5
STATIONS_A_FEEDER = 12
MV_CABLE, LV_CABLE = (0.125, 0.112, 95.0, 420.0), (0.206, 0.080, 80.0, 270.0)
"""Per km: r and x in ohm, b in microsiemens; rating in A. Usual aluminium cables of 240 and 150 mm2."""
SUBSTATION, STATION = (40.0, 0.004, 0.12), (0.4, 0.0143, 0.058)
"""Transformers: MVA, r and x per unit on it."""


def synthetic(buses: int, rng: np.random.Generator) -> Feeder:
    """A feeder with that many buses: 110 kV root, 20 kV feeders of up to 12 stations, below each up to 40 buses at 0.4 kV.

    Lengths are 0.3 to 1.2 km and 15 to 60 m, the demand of a low-voltage bus 0.5 to 4 kW. Raises InvalidInput for fewer than 5.
    """
    if buses < LEAST_BUSES:
        raise InvalidInput("synthetic", [f"buses must be at least {LEAST_BUSES}, is {buses}"])
    grown = _Growth(buses, rng)
    while len(grown.buses) < buses:
        grown.station()
    return radial(
        RawGrid(
            name=f"synthetic{buses}",
            base_mva=BASE_MVA,
            root="hv",
            root_voltage_pu=1.02,
            buses=tuple(grown.buses),
            branches=tuple(grown.branches),
            loads=tuple(grown.loads),
        )
    )


class _Growth:
    """A network that grows by one station at a time until it has enough buses."""

    def __init__(self, wanted: int, rng: np.random.Generator) -> None:
        """Begin with the substation."""
        self.wanted, self.rng = wanted, rng
        self.buses = [Bus("hv", HV_KV), Bus("mv", MV_KV)]
        self.branches = [_transformer("hv", "mv", SUBSTATION)]
        self.loads: list[NominalLoad] = []
        self.stations: list[str] = []

    def station(self) -> None:
        """Add a station and the tree below it, as far as buses are left; a station without a tree draws its load itself."""
        number = len(self.stations)
        in_feeder = number % STATIONS_A_FEEDER
        name, sending = f"s{number}", "mv"
        if in_feeder:
            back = 1 if self.rng.random() < 0.75 else int(self.rng.integers(1, in_feeder + 1))
            sending = self.stations[-back]
        self.stations.append(name)
        self._line(sending, Bus(name, MV_KV), MV_CABLE, self.rng.uniform(0.3, 1.2))
        left = self.wanted - len(self.buses)
        if left == 0:
            self._load(name)
            return
        self.buses.append(Bus(f"{name}.0", LV_KV))
        self.branches.append(_transformer(name, f"{name}.0", STATION))
        for k in range(1, min(left, int(self.rng.integers(15, 41)))):
            above = k - 1 if self.rng.random() < 0.7 else int(self.rng.integers(0, k))
            self._line(f"{name}.{above}", Bus(f"{name}.{k}", LV_KV), LV_CABLE, self.rng.uniform(0.015, 0.06))
            self._load(f"{name}.{k}")

    def _line(self, sending: str, bus: Bus, cable: tuple[float, float, float, float], length_km: float) -> None:
        self.buses.append(bus)
        r, x, b, rated_a = cable
        base_ohm = bus.base_kv**2 / BASE_MVA
        series = r * length_km / base_ohm, x * length_km / base_ohm, b * 1e-6 * length_km * base_ohm
        rating_pu = rated_a * math.sqrt(3) * bus.base_kv / 1000 / BASE_MVA
        self.branches.append(Branch(f"{sending}-{bus.name}", sending, bus.name, *series, 1.0, rating_pu))

    def _load(self, bus: str) -> None:
        p_mw = self.rng.uniform(0.5e-3, 4e-3)
        self.loads.append(NominalLoad(bus, p_mw, p_mw * self.rng.uniform(0.2, 0.4)))


def _transformer(sending: str, receiving: str, unit: tuple[float, float, float]) -> Branch:
    rating_mva, r_pu, x_pu = unit
    factor = BASE_MVA / rating_mva
    return Branch(f"{sending}-{receiving}", sending, receiving, r_pu * factor, x_pu * factor, 0.0, 1.0, 1 / factor)
