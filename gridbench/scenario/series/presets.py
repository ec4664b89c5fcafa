"""Presets: the named places and markets that series are generated for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series.climate import Climate
from gridbench.scenario.series.ev import EvSite
from gridbench.scenario.series.forecast import Skill
from gridbench.scenario.series.load_shape import LOAD_CLASSES, LoadSite
from gridbench.scenario.series.market import Market
from gridbench.scenario.series.pv import PvDesign, PvSite
from gridbench.scenario.series.sky import Sky
from gridbench.scenario.series.wind import WindRegime

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Preset:
    """Everything but the seed that a generated series depends on; sites are columns, named pv_*, wind_*, load_* and ev_*."""

    name: str
    climate: Climate = field(default_factory=Climate)
    sky: Sky = field(default_factory=Sky)
    regime: WindRegime = field(default_factory=WindRegime)
    design: PvDesign = field(default_factory=PvDesign)
    market: Market = field(default_factory=Market)
    skill: Skill = field(default_factory=Skill)
    pv_sites: tuple[PvSite, ...] = (PvSite("pv_a", 25.0), PvSite("pv_b", 20.0), PvSite("pv_c", tracker=True))
    wind_sites: tuple[str, ...] = ("wind_a", "wind_b", "wind_c")
    load_sites: tuple[LoadSite, ...] = (
        LoadSite("load_residential_a", "residential"),
        LoadSite("load_residential_b", "residential"),
        LoadSite("load_commercial", "commercial"),
        LoadSite("load_industrial", "industrial"),
    )
    ev_sites: tuple[EvSite, ...] = ()
    first_day: date = date(2023, 1, 1)

    def __post_init__(self) -> None:
        """Refuse sites whose names clash or do not tell their kind."""
        named = [(site.name, "pv_") for site in self.pv_sites] + [(name, "wind_") for name in self.wind_sites]
        named += [(site.name, "load_") for site in self.load_sites] + [(site.name, "ev_") for site in self.ev_sites]
        names = [name for name, _ in named]
        faults = [f"site {n!r}: its name must begin with {p!r}; rename it" for n, p in named if not n.startswith(p) or n == p]
        faults += [
            f"site {n!r}: named {names.count(n)} times; rename the others" for n in sorted(set(names)) if names.count(n) > 1
        ]
        faults += [
            f"site {s.name!r}: {UnknownName('load class', s.kind, LOAD_CLASSES)}"
            for s in self.load_sites
            if s.kind not in LOAD_CLASSES
        ]
        faults += [f"site {site.name!r}: {fault}" for site in self.ev_sites for fault in site.faults()]
        if faults:
            raise InvalidInput(f"preset {self.name!r}", faults)

    @property
    def start(self) -> str:
        """Beginning of the first step, ISO 8601 with the fixed offset from UTC."""
        zone = timezone(timedelta(hours=self.climate.utc_offset_h))
        return datetime(self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=zone).isoformat()

    @property
    def price_column(self) -> str:
        """Name of the price column, which tells the currency."""
        return f"price_{self.market.currency}_per_mwh"


def shifted(preset: Preset) -> Preset:
    """The preset's out-of-distribution sibling: 40 % more PV in the region, fuel level varying 1.5 times as much, 3 K hotter."""
    market = preset.market
    return replace(
        preset,
        name=f"{preset.name}_shifted",
        climate=replace(preset.climate, mean_c=preset.climate.mean_c + 3.0),
        market=replace(
            market,
            solar_share=1.4 * market.solar_share,
            rooftop_share=1.4 * market.rooftop_share,
            fuel_log_sd=1.5 * market.fuel_log_sd,
        ),
    )


CAISO_LIKE = Preset("caiso_like")
NW_EUROPE = Preset(
    "nw_europe",
    climate=Climate(51.5, 9.5, 1.0, mean_c=10.2, season_k=8.6, day_k=3.2, noise_k=3.6, noise_tau_h=70.0),
    sky=Sky(0.10, 0.30, 1.05, 1.25, 0.06, 0.84, 0.98, (22.0, 4.0, 0.6), (0.62, 0.26, 0.12)),
    regime=WindRegime(
        scale_m_s=(10.2, 9.8, 9.0, 8.1, 7.6, 7.2, 7.2, 7.2, 7.9, 8.7, 9.3, 10.1),
        day_swing=0.05,
        peak_hour=14.0,
        tau_h=(56.0, 18.0),
        weight=(0.60, 0.40),
        clearness_correlation=-0.20,
    ),
    design=PvDesign(dc_over_ac=1.0),
    market=Market(
        currency="eur",
        fuel_mean=80.0,
        fuel_season=0.08,
        fuel_log_sd=0.20,
        fuel_tau_d=30.0,
        linear_n=0.30,
        linear_width=0.13,
        linear_height=1.05,
        slope=0.80,
        scarcity_n=1.14,
        scarcity_width=0.125,
        dip_n=0.02,
        dip_width=0.10,
        noise_log_sd=0.13,
        net_sd=0.06,
        net_tau_h=24.0,
        cap=4000.0,
        floor=-500.0,
        solar_share=0.20,
        wind_share=0.25,
        rooftop_share=0.0,
        flat_share=0.30,
    ),
    pv_sites=(PvSite("pv_a", 35.0), PvSite("pv_b", 20.0), PvSite("pv_c", 10.0)),
)

EV_SITES: Mapping[str, EvSite] = MappingProxyType({
    site.name: site
    for site in (
        EvSite("ev_homes", "home", 12), EvSite("ev_shops", "workplace", 6), *(EvSite(f"ev_{x}", "home", 6) for x in "abcde"),
    )
})  # fmt: skip
"""The sites of cars of the built-in scenarios by name; a preset has none until it is given some."""
PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in (CAISO_LIKE, NW_EUROPE)})


def preset_named(name: str) -> Preset:
    """The preset of that name; `<name>_shifted` is its out-of-distribution sibling."""
    base = name.removesuffix("_shifted")
    if base not in PRESETS:
        raise UnknownName("preset", name, PRESETS)
    return PRESETS[base] if base == name else shifted(PRESETS[base])
