"""Climate: where a place is, how warm it gets, and the weather that its sites share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.scenario.series.noise import ou_path, stream

if TYPE_CHECKING:
    from gridbench.scenario.series.clock import Clock
    from gridbench.scenario.series.columns import Floats
    from gridbench.scenario.series.sky import Sky
    from gridbench.scenario.series.wind import WindRegime


@dataclass(frozen=True)
class Climate:
    """Place and air temperature: mean + season (peak mid July) + day (peak 16 h) + noise; by default the San Joaquin valley."""

    latitude_deg: float = 35.4
    longitude_deg: float = -119.0
    utc_offset_h: float = -8.0
    mean_c: float = 19.0
    season_k: float = 9.5
    day_k: float = 6.5
    noise_k: float = 3.4
    noise_tau_h: float = 60.0


@dataclass(frozen=True)
class Likeness:
    """Share of the variance that a site has in common with its region, of the slow and of the middle part of cloud and wind."""

    cloud_slow: float
    cloud_mid: float
    wind_slow: float
    wind_mid: float


NEIGHBOURS = Likeness(0.95, 0.75, 0.92, 0.75)  # sites of one feeder
FAR_APART = Likeness(0.85, 0.35, 0.72, 0.25)  # plants of one price zone


@dataclass(frozen=True)
class Weather:
    """One drawn weather: temperature (degC) and the unit-variance regional parts of cloud and wind; each array is (n,)."""

    seed: int
    clock: Clock
    sky: Sky
    regime: WindRegime
    temperature_c: Floats
    cloud_slow: Floats
    cloud_mid: Floats
    wind_slow: Floats
    wind_mid: Floats

    def cloud(self, site: str, likeness: Likeness = NEIGHBOURS) -> Floats:
        """Unit Gaussian clearness of a site, high is clear; slow and middle parts partly shared with the region; shape (n,)."""
        taus, weights = self.sky.tau_h, self.sky.weight
        slow = self._near(self.cloud_slow, f"{site}.cs", taus[0], likeness.cloud_slow, self.sky.smooth_h)
        middle = self._near(self.cloud_mid, f"{site}.cm", taus[1], likeness.cloud_mid, self.sky.smooth_h)
        fast = self._own(f"{site}.cf", taus[2], self.sky.smooth_h)
        return math.sqrt(weights[0]) * slow + math.sqrt(weights[1]) * middle + math.sqrt(weights[2]) * fast

    def wind(self, site: str, likeness: Likeness = NEIGHBOURS) -> Floats:
        """Unit Gaussian windiness of a site, high is windy; slow and middle parts partly shared with the region; shape (n,)."""
        taus, weights = self.regime.tau_h, self.regime.weight
        slow = self._near(self.wind_slow, f"{site}.ws", taus[0], likeness.wind_slow, self.regime.smooth_h)
        middle = self._near(self.wind_mid, f"{site}.wm", taus[1], likeness.wind_mid, self.regime.smooth_h)
        return math.sqrt(weights[0]) * slow + math.sqrt(weights[1]) * middle

    def _own(self, name: str, tau_h: float, smooth_h: float) -> Floats:
        return ou_path(stream(self.seed, name), self.clock.n, tau_h, self.clock.step_h, smooth_h)

    def _near(self, regional: Floats, name: str, tau_h: float, share: float, smooth_h: float) -> Floats:
        return math.sqrt(share) * regional + math.sqrt(1.0 - share) * self._own(name, tau_h, smooth_h)


def draw_weather(climate: Climate, sky: Sky, regime: WindRegime, clock: Clock, seed: int) -> Weather:
    """The weather of one seed: clear spells are warmer in summer and colder in winter, and less windy."""

    def path(name: str, tau_h: float, smooth_h: float = 0.0) -> Floats:
        return ou_path(stream(seed, name), clock.n, tau_h, clock.step_h, smooth_h)

    cloud_slow = path("cloud.slow", sky.tau_h[0], sky.smooth_h)
    rho = regime.clearness_correlation
    wind_slow = rho * cloud_slow + math.sqrt(1.0 - rho * rho) * path("wind.slow", regime.tau_h[0], regime.smooth_h)
    temperature_c = climate.mean_c + climate.season_k * clock.season
    temperature_c += climate.day_k * (1.0 + 0.25 * clock.season) * clock.cycle(16.0)
    temperature_c += climate.noise_k * path("temp", climate.noise_tau_h) + 0.5 * cloud_slow * clock.season
    return Weather(
        seed=seed,
        clock=clock,
        sky=sky,
        regime=regime,
        temperature_c=temperature_c,
        cloud_slow=cloud_slow,
        cloud_mid=path("cloud.mid", sky.tau_h[1], sky.smooth_h),
        wind_slow=wind_slow,
        wind_mid=path("wind.mid", regime.tau_h[1], regime.smooth_h),
    )
