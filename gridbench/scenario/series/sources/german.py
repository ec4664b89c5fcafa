"""German year: standard loads, PV and wind of a test reference year, through gridbench's own models of plants.

Sources: BDEW load profiles and DWD test reference years 2010, both from the package demandlib (MIT). The weather is a typical
year, not that of the calendar year that loads follow; there is no price in it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.scenario.series.clock import Clock
from gridbench.scenario.series.columns import kind_of
from gridbench.scenario.series.intake.days import mean_over, step_faults
from gridbench.scenario.series.persistence import with_persistence
from gridbench.scenario.series.pv import PvDesign, ac_power
from gridbench.scenario.series.series import Series
from gridbench.scenario.series.sources.bdew import FILE, profile_year, read_profiles
from gridbench.scenario.series.sources.package_file import Package, package_file
from gridbench.scenario.series.sources.sourced import Sourced
from gridbench.scenario.series.sources.try2010 import ReferenceYear, read_reference_year, region_file
from gridbench.scenario.series.sun import fixed_plane, sun_position, transposed_w_m2
from gridbench.scenario.series.wind import farm_power

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.scenario.series.columns import Floats

PACKAGE = Package(
    name="demandlib",
    extra="de",
    licence="MIT (package)",
    attribution="BDEW standard load profiles; Deutscher Wetterdienst, test reference years 2010; by way of demandlib",
)
LOADS = {"load_residential_a": "h0", "load_commercial": "g1", "load_industrial": "g3", "load_farm": "l0"}
"""Our columns, and BDEW's profiles: households, commerce on workdays 8 to 18 h, commerce day and night, farms."""
PV_TILT_DEG = {"pv_a": 35.0, "pv_b": 20.0, "pv_c": 10.0}
WIND = "wind_a"
HUB_M, SHEAR = 100.0, 0.2
"""Height of the hub (m), and the exponent of the power law that brings wind there from 10 m."""
DESIGN = PvDesign(dc_over_ac=1.0)
UTC_OFFSET_H = 1.0
MIN_COS_ZENITH = 0.05


def german_year(region: int = 4, year: int = 2019, wheel: Path | None = None, step_min: float = 60.0) -> Sourced:
    """Return a year of LOADS, PV_TILT_DEG, WIND and the temperature of a region. Raises InvalidInput.

    Loads are per unit of their highest quarter hour, PV and wind of their rating; forecasts are of the day before. Weather
    within an hour is constant; the year must have 365 days, as the weather has.
    """
    if not 1990 <= year <= 2100 or (date(year + 1, 1, 1) - date(year, 1, 1)).days != 365:
        raise InvalidInput(
            "German year", [f"year {year}: the weather has 365 days; choose a year of 1990 to 2100 that is no leap year"]
        )
    faults = step_faults(15 * 60, step_min)
    if faults:
        raise InvalidInput("German year", faults)
    profiles, origin = package_file(PACKAGE, FILE, wheel)
    loads = profile_year(read_profiles(profiles.decode("utf-8"), sorted(LOADS.values()), FILE), year)
    weather, sky = package_file(PACKAGE, region_file(region), wheel)
    columns = {name: loads[profile] for name, profile in LOADS.items()}
    columns |= plants(read_reference_year(weather.decode("utf-8", errors="replace"), sky.file), year)
    settled = {name: _settled(name, mean_over(values, 15 * 60, round(step_min * 60))) for name, values in columns.items()}
    series = Series(
        name=f"de_{region}_{year}",
        preset="de",
        seed=0,
        step_h=step_min / 60.0,
        start=f"{year}-01-01T00:00:00+01:00",
        utc_offset_h=UTC_OFFSET_H,
        columns=with_persistence(settled, round(24 * 60 / step_min)),
    )
    return Sourced(series, (origin, sky))


def plants(weather: ReferenceYear, year: int) -> dict[str, Floats]:
    """PV, wind and temperature of a reference year in quarter hours, each (35040,)."""
    sun = sun_position(Clock(date(year, 1, 1), 365, 1.0), weather.latitude_deg, weather.longitude_deg, UTC_OFFSET_H)
    high = sun.cos_zenith > MIN_COS_ZENITH
    normal = np.minimum(np.where(high, weather.direct_w_m2 / np.maximum(sun.cos_zenith, MIN_COS_ZENITH), 0.0), 1000.0)
    columns = {"temperature_c": weather.temperature_c, WIND: farm_power(weather.wind_m_s * (HUB_M / 10.0) ** SHEAR)}
    for name, tilt_deg in PV_TILT_DEG.items():
        both = weather.direct_w_m2 + weather.diffuse_w_m2
        irradiance = transposed_w_m2(fixed_plane(sun, tilt_deg), normal, weather.diffuse_w_m2, both)
        columns[name] = ac_power(DESIGN, irradiance, weather.temperature_c)
    return {name: np.repeat(values, 4) for name, values in columns.items()}


def _settled(name: str, values: Floats) -> Floats:
    scale = kind_of(name).scale
    return np.rint(values * scale) / scale
