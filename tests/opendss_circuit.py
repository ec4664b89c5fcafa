"""A circuit of OpenDSS made of the figures in gridbench/networks/data, as a second opinion on the unbalanced flow."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import opendssdirect as dss

from gridbench.networks.published import published

MODELS = {"P": 1, "Z": 2, "I": 5}
STIFF_OHM = 1e-7
"""Impedance of an ideal source, which OpenDSS cannot leave out."""


class Circuit:
    """One test feeder in OpenDSS, solved with locked taps; loads keep their model at any voltage unless `as_simulated`."""

    def __init__(self, name, *, as_simulated=False, models=MODELS):
        self.data, self.as_simulated, self.models, self.number = published(name), as_simulated, models, count()
        self.loads, self.units, self.plants = [], [], {}
        for build in (self._source, self._lines, self._units, self._loads, self._capacitors):
            build()

    def solve(self, factors=1.0, taps=None, injections=None):
        """Voltages in pu by (bus, phase), with loads times `factors`, `taps` by unit, and injections (MVA) by (bus, phase)."""
        for name, load, factor in zip(self.loads, self.data.loads, np.broadcast_to(factors, len(self.loads)), strict=True):
            self._do(f"edit load.{name} kw={load.p_kw * factor} kvar={load.q_kvar * factor}")
        for name, tap in zip(self.units, taps or [unit.tap for unit in self.data.regulators], strict=True):
            self._do(f"edit transformer.{name} taps=(1 {1 + 0.00625 * tap})")
        for (bus, phase), mva in (injections or {}).items():
            if (bus, phase) not in self.plants:
                kv = self.data.base_kv[bus] / math.sqrt(3)
                self.plants[bus, phase] = self._new(
                    "load", f"bus1={self._at(bus, phase)} phases=1 model=1 kv={kv} {self._band()}"
                )
            self._do(f"edit load.{self.plants[bus, phase]} kw={-1000 * mva.real} kvar={-1000 * mva.imag}")
        self._do("set controlmode=off maxiterations=500 tolerance=1e-12")
        self._do("solve")
        assert dss.Solution.Converged()
        volts = dict(zip(dss.Circuit.AllNodeNames(), dss.Circuit.AllBusVMag(), strict=True))
        bases = {bus: 1000 * base_kv / math.sqrt(3) for bus, base_kv in self.data.base_kv.items()}
        return {(bus, p): volts[self._at(bus, p)] / bases[bus] for bus, phases in self.data.phases.items() for p in phases}

    def again(self, loading, tolerance):
        """Solve once more with all loads times `loading`."""
        self._do(f"set loadmult={loading} tolerance={tolerance}")
        self._do("solve")

    def losses_kw(self):
        """Losses of the last solution."""
        return dss.Circuit.Losses()[0] / 1000

    def _do(self, command):
        dss.Text.Command(command)

    def _new(self, kind, properties):
        name = f"x{next(self.number)}"
        self._do(f"new {kind}.{name} {properties}")
        return name

    def _at(self, bus, phases):
        """The terminals of an element: its bus, or the one that a closed switch makes of it, with the numbers of its phases."""
        bus = next((tie.from_bus for tie in self.data.switches if tie.closed and tie.to_bus == bus), bus)
        return ".".join([bus, *(str("ABC".index(p) + 1) for p in phases)])

    def _source(self):
        data, own = self.data, self.data.simulated
        r, x = (own.source_r_ohm, own.source_x_ohm) if self.as_simulated else (0.0, STIFF_OHM)
        pu = own.source_voltage_pu if self.as_simulated else data.source_voltage_pu
        self._do("clear")
        self._do(
            f"new circuit.feeder basekv={data.base_kv[data.source_bus]} bus1={data.source_bus} pu={pu} "
            f"r1={r} x1={x} r0={r} x0={x}"
        )

    def _lines(self):
        for line in self.data.lines:
            nanofarads = line.b_us * 1000 / (2 * math.pi * 60)
            z, c = f"rmatrix={rows(line.r_ohm)} xmatrix={rows(line.x_ohm)}", f"cmatrix={rows(nanofarads)}"
            ends = (
                f"bus1={self._at(line.from_bus, line.phases)} bus2={self._at(line.to_bus, line.phases)} phases={len(line.phases)}"
            )
            self._new("line", f"{ends} {z} {c} length=1 units=none")

    def _units(self):
        for unit in (*self.data.transformers, *self.data.regulators):
            ends, connections = (unit.from_bus, unit.to_bus), (unit.connection_from, unit.connection_to)
            buses = " ".join(self._at(bus, unit.phases) for bus in ends)
            kvs = " ".join(str(self.data.base_kv[bus] / (1.0 if len(unit.phases) == 3 else math.sqrt(3))) for bus in ends)
            name = self._new(
                "transformer",
                f"phases={len(unit.phases)} windings=2 buses=({buses}) conns=({' '.join(connections)}) "
                f"kvs=({kvs}) kvas=({unit.rated_kva} {unit.rated_kva}) %rs=({unit.r_percent / 2} {unit.r_percent / 2}) "
                f"xhl={unit.x_percent} {'' if self.as_simulated or 'delta' in connections else 'ppm_antifloat=0'}",
            )
            if unit in self.data.regulators:
                self.units.append(name)

    def _kv(self, element, *, to_ground):
        if self.as_simulated:
            return element.stated_kv
        return self.data.base_kv[element.bus] / (math.sqrt(3) if to_ground else 1.0)

    def _loads(self):
        for load in self.data.loads:
            phases = 3 if len(load.phases) == 3 else 1
            kv = self._kv(load, to_ground=len(load.phases) == 1)
            terminal = f"bus1={self._at(load.bus, load.phases)} phases={phases} conn={load.connection}"
            self.loads.append(self._new("load", f"{terminal} model={self.models[load.model]} kv={kv} {self._band()}"))

    def _band(self):
        low, high = self.data.simulated.load_band_pu if self.as_simulated else (0.01, 10)
        return f"vminpu={low} vmaxpu={high}"

    def _capacitors(self):
        for bank in self.data.capacitors:
            n = len(bank.phases)
            rated = f"kvar={bank.q_kvar} kv={self._kv(bank, to_ground=n == 1)}"
            self._new("capacitor", f"bus1={self._at(bank.bus, bank.phases)} phases={n} {rated}")


def rows(matrix):
    """A matrix as OpenDSS reads it."""
    return "(" + " | ".join(" ".join(repr(float(x)) for x in row) for row in matrix) + ")"
