"""Photovoltaics: a plant's power from the sky above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.scenario.series.sky import clear_sky_index
from gridbench.scenario.series.sun import (
    clear_sky_w_m2,
    fixed_plane,
    plane_irradiance_w_m2,
    sun_position,
    tracking_plane,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.scenario.series.climate import Climate, Weather
    from gridbench.scenario.series.columns import Floats


@dataclass(frozen=True)
class PvSite:
    """A plant named pv_*: modules fixed to the south at `tilt_deg` (deg), or on a single-axis tracker."""

    name: str
    tilt_deg: float = 25.0
    tracker: bool = False


@dataclass(frozen=True)
class PvDesign:
    """What the plants of a preset have in common: DC over AC rating, power per K, module heating (K per W/m2), efficiency."""

    dc_over_ac: float = 1.25
    per_k: float = -0.0037
    heating_k_m2_w: float = 0.027
    efficiency: float = 0.93


def ac_power(design: PvDesign, irradiance_w_m2: Floats, temperature_c: Floats) -> Floats:
    """Power (n,) per unit of the AC rating, clipped to [0, 1], at an irradiance on the modules and an air temperature.

    Module temperature = air temperature + heating * irradiance (Ross, 1976); power falls by `per_k` per K above 25 degC.
    """
    module_c = temperature_c + design.heating_k_m2_w * irradiance_w_m2
    derate = 1.0 + design.per_k * (module_c - 25.0)
    return np.clip(design.dc_over_ac * design.efficiency * irradiance_w_m2 / 1000.0 * derate, 0.0, 1.0)


def pv_output(climate: Climate, design: PvDesign, site: PvSite, weather: Weather) -> Callable[[Floats], Floats]:
    """The map from a site's cloud latent (n,) to its power (n,) per unit of the AC rating."""
    clock = weather.clock
    sun = sun_position(clock, climate.latitude_deg, climate.longitude_deg, climate.utc_offset_h)
    clear = clear_sky_w_m2(sun.cos_zenith)
    plane = tracking_plane(sun) if site.tracker else fixed_plane(sun, site.tilt_deg)

    def power(latent: Floats) -> Floats:
        irradiance = plane_irradiance_w_m2(sun, plane, clear * clear_sky_index(weather.sky, clock, latent))
        return ac_power(design, irradiance, weather.temperature_c)

    return power
