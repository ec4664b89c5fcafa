"""Feeders to pandapower and back: with `pandapower_file` the one place that imports pandapower, and only when called."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from gridbench.errors import NetworkError
from gridbench.networks.feeder import Branch, Bus, Feeder, NominalLoad, Shunt
from gridbench.networks.radial import RawGrid, radial

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Pandapower: TypeAlias = Any
"""pandapower, its nets and its tables: it has no types."""

_READ = {"bus", "line", "trafo", "load", "sgen", "shunt", "switch", "ext_grid"}
_MENDS = {
    "gen": "state it as a static generator (sgen) of fixed reactive power",
    "asymmetric_load": "state each as a load of all its phases together",
    "asymmetric_sgen": "state each as a static generator (sgen) of all its phases together",
    "motor": "state it as a load",
    "storage": "state it as a static generator (sgen); a scenario adds the device",
    "ward": "state it as a load and a shunt",
    "xward": "state it as a load and a shunt",
    "trafo3w": "state it as two transformers of two windings",
    "impedance": "state it as a line",
}
_LINKS = {"trafo3w", "impedance", "dcline", "tcsc", "vsc", "line_dc", "b2b_vsc"}
"""Tables without which an island may be none."""
_SHOWN = 8
_VOLTAGE_DEPENDENT = ("const_z_p_percent", "const_i_p_percent", "const_z_q_percent", "const_i_q_percent")


def to_pandapower(feeder: Feeder, p_mw: ArrayLike | None = None, q_mvar: ArrayLike | None = None) -> Pandapower:
    """A pandapower net whose `runpp` gives the feeder's voltages; bus index k is buses[k].

    `p_mw`, `q_mvar` (nb,) are injections into the buses; left out, the nominal loads stand there. Branches with a ratio or
    between base voltages become transformers, their charging shunts. Where regulators meet small impedances, start `runpp` near
    the solution (init_vm_pu): Newton can fail from a flat start. Raises NetworkError for a transformer of negative reactance,
    ValueError for injections of a wrong length.
    """
    import pandapower as pp  # noqa: PLC0415 heavy, and an extra

    net = pp.create_empty_network(name=feeder.name, sn_mva=feeder.base_mva)
    for bus in feeder.buses:
        pp.create_bus(net, vn_kv=bus.base_kv, name=bus.name)
    pp.create_ext_grid(net, 0, vm_pu=feeder.root_voltage_pu)
    for branch in feeder.branches:
        _add_branch(pp, net, feeder, branch)
    for shunt in feeder.shunts:
        _add_shunt(pp, net, feeder, shunt)
    arrays = feeder.arrays
    drawn_mw = arrays.load_p * feeder.base_mva if p_mw is None else -np.asarray(p_mw, dtype=np.float64)
    drawn_mvar = arrays.load_q * feeder.base_mva if q_mvar is None else -np.asarray(q_mvar, dtype=np.float64)
    for index, p, q in zip(range(len(feeder.buses)), drawn_mw, drawn_mvar, strict=True):
        if p or q:
            pp.create_load(net, index, p_mw=p, q_mvar=q)
    return net


def _add_branch(pp: Pandapower, net: Pandapower, feeder: Feeder, branch: Branch) -> None:
    ends = feeder.bus_index(branch.from_bus), feeder.bus_index(branch.to_bus)
    from_kv, to_kv = (feeder.buses[end].base_kv for end in ends)
    if branch.ratio == 1 and from_kv == to_kv:
        base_ohm = to_kv**2 / feeder.base_mva
        pp.create_line_from_parameters(
            net,
            *ends,
            length_km=1.0,
            r_ohm_per_km=branch.r_pu * base_ohm,
            x_ohm_per_km=branch.x_pu * base_ohm,
            c_nf_per_km=branch.b_pu / base_ohm / (2 * math.pi * net.f_hz) * 1e9,
            max_i_ka=branch.rating_pu * feeder.base_mva / (math.sqrt(3) * to_kv),
            name=branch.name,
        )
        return
    if branch.x_pu < 0:
        raise NetworkError(
            f"feeder {feeder.name!r}", [f"branch {branch.name!r}: pandapower knows no transformer of negative x_pu"]
        )
    pp.create_transformer_from_parameters(
        net,
        *ends,
        sn_mva=branch.rating_pu * feeder.base_mva,
        vn_hv_kv=from_kv / branch.ratio,
        vn_lv_kv=to_kv,
        vkr_percent=branch.r_pu * branch.rating_pu * 100,
        vk_percent=math.hypot(branch.r_pu, branch.x_pu) * branch.rating_pu * 100,
        pfe_kw=0.0,
        i0_percent=0.0,
        name=branch.name,
    )
    if branch.b_pu:
        _add_shunt(pp, net, feeder, Shunt(branch.from_bus, 0.0, branch.b_pu / 2 * branch.ratio**2))
        _add_shunt(pp, net, feeder, Shunt(branch.to_bus, 0.0, branch.b_pu / 2))


def _add_shunt(pp: Pandapower, net: Pandapower, feeder: Feeder, shunt: Shunt) -> None:
    consumed = shunt.g_pu * feeder.base_mva, -shunt.b_pu * feeder.base_mva
    pp.create_shunt(net, feeder.bus_index(shunt.bus), p_mw=consumed[0], q_mvar=consumed[1])


def from_pandapower(net: Pandapower) -> Feeder:
    """The feeder that a radial pandapower net is, with the same voltages as `runpp` in its default models.

    Reads buses, lines, two-winding transformers, shunts, loads, static generators (negative loads), switches and one external
    grid. A bus or branch is named by its name where that is unique, else by its index. A line open at one end keeps its charging
    and ends at a bus of its own; transformers' magnetising branches become shunts. Angles and phase shifts are dropped: they move
    no magnitude in a tree. Raises NetworkError, all faults at once with their mends, for loops, islands, branches without a
    rating, and every other element that is in service.
    """
    unread = _unread(net)
    faults = [*_odd(net), *unread.values(), *_unrated(net)]
    if not faults:
        return _Reader(net, _converted(net)).feeder()
    raise NetworkError("pandapower net", [*faults, *_tangles(net, set(unread))])


def _converted(net: Pandapower) -> Pandapower:
    """A copy of the net that holds the bus and branch matrices which `runpp` would solve, with its default models."""
    # pandapower's public converter drops the columns of asymmetric branches, and a solved flow may not converge
    from pandapower.auxiliary import _add_ppc_options  # noqa: PLC0415 heavy, and an extra
    from pandapower.pd2ppc import _pd2ppc  # noqa: PLC0415 heavy, and an extra

    converted = copy.deepcopy(net)
    converted["_options"] = {}
    _add_ppc_options(
        converted,
        calculate_voltage_angles=False,
        trafo_model="t",
        check_connectivity=True,
        mode="pf",
        switch_rx_ratio=2,
        enforce_q_lims=False,
        enforce_p_lims=False,
        recycle=None,
    )
    converted["_ppc"], _ = _pd2ppc(converted)
    return converted


def _unread(net: Pandapower) -> dict[str, str]:
    """Tables that a feeder cannot hold, each with its fault."""
    faults = {}
    for name, table in net.items():
        known = name in _READ or name.startswith(("_", "res_"))
        if not known and "in_service" in getattr(table, "columns", ()) and table.in_service.any():
            count, how = int(table.in_service.sum()), _MENDS.get(name, "replace it by loads")
            faults[name] = f"{name}: {count} not supported in a feeder; mend: {how}, or take it out of service"
    return faults


def _odd(net: Pandapower) -> list[str]:
    """What is wrong with the elements that a feeder can hold."""
    faults = []
    grids = int(net.ext_grid.in_service.sum())
    if grids != 1:
        mend = "split the net (pandapower.toolbox.select_subnet)" if grids else "add one (pandapower.create_ext_grid)"
        faults.append(f"ext_grid: exactly one must be in service, not {grids}; mend: {mend}")
    if (net.switch.closed & (net.switch.et == "b") & (net.switch.z_ohm > 0)).any():
        faults.append("switch: z_ohm > 0 is not supported; mend: state the switch as a line")
    columns = [column for column in _VOLTAGE_DEPENDENT if column in net.load]
    if np.any(net.load.loc[net.load.in_service, columns].to_numpy(dtype=np.float64)):
        faults.append("load: shares of constant impedance or current are not supported; mend: state the former as shunts")
    return faults


def _unrated(net: Pandapower) -> list[str]:
    """The branches without a rating, one fault a table."""
    faults = []
    for name, column in ("line", "max_i_ka"), ("trafo", "sn_mva"):
        table = net[name]
        rating = table[column].to_numpy(dtype=np.float64) if column in table else np.full(len(table), np.nan)
        bad = table.index[table.in_service.to_numpy(dtype=bool) & ~(np.isfinite(rating) & (rating > 0))]
        if len(bad):
            names = _names(table, name)
            shown = ", ".join(repr(names[index]) for index in bad[:_SHOWN])
            more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
            faults.append(f"{name}: {column} must be finite and > 0, and is not of {shown}{more}; mend: state a rating")
    return faults


def _tangles(net: Pandapower, unread: set[str]) -> list[str]:
    """The loops and islands of a net with other faults, as far as these let them be told."""
    if not net.ext_grid.in_service.any():
        return []
    plain = copy.deepcopy(net)
    for name in unread:
        plain[name]["in_service"] = False
    plain.line["max_i_ka"], plain.trafo["sn_mva"] = 1.0, plain.trafo.sn_mva.fillna(1.0)
    roots = plain.ext_grid.index[plain.ext_grid.in_service]
    plain.ext_grid.loc[roots[1:], "in_service"] = False
    try:
        _Reader(plain, _converted(plain)).feeder()
    except NetworkError as error:
        certain = len(roots) == 1 and not unread & _LINKS
        return [fault for fault in error.faults if certain or not fault.startswith("island")]
    return []


class _Reader:
    """Reads a net (its loads) and its converted copy (the branch and bus matrices)."""

    def __init__(self, net: Pandapower, converted: Pandapower) -> None:
        self.net = net
        self.bus_of = converted["_pd2ppc_lookups"]["bus"]
        self.ranges = converted["_pd2ppc_lookups"]["branch"]
        self.base_mva = float(converted["_ppc"]["baseMVA"])
        self.bus_rows = converted["_ppc"]["bus"].real
        self.branch_rows = converted["_ppc"]["branch"].real
        self.shunts: list[Shunt] = []
        names = _names(net.bus, "")
        self.names: dict[int, str] = {}
        self.aliases: list[tuple[str, str]] = []
        for index in net.bus.index[net.bus.in_service]:
            number, name = int(self.bus_of[index]), names[index]
            if self.names.setdefault(number, name) != name:
                self.aliases.append((name, self.names[number]))

    def feeder(self) -> Feeder:
        """The feeder of what was read."""
        from pandapower.pypower import idx_bus  # noqa: PLC0415 heavy, and an extra

        branches = [*self._branches("line"), *self._branches("trafo")]
        for number, name in self.names.items():
            g_mw, b_mvar = self.bus_rows[number, [idx_bus.GS, idx_bus.BS]]
            self._shunt(name, g_mw / self.base_mva, b_mvar / self.base_mva)
        grid = self.net.ext_grid[self.net.ext_grid.in_service].iloc[0]
        return radial(
            RawGrid(
                name=str(self.net.name or "pandapower"),
                base_mva=self.base_mva,
                root=self.names[int(self.bus_of[grid.bus])],
                root_voltage_pu=float(grid.vm_pu),
                buses=tuple(Bus(name, float(self.bus_rows[number, idx_bus.BASE_KV])) for number, name in self.names.items()),
                branches=tuple(branches),
                shunts=tuple(self.shunts),
                loads=(*self._loads(self.net.load, 1.0), *self._loads(self.net.sgen, -1.0)),
                aliases=tuple(self.aliases),
            )
        )

    def _branches(self, table: str) -> list[Branch]:
        """The branches of one table that are in service; what a Branch does not hold is added to the shunts."""
        from pandapower.pypower import idx_brch as at  # noqa: PLC0415 heavy, and an extra

        first, last = self.ranges.get(table, (0, 0))
        branches = []
        names = _names(self.net[table], table)
        rows = zip(self.net[table].index, self.branch_rows[first:last], strict=True)
        for index, row in ((index, row) for index, row in rows if row[at.BR_STATUS]):
            ends = [self._bus(int(row[column]), names[index]) for column in (at.F_BUS, at.T_BUS)]
            ratio = 1 / row[at.TAP] if row[at.TAP] else 1.0
            rating_pu = self._rating_pu(table, index, int(row[at.T_BUS]))
            # magnetising branches of a T circuit differ at both ends and have losses
            magnetising = 0.0 if table == "line" else row[at.BR_B]
            b_pu = row[at.BR_B] - magnetising
            g_from, g_to = row[at.BR_G], row[at.BR_G] + row[at.BR_G_ASYM]
            self._shunt(ends[0], g_from / 2 * ratio**2, magnetising / 2 * ratio**2)
            self._shunt(ends[1], g_to / 2, (magnetising + row[at.BR_B_ASYM]) / 2)
            numbers = [float(number) for number in (row[at.BR_R], row[at.BR_X], b_pu, ratio, rating_pu)]
            branches.append(Branch(names[index], ends[0], ends[1], *numbers))
        return branches

    def _bus(self, number: int, branch: str) -> str:
        """The bus's name; the far end of a line open there is a bus that the net does not name."""
        return self.names.setdefault(number, f"{branch}.open")

    def _rating_pu(self, table: str, index: int, to_bus: int) -> float:
        from pandapower.pypower import idx_bus  # noqa: PLC0415 heavy, and an extra

        element = self.net[table].loc[index]
        base_kv = float(self.bus_rows[to_bus, idx_bus.BASE_KV])
        common = float(element.parallel * element.df) / self.base_mva
        if table == "line":
            return common * float(element.max_i_ka) * math.sqrt(3) * base_kv
        return common * float(element.sn_mva) * base_kv / float(element.vn_lv_kv)

    def _shunt(self, bus: str, g_pu: float, b_pu: float) -> None:
        if g_pu or b_pu:
            self.shunts.append(Shunt(bus, float(g_pu), float(b_pu)))

    def _loads(self, table: Pandapower, sign: float) -> list[NominalLoad]:
        on = table[table.in_service & table.bus.map(self.net.bus.in_service)]
        rows = zip(on.bus, on.p_mw * on.scaling, on.q_mvar * on.scaling, strict=True)
        return [NominalLoad(self.names[int(self.bus_of[bus])], sign * float(p), sign * float(q)) for bus, p, q in rows]


def _names(table: Pandapower, prefix: str) -> dict[int, str]:
    """Index -> name, of an element table."""
    counts = table.name.value_counts()
    unique = {index: isinstance(name, str) and bool(name) and counts[name] == 1 for index, name in table.name.items()}
    return {index: table.name[index] if unique[index] else f"{prefix}{index}" for index in table.index}
