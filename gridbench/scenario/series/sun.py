"""Sun: its position, the irradiance of a clear sky, and what falls on a tilted or tracking plane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridbench.scenario.series.clock import Clock
    from gridbench.scenario.series.columns import Floats

SOLAR_CONSTANT_W_M2 = 1361.0
TRACKER_LIMIT_RAD = math.radians(55.0)
GROUND_COVER = 0.38
ALBEDO = 0.2


@dataclass(frozen=True)
class Sun:
    """Position in the middle of each step: cosine of the zenith, azimuth (rad, 0 south, + west), distance factor; each (n,)."""

    cos_zenith: Floats
    azimuth_rad: Floats
    distance_factor: Floats


def sun_position(clock: Clock, latitude_deg: float, longitude_deg: float, utc_offset_h: float) -> Sun:
    """Sun position by the Fourier series of Spencer (1971) for declination, equation of time and distance."""
    g = 2.0 * np.pi * (clock.day_of_year + (clock.mid_hour - 12.0) / 24.0) / 365.0
    c1, s1, c2, s2, c3, s3 = np.cos(g), np.sin(g), np.cos(2 * g), np.sin(2 * g), np.cos(3 * g), np.sin(3 * g)
    declination = 0.006918 - 0.399912 * c1 + 0.070257 * s1 - 0.006758 * c2 + 0.000907 * s2 - 0.002697 * c3 + 0.00148 * s3
    equation_min = 229.18 * (0.000075 + 0.001868 * c1 - 0.032077 * s1 - 0.014615 * c2 - 0.040849 * s2)
    solar_min = (clock.mid_hour - utc_offset_h) * 60.0 + equation_min + 4.0 * longitude_deg
    hour_angle = (np.radians(solar_min / 4.0 - 180.0) + np.pi) % (2.0 * np.pi) - np.pi
    latitude = math.radians(latitude_deg)
    cos_zenith = math.sin(latitude) * np.sin(declination) + math.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    azimuth = np.arctan2(np.sin(hour_angle), np.cos(hour_angle) * math.sin(latitude) - np.tan(declination) * math.cos(latitude))
    return Sun(cos_zenith, azimuth, 1.00011 + 0.034221 * c1 + 0.00128 * s1 + 0.000719 * c2 + 0.000077 * s2)


def clear_sky_w_m2(cos_zenith: Floats) -> Floats:
    """Global horizontal irradiance of a clear sky (W/m2), Haurwitz (1945): its only input is the zenith angle; shape (n,)."""
    up = np.maximum(cos_zenith, 1e-3)
    return np.where(cos_zenith > 0.01, 1098.0 * up * np.exp(-0.057 / up), 0.0)


def split_irradiance(sun: Sun, global_w_m2: Floats) -> tuple[Floats, Floats]:
    """Direct normal and diffuse horizontal irradiance (W/m2) from the global one, by Erbs, Klein and Duffie (1982); each (n,)."""
    up = np.maximum(sun.cos_zenith, 0.05)
    high = sun.cos_zenith > 0.05
    kt = np.clip(np.where(high, global_w_m2 / (SOLAR_CONSTANT_W_M2 * sun.distance_factor * up), 0.0), 0.0, 1.0)
    middle = 0.9511 - 0.1604 * kt + 4.388 * kt**2 - 16.638 * kt**3 + 12.336 * kt**4
    diffuse = np.where(kt <= 0.22, 1.0 - 0.09 * kt, np.where(kt <= 0.8, middle, 0.165)) * global_w_m2
    direct = np.where(high, (global_w_m2 - diffuse) / up, 0.0)
    return np.minimum(direct, 1000.0), diffuse


@dataclass(frozen=True)
class Plane:
    """Orientation of a plant's modules at each step: cosine of the angle of incidence and cosine of the tilt; each (n,)."""

    cos_incidence: Floats
    cos_tilt: Floats


def fixed_plane(sun: Sun, tilt_deg: float) -> Plane:
    """A plane fixed to the south at `tilt_deg` (deg) from the horizontal."""
    tilt = math.radians(tilt_deg)
    sin_zenith = np.sin(np.arccos(np.clip(sun.cos_zenith, -1.0, 1.0)))
    cos_incidence = sun.cos_zenith * math.cos(tilt) + sin_zenith * np.cos(sun.azimuth_rad) * math.sin(tilt)
    return Plane(cos_incidence, np.full_like(sun.cos_zenith, math.cos(tilt)))


def tracking_plane(sun: Sun) -> Plane:
    """A horizontal north-south single-axis tracker, +-55 deg, backtracking at ground cover 0.38 (Anderson and Mikofski, 2020)."""
    across = np.sin(np.arccos(np.clip(sun.cos_zenith, -1.0, 1.0))) * np.sin(sun.azimuth_rad)
    turn = np.arctan2(across, np.maximum(sun.cos_zenith, 1e-3))
    shade = np.cos(turn) / GROUND_COVER
    back = turn - np.sign(turn) * np.arccos(np.clip(shade, 0.0, 1.0))
    turn = np.clip(np.where(shade < 1.0, back, turn), -TRACKER_LIMIT_RAD, TRACKER_LIMIT_RAD)
    return Plane(np.cos(turn) * sun.cos_zenith + np.sin(turn) * across, np.cos(np.abs(turn)))


def plane_irradiance_w_m2(sun: Sun, plane: Plane, global_w_m2: Floats) -> Floats:
    """Irradiance on the plane (W/m2) from the global one, split by `split_irradiance`; shape (n,)."""
    return transposed_w_m2(plane, *split_irradiance(sun, global_w_m2), global_w_m2)


def transposed_w_m2(plane: Plane, direct_w_m2: Floats, diffuse_w_m2: Floats, global_w_m2: Floats) -> Floats:
    """Irradiance on the plane (W/m2): direct + isotropic diffuse + ground-reflected (Liu and Jordan, 1963); shape (n,)."""
    seen_sky, seen_ground = (1.0 + plane.cos_tilt) / 2.0, (1.0 - plane.cos_tilt) / 2.0
    return np.maximum(plane.cos_incidence, 0.0) * direct_w_m2 + diffuse_w_m2 * seen_sky + ALBEDO * global_w_m2 * seen_ground
