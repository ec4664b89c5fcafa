"""Generator: a whole year of weather, generation, load and price from a preset and a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.scenario.series.climate import FAR_APART, Weather, draw_weather
from gridbench.scenario.series.clock import Clock
from gridbench.scenario.series.columns import FORECAST, Floats, dequantise, kind_of, quantise
from gridbench.scenario.series.ev import ev_columns
from gridbench.scenario.series.forecast import expected
from gridbench.scenario.series.load_shape import LOAD_CLASSES, load_latent, load_shape
from gridbench.scenario.series.market import Region, day_ahead_price, gross_load, make_region
from gridbench.scenario.series.noise import ou_path, stream
from gridbench.scenario.series.pv import PvSite, pv_output
from gridbench.scenario.series.series import Series
from gridbench.scenario.series.wind import wind_output

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.scenario.series.presets import Preset

BASE_STEP_H = 0.25
STEPS_H = (0.25, 0.5, 1.0)
REGION_SITES = tuple(f"reg{i}" for i in range(5))


@dataclass(frozen=True)
class _Year:
    """What all columns of one generated series share: the preset, the weather on the base clock, the regional load noise (n,)."""

    preset: Preset
    seed: int
    clock: Clock
    weather: Weather
    load_noise: Floats

    def path(self, name: str, tau_h: float) -> Floats:
        return ou_path(stream(self.seed, name), self.clock.n, tau_h, self.clock.step_h)


def generate(preset: Preset, seed: int, days: int = 365, step_h: float = 1.0) -> Series:
    """One year (or `days` days) of the preset's columns and day-ahead forecasts, in steps of 0.25, 0.5 or 1 h.

    Drawn at 15 minutes, averaged to `step_h` (h), and rounded to the stored resolution, so that a saved series loads equal.
    PV, wind and cars are per unit of the rating, load per unit of its 99.9 % quantile, the price is the day-ahead one.
    """
    _refuse(seed, days, step_h)
    year = _draw(preset, seed, days)
    columns = {"temperature_c": year.weather.temperature_c} | _pv(year) | _wind(year) | _load(year)
    columns[preset.price_column] = day_ahead_price(preset.market, year.clock, _region(year).net, seed)
    columns = {name: year.clock.mean_over(values, step_h) for name, values in columns.items()}
    for site in preset.ev_sites:
        columns |= ev_columns(site, year.clock, seed, step_h)
    order = [name for name in columns if not name.startswith(FORECAST)]
    order += [name for name in columns if name.startswith(FORECAST)]
    return Series(
        name=f"{preset.name}_{seed}",
        preset=preset.name,
        seed=seed,
        step_h=step_h,
        start=preset.start,
        utc_offset_h=preset.climate.utc_offset_h,
        columns={name: _settle(name, columns[name]) for name in order},
    )


def generate_region(preset: Preset, seed: int, days: int = 365, step_h: float = 1.0) -> dict[str, Floats]:
    """The price zone behind `generate`: load_region, pv_region, wind_region, net_region and the price; each (n,)."""
    _refuse(seed, days, step_h)
    year = _draw(preset, seed, days)
    region = _region(year)
    columns = {"load_region": region.load, "pv_region": region.pv, "wind_region": region.wind, "net_region": region.net}
    columns[preset.price_column] = day_ahead_price(preset.market, year.clock, region.net, seed)
    return {name: _settle(name, year.clock.mean_over(values, step_h)) for name, values in columns.items()}


def _refuse(seed: int, days: int, step_h: float) -> None:
    faults = [f"seed is {seed}; give 0 or more"] if seed < 0 else []
    faults += [f"days is {days}; give 1 or more"] if days < 1 else []
    faults += [f"step_h is {step_h}; give one of {', '.join(map(str, STEPS_H))}"] if step_h not in STEPS_H else []
    if faults:
        raise InvalidInput("generate", faults)


def _settle(name: str, values: Floats) -> Floats:
    """The values as a file would hold them; rounded first, for a mean of ones may be a hair above one."""
    scale = kind_of(name).scale
    return dequantise(name, quantise(name, np.rint(values * scale) / scale))


def _draw(preset: Preset, seed: int, days: int) -> _Year:
    clock = Clock(preset.first_day, days, BASE_STEP_H)
    weather = draw_weather(preset.climate, preset.sky, preset.regime, clock, seed)
    return _Year(preset, seed, clock, weather, ou_path(stream(seed, "load.reg"), clock.n, 30.0, BASE_STEP_H))


def _with_forecast(
    year: _Year, name: str, output: Callable[[Floats], Floats], latent: Floats, skill: float, tau_h: float
) -> dict[str, Floats]:
    error = year.path(f"{name}.forecast", tau_h)
    return {name: output(latent), FORECAST + name: expected(output, latent, skill, error)}


def _pv(year: _Year) -> dict[str, Floats]:
    preset, columns = year.preset, dict[str, Floats]()
    for site in preset.pv_sites:
        output = pv_output(preset.climate, preset.design, site, year.weather)
        columns |= _with_forecast(year, site.name, output, year.weather.cloud(site.name), preset.skill.pv, preset.skill.pv_tau_h)
    return columns


def _wind(year: _Year) -> dict[str, Floats]:
    preset, columns = year.preset, dict[str, Floats]()
    output = wind_output(preset.regime, year.clock)
    for name in preset.wind_sites:
        columns |= _with_forecast(year, name, output, year.weather.wind(name), preset.skill.wind, preset.skill.wind_tau_h)
    return columns


def _load(year: _Year) -> dict[str, Floats]:
    skill, columns = year.preset.skill, dict[str, Floats]()
    for site in year.preset.load_sites:
        kind = LOAD_CLASSES[site.kind]
        shape = load_shape(kind, year.clock, year.weather.temperature_c)
        latent = load_latent(year.path(site.name, kind.noise_tau_h), year.load_noise)
        base = float(np.quantile(shape * np.exp(kind.noise_sd * latent), 0.999))
        output = _lognormal(shape / base, kind.noise_sd)
        columns |= _with_forecast(year, site.name, output, latent, skill.load(kind.noise_sd), skill.load_tau_h)
    return columns


def _lognormal(shape: Floats, noise_sd: float) -> Callable[[Floats], Floats]:
    return lambda latent: shape * np.exp(noise_sd * latent)


def _region(year: _Year) -> Region:
    preset, weather = year.preset, year.weather
    to_pv = pv_output(preset.climate, preset.design, PvSite("pv_region", tracker=True), weather)
    to_wind = wind_output(preset.regime, year.clock)
    pv = np.mean([to_pv(weather.cloud(site, FAR_APART)) for site in REGION_SITES], axis=0)
    wind = np.mean([to_wind(weather.wind(site, FAR_APART)) for site in REGION_SITES], axis=0)
    shapes = {kind: load_shape(load_class, year.clock, weather.temperature_c) for kind, load_class in LOAD_CLASSES.items()}
    return make_region(preset.market, gross_load(preset.market, shapes, year.load_noise), pv, wind)
