"""The sun stands where astronomy says, and a plane receives what geometry allows."""

from datetime import date

import numpy as np
import pytest

from gridbench.scenario.series.clock import Clock
from gridbench.scenario.series.sun import (
    clear_sky_w_m2,
    fixed_plane,
    plane_irradiance_w_m2,
    split_irradiance,
    sun_position,
    tracking_plane,
)

CLOCK = Clock(date(2023, 1, 1), 365, 0.25)
SUN = sun_position(CLOCK, 35.4, -119.0, -8.0)
CLEAR = clear_sky_w_m2(SUN.cos_zenith)


@pytest.mark.parametrize(("day", "elevation_deg"), [(171, 90 - 35.4 + 23.44), (354, 90 - 35.4 - 23.44), (79, 90 - 35.4)])
def test_noon_elevation_at_solstices_and_equinox(day, elevation_deg):
    noon = SUN.cos_zenith[day * 96 : (day + 1) * 96].max()
    assert 90.0 - np.degrees(np.arccos(noon)) == pytest.approx(elevation_deg, abs=0.5)


def test_noon_comes_early_east_of_the_time_meridian():
    day = SUN.cos_zenith[:96]
    assert CLOCK.mid_hour[day.argmax()] == pytest.approx(12.0 - 4.0 / 60.0 + 3.6 / 60.0, abs=0.25)


def test_sun_passes_from_east_to_west():
    up = SUN.cos_zenith > 0.05
    assert (SUN.azimuth_rad[up & (CLOCK.mid_hour < 9)] < 0).all()
    assert (SUN.azimuth_rad[up & (CLOCK.mid_hour > 15)] > 0).all()


def test_clear_sky_of_haurwitz():
    assert clear_sky_w_m2(np.array([1.0, 0.0, -0.5])) == pytest.approx([1098.0 * np.exp(-0.057), 0.0, 0.0])


def test_split_adds_up_where_the_sun_is_high():
    direct, diffuse = split_irradiance(SUN, CLEAR * 0.7)
    high = (SUN.cos_zenith > 0.1) & (direct < 1000)
    np.testing.assert_allclose((direct * SUN.cos_zenith + diffuse)[high], 0.7 * CLEAR[high])


def test_annual_irradiation_of_planes():
    """A year of clear Haurwitz sky (kWh/m2): flat is the horizontal, a tilt gains, a tracker gains more."""
    flat, tilted, tracked = (
        plane_irradiance_w_m2(SUN, plane, CLEAR).sum() * 0.25 / 1000
        for plane in (fixed_plane(SUN, 0.0), fixed_plane(SUN, 25.0), tracking_plane(SUN))
    )
    assert flat == pytest.approx(CLEAR.sum() * 0.25 / 1000, rel=0.01)
    assert 1.05 * flat < tilted < tracked
