"""Market: the region around a feeder, its net load, and the day-ahead price that the net load makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit  # type: ignore[import-untyped, unused-ignore]

from gridbench.scenario.series.noise import ou_path, stream

if TYPE_CHECKING:
    from gridbench.scenario.series.clock import Clock
    from gridbench.scenario.series.columns import Floats

CLASS_SHARES = {"residential": 0.38, "commercial": 0.42, "industrial": 0.20}


@dataclass(frozen=True)
class Market:
    """A price zone: fuel level, merit order over the net load n (per unit of the mean load), and the mix that makes n.

    Merit order: linear_height * sigmoid((n - linear_n) / linear_width) + slope * max(n - 0.85, 0)
    + exp((n - scarcity_n) / scarcity_width), times the fuel level (currency/MWh), less a subsidised dip below dip_n.
    The shares of solar, wind, rooftop and flat load are annual energy over annual gross load.
    """

    currency: str = "usd"
    fuel_mean: float = 44.0
    fuel_season: float = 0.22
    fuel_log_sd: float = 0.30
    fuel_tau_d: float = 35.0
    linear_n: float = 0.54
    linear_width: float = 0.105
    linear_height: float = 1.10
    slope: float = 0.55
    scarcity_n: float = 1.46
    scarcity_width: float = 0.135
    dip: float = 27.2
    dip_n: float = 0.36
    dip_width: float = 0.075
    noise_log_sd: float = 0.14
    noise_tau_h: float = 24.0
    net_sd: float = 0.030
    net_tau_h: float = 36.0
    cap: float = 1000.0
    floor: float = -150.0
    solar_share: float = 0.145
    wind_share: float = 0.060
    rooftop_share: float = 0.07
    flat_share: float = 0.42


@dataclass(frozen=True)
class Region:
    """The price zone's load (per unit of its peak), PV and wind (per unit), net load (per unit of the mean load); each (n,)."""

    load: Floats
    pv: Floats
    wind: Floats
    net: Floats


def gross_load(market: Market, shapes: dict[str, Floats], noise: Floats) -> Floats:
    """Load of the zone before rooftop PV (n,), mean 1, from the expected load of each class and a unit Gaussian noise (n,)."""
    mixed = np.zeros_like(noise)
    for kind, share in CLASS_SHARES.items():
        mixed += share * shapes[kind] / shapes[kind].mean()
    load = (market.flat_share + (1.0 - market.flat_share) * mixed / mixed.mean()) * np.exp(0.028 * noise)
    return np.asarray(load / load.mean(), dtype=np.float64)


def make_region(market: Market, gross: Floats, pv: Floats, wind: Floats) -> Region:
    """The zone from its gross load (mean 1), PV and wind (n,): rooftop PV hides in the load, the rest is subtracted from it."""
    load = gross - market.rooftop_share * pv / pv.mean()
    net = load - market.solar_share * pv / pv.mean() - market.wind_share * wind / wind.mean()
    return Region(load / load.max(), pv, wind, net / load.mean())


def day_ahead_price(market: Market, clock: Clock, net: Floats, seed: int) -> Floats:
    """Day-ahead price (currency/MWh) in hourly blocks from the net load (n,) of the zone; shape (n,)."""
    hours = clock.days * 24

    def path(name: str, tau_h: float) -> Floats:
        return ou_path(stream(seed, name), hours, tau_h, 1.0)

    n = clock.mean_over(net, 1.0) + market.net_sd * path("price.nl", market.net_tau_h)
    fuel_noise = np.repeat(ou_path(stream(seed, "price.fuel"), clock.days, market.fuel_tau_d, 1.0), 24)
    fuel = market.fuel_mean * np.exp(market.fuel_log_sd * fuel_noise - market.fuel_season * clock.mean_over(clock.season, 1.0))
    merit = market.linear_height * expit((n - market.linear_n) / market.linear_width)
    merit = merit + market.slope * np.maximum(n - 0.85, 0.0) + np.exp((n - market.scarcity_n) / market.scarcity_width)
    dip = market.dip * np.exp(0.3 * path("price.negd", 300.0)) * expit((market.dip_n - n) / market.dip_width)
    price = fuel * merit * np.exp(market.noise_log_sd * path("price.noise", market.noise_tau_h)) - dip
    return np.repeat(np.clip(price, market.floor, market.cap), round(1.0 / clock.step_h))
