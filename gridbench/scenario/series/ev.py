"""Electric cars at a site: when they come, how long they stay, what they ask for; the columns that an `EvCharger` reads.

| kind | energy of a session | stay | arrivals peak | weekdays | source |
|---|---|---|---|---|---|
| workplace | median 6.0, mean 9.2 kWh | median 4.75 h | 8 to 10 h | 88 % | Caltech garage, ACN-Data |
| office | median 11.6, mean 14.4 kWh | median 7.7 h | 6 to 8 h | 97 % | JPL garage, ACN-Data |
| home | median 7.5, mean 10 kWh (assumed) | median 12.5 h (assumed) | 17 to 19 h, then overnight | 5 of 7 days (assumed) | |

ACN-Data: Lee, Li and Low, Analysis and applications of an open EV charging dataset, ACM e-Energy 2019. Assumed for all kinds:
energies and stays are log-normal and independent, arrivals normal, a charger serves one car a day at most, and nobody asks for
more than a stay can give, which takes the mean of `workplace` to 8.2 kWh at 6.6 kW.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gridbench.errors import UnknownName
from gridbench.scenario.series.columns import FORECAST, Ints
from gridbench.scenario.series.noise import stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridbench.scenario.series.clock import Clock
    from gridbench.scenario.series.columns import Floats

COLUMNS = ("plugged", "arriving", "due", "asked")
"""The columns of a site, `<site>_<column>`, as `EvCharger` describes them."""
MOST_SHARE = 0.85
"""Share of what a charger could give in a stay that its car asks for at most: every deadline is feasible at this efficiency."""
LONGEST_STAY_H = 24.0
QUANTUM_H = 1e-4
"""Sums of energy are whole multiples of this (hours at rated power), so that all columns are stored without rounding."""
PAST_CHARGERS, PAST_WEEKS = 64, 52
"""The chargers and weeks that a forecaster has seen of a kind of site."""


@dataclass(frozen=True)
class EvClass:
    """Energy (kWh) and stay (h) of a session, its hour of arrival, and sessions a charger on a weekday and on a Saturday."""

    energy_median_kwh: float
    energy_mean_kwh: float
    stay_median_h: float
    stay_log_sd: float
    arrival_hour: float
    arrival_sd_h: float
    weekday_sessions: float
    weekend_sessions: float

    @property
    def energy_log_sd(self) -> float:
        """Standard deviation of the logarithm of the energy: that of the log-normal with this median and mean."""
        return math.sqrt(2.0 * math.log(self.energy_mean_kwh / self.energy_median_kwh))


EV_CLASSES: Mapping[str, EvClass] = MappingProxyType(
    {
        "workplace": EvClass(6.0, 9.2, 4.75, 0.55, 9.0, 1.5, 0.80, 0.80 * (0.12 / 2) / (0.88 / 5)),
        "office": EvClass(11.6, 14.4, 7.7, 0.25, 7.0, 1.0, 0.80, 0.80 * (0.03 / 2) / (0.97 / 5)),
        "home": EvClass(7.5, 10.0, 12.5, 0.25, 18.0, 1.5, 0.70, 0.70),
    }
)


@dataclass(frozen=True)
class EvSite:
    """Chargers of one rating and kind of EV_CLASSES, named ev_*; of `booked_share` of them the day ahead is known in advance."""

    name: str
    kind: str
    chargers: int = 20
    charger_kw: float = 6.6
    booked_share: float = 0.5

    def faults(self) -> list[str]:
        """Return what is wrong with the fields."""
        rules = {
            str(UnknownName("kind of site", self.kind, EV_CLASSES)): self.kind in EV_CLASSES,
            f"chargers is {self.chargers}; give 1 or more": self.chargers >= 1,
            f"charger_kw is {self.charger_kw}; give a power above 0": 0.0 < self.charger_kw < math.inf,
            f"booked_share is {self.booked_share}; give a share in [0, 1]": 0.0 <= self.booked_share <= 1.0,
        }
        return [rule for rule, holds in rules.items() if not holds]


class Sessions(NamedTuple):
    """Sessions on the quarters of a clock: charger, first quarter, quarter after the last, energy (h at the charger's rating)."""

    charger: Ints
    begin: Ints
    end: Ints
    energy_h: Floats

    def of(self, kept: npt.NDArray[np.bool_]) -> Sessions:
        """Return the sessions that are kept."""
        return Sessions(self.charger[kept], self.begin[kept], self.end[kept], self.energy_h[kept])


def draw_sessions(site: EvSite, clock: Clock, rng: np.random.Generator) -> Sessions:
    """Return the sessions of a site, from the day before the clock's first: cars that stay over midnight are there then.

    A car asks for MOST_SHARE of what its charger could give while it stays at most, and leaves before the charger's next one.
    """
    kind, days, a_day = EV_CLASSES[site.kind], clock.days + 1, round(24.0 / clock.step_h)
    weekend = (clock.first_day.weekday() + np.arange(-1, clock.days)) % 7 >= 5
    often = np.where(weekend, kind.weekend_sessions, kind.weekday_sessions)
    shape = site.chargers, days
    comes = rng.random(shape) < often
    hour = np.clip(rng.normal(kind.arrival_hour, kind.arrival_sd_h, shape), 0.0, 24.0 - clock.step_h)
    stay_h = kind.stay_median_h * np.exp(kind.stay_log_sd * rng.standard_normal(shape))
    energy_kwh = kind.energy_median_kwh * np.exp(kind.energy_log_sd * rng.standard_normal(shape))
    begin = (np.arange(-1, clock.days) * a_day + np.floor(hour / clock.step_h)).astype(np.int32)
    end = begin + np.ceil(np.clip(stay_h, clock.step_h, LONGEST_STAY_H) / clock.step_h).astype(np.int32)
    following = np.where(comes, begin, np.iinfo(np.int32).max)
    following = np.minimum.accumulate(following[:, ::-1], axis=1)[:, ::-1]
    end[:, :-1] = np.minimum(end[:, :-1], following[:, 1:])
    kept = comes & (end > begin)
    most_h = MOST_SHARE * clock.step_h * (end - begin)
    energy_h = np.minimum(energy_kwh / site.charger_kw, most_h)
    return Sessions(np.nonzero(kept)[0].astype(np.int32), begin[kept], end[kept], energy_h[kept])


def cut_at_midnight(sessions: Sessions, a_day: int, steps: int) -> Sessions:
    """Return the sessions with each that crosses midnight as two: each part asks for its share of the energy by time.

    A day by itself then begins and ends without cars, and nothing is asked that was not asked before. Parts outside the
    `steps` are left out; no session is longer than a day of `a_day` steps.
    """
    midnight = (sessions.begin // a_day + 1) * a_day
    first, crosses = np.minimum(sessions.end, midnight), sessions.end > midnight
    charger = np.concatenate([sessions.charger, sessions.charger[crosses]])
    begin = np.concatenate([sessions.begin, midnight[crosses]])
    end = np.concatenate([first, sessions.end[crosses]])
    each_h = sessions.energy_h / (sessions.end - sessions.begin)
    energy_h = np.concatenate([each_h, each_h[crosses]]) * (end - begin)
    return Sessions(charger, begin, end, energy_h).of((begin >= 0) & (begin < steps))


class Flow(NamedTuple):
    """Chargers in use, and energy (h at the charger's rating) asked from and due by the end of each quarter; arrays (n,)."""

    plugged: Floats
    arriving: Floats
    due: Floats

    def plus(self, other: Flow) -> Flow:
        """Return both together."""
        return Flow(*(a + b for a, b in zip(self, other, strict=True)))


def flow_of(sessions: Sessions, steps: int) -> Flow:
    """Return what sessions come to, quarter by quarter."""
    change = np.bincount(sessions.begin, minlength=steps + 1) - np.bincount(sessions.end, minlength=steps + 1)
    arriving, due = np.zeros(steps), np.zeros(steps)
    np.add.at(arriving, sessions.begin, sessions.energy_h)
    np.add.at(due, sessions.end - 1, sessions.energy_h)
    return Flow(np.cumsum(change)[:steps].astype(np.float64), arriving, due)


def ev_columns(site: EvSite, clock: Clock, seed: int, step_h: float) -> dict[str, Floats]:
    """Return the columns of a site and their day-ahead forecasts in steps of `step_h` (h), each (steps,).

    The clock has quarters of an hour. What is asked is due on the same day, sums of energy are kept to the last digit, and the
    forecast is what is booked, and of the other chargers what the kind of site does on such a day of the week on average.
    """
    a_day, own = round(24.0 / clock.step_h), stream(seed, f"{site.name}.sessions")
    sessions = cut_at_midnight(draw_sessions(site, clock, own), a_day, clock.n)
    booked = stream(seed, f"{site.name}.booked").random(site.chargers) < site.booked_share
    known = flow_of(sessions.of(booked[sessions.charger]), clock.n)
    foretold = known.plus(_usual(site, clock, float(np.count_nonzero(~booked))))
    columns = _columns(site, clock, flow_of(sessions, clock.n), step_h)
    forecast = _columns(site, clock, foretold, step_h)
    return columns | {FORECAST + name: values for name, values in forecast.items()}


def _usual(site: EvSite, clock: Clock, chargers: float) -> Flow:
    """Return what so many chargers of the kind do on average on each day of the week."""
    a_day, past = round(24.0 / clock.step_h), EvSite(site.name, site.kind, PAST_CHARGERS, site.charger_kw)
    seen = type(clock)(clock.first_day, 7 * PAST_WEEKS, clock.step_h)
    sessions = draw_sessions(past, seen, stream(0, f"{site.kind}.{site.charger_kw}.past"))
    flow = flow_of(cut_at_midnight(sessions, a_day, seen.n), seen.n)
    share = chargers / PAST_CHARGERS
    week = [share * part.reshape(PAST_WEEKS, 7 * a_day).mean(axis=0) for part in flow]
    return Flow(*(np.resize(part, clock.n) for part in week))


def _columns(site: EvSite, clock: Clock, flow: Flow, step_h: float) -> dict[str, Floats]:
    """Return the columns of a flow, per unit of all chargers; cumulative energies are rounded, so that sums are kept."""
    a_step = round(step_h / clock.step_h)
    came, left = (_cumulative(part / site.chargers)[a_step - 1 :: a_step] for part in (flow.arriving, flow.due))
    before = np.concatenate([[0], left[:-1]])
    rates = {name: np.diff(sums, prepend=0) * (QUANTUM_H / step_h) for name, sums in (("arriving", came), ("due", left))}
    plugged = clock.mean_over(flow.plugged / site.chargers, step_h)
    found = {"plugged": plugged, **rates, "asked": (came - before) * QUANTUM_H}
    return {f"{site.name}_{name}": found[name] for name in COLUMNS}


def _cumulative(energy_h: Floats) -> Ints:
    """Return the sums of energy up to the end of each quarter, in multiples of QUANTUM_H (n,)."""
    return np.rint(np.cumsum(energy_h) / QUANTUM_H).astype(np.int32)
