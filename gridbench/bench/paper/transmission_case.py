"""A case of PGLib-OPF: a meshed network with generators, their costs, and every limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gridbench.bench.paper.tables import Rows, about, rows_of
from gridbench.errors import UnknownName

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]
    Places: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TransmissionCase:
    """nb buses, nl branches, ng generators; per unit on base_mva, money in usd/h.

    `at` (ng,) is the place of a generator's bus, `ends` (2, nl) those of a branch; `tap` (nl,) divides the voltage at the
    sending end; `load` and `shunt` (2, nb) are what is drawn at 1 pu, active and reactive (a capacitor's is negative); `p`
    and `q` (2, ng) and `v` (2, nb) are the least and the largest values; `cost` (3, ng) is by p squared, by p, and fixed.
    """

    name: str
    base_mva: float
    load: Numbers
    shunt: Numbers
    v: Numbers
    at: Places
    p: Numbers
    q: Numbers
    cost: Numbers
    ends: Places
    r: Numbers
    x: Numbers
    b: Numbers
    tap: Numbers
    rating: Numbers
    angle_rad: float


def published_case(name: str) -> TransmissionCase:
    """Return a case of PGLib-OPF v23.07 by its name without `pglib_opf_case`; raises UnknownName."""
    stated = about("pglib")
    if name not in stated["published"]:
        raise UnknownName("case of PGLib-OPF", name, stated["published"])
    buses, units, branches = (rows_of(f"pglib_{table}", name) for table in ("buses", "generators", "branches"))
    base = float(stated["base_mva"])
    place = {int(number): k for k, number in enumerate(buses["bus"])}
    return TransmissionCase(
        name=name,
        base_mva=base,
        load=_stacked(buses, "load_mw", "load_mvar") / base,
        shunt=_stacked(buses, "shunt_mw", "shunt_mvar") * np.array([[1.0], [-1.0]]) / base,
        v=_stacked(buses, "v_min_pu", "v_max_pu"),
        at=_places(place, units, "bus")[0],
        p=_stacked(units, "p_min_mw", "p_max_mw") / base,
        q=_stacked(units, "q_min_mvar", "q_max_mvar") / base,
        cost=_stacked(units, "usd_per_mw2h", "usd_per_mwh", "usd_per_h") * np.array([[base * base], [base], [1.0]]),
        ends=_places(place, branches, "from_bus", "to_bus"),
        **{column: branches[f"{column}_pu"] for column in ("r", "x", "b")},
        tap=branches["tap"],
        rating=branches["rating_mva"] / base,
        angle_rad=float(np.deg2rad(stated["angle_difference_deg"])),
    )


def _stacked(table: Rows, *columns: str) -> Numbers:
    return np.stack([np.asarray(table[column], dtype=np.float64) for column in columns])


def _places(place: dict[int, int], table: Rows, *columns: str) -> Places:
    return np.array([[place[int(number)] for number in table[column]] for column in columns], dtype=np.int64)
