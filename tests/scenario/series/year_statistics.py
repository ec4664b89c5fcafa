"""Statistics of an hourly year of a price zone, as the targets define them."""

import numpy as np
from scipy.stats import spearmanr

HOURS = np.arange(8760)
HOUR = HOURS % 24
WEEKEND = (6 + HOURS // 24) % 7 >= 5  # 2023-01-01 is a Sunday
MONTH = (np.datetime64("2023-01-01T00") + HOURS).astype("datetime64[M]").astype(int) % 12
SPRING = np.isin(MONTH, (2, 3, 4))


def acf(values, lag):
    away = values - values.mean()
    return float((away[lag:] * away[:-lag]).mean() / away.var())


def price(values):
    """Spread is the median over days of the dearest less the cheapest hour; dmacf is the lag-1 ACF of daily means."""
    days = values.reshape(-1, 24)
    return {
        "mean": values.mean(),
        "std": values.std(),
        "neg": 100 * (values < 0).mean(),
        "negMAM": 100 * (values[SPRING] < 0).mean(),
        "p95": np.quantile(values, 0.95),
        "p99": np.quantile(values, 0.99),
        "acf1": acf(values, 1),
        "acf24": acf(values, 24),
        "acf168": acf(values, 168),
        "dmacf": acf(days.mean(axis=1), 1),
        "spread": np.median(np.ptp(days, axis=1)),
        "h19": values[HOUR == 19].mean(),
        "h12": values[HOUR == 12].mean(),
    }


def load(values):
    """The residual is the log of the load less its mean by month, weekend and hour."""
    values = values / values.mean()
    group = MONTH * 48 + WEEKEND * 24 + HOUR
    residual = np.log(values) - (np.bincount(group, np.log(values)) / np.bincount(group))[group]
    return {
        "std": values.std(),
        "LF": 1 / values.max(),
        "acf1": acf(values, 1),
        "acf24": acf(values, 24),
        "acf168": acf(values, 168),
        "wdwe": values[~WEEKEND].mean() / values[WEEKEND].mean(),
        "resSd": residual.std(),
        "resAR": acf(residual, 1),
    }


def wind(values):
    """Per unit of the year's highest hour, as the observed series is."""
    values = values / values.max()
    return {
        "CF": values.mean(),
        "std": values.std(),
        "acf1": acf(values, 1),
        "acf24": acf(values, 24),
        "ramp": np.diff(values).std(),
        "p50": np.median(values),
    }


def pv(values):
    """dayK is a day's energy over the most of the 15 days before and after it."""
    energy = values.reshape(-1, 24).sum(axis=1)
    around = np.concatenate([energy[-15:], energy, energy[:15]])
    clearness = energy / np.lib.stride_tricks.sliding_window_view(around, 31).max(axis=1)
    return {
        "CF": values.mean(),
        "std": values.std(),
        "acf1": acf(values, 1),
        "acf24": acf(values, 24),
        "ramp": np.diff(values).std(),
        "dayKmean": clearness.mean(),
        "dayKsd": clearness.std(),
        "dayKacf1": acf(clearness, 1),
    }


def corr(region, paid):
    """p price, s solar, w wind, l load, n net load (per unit of the mean load); S by rank."""

    def linear(a, b):
        return np.corrcoef(a, b)[0, 1]

    sun, net = region["pv_region"], region["net_region"]
    return {
        "ps": linear(paid, sun),
        "pn": linear(paid, net),
        "pnS": spearmanr(paid, net).statistic,
        "ls": linear(region["load_region"], sun),
        "sw": linear(sun, region["wind_region"]),
        "netmin": net.min(),
        "netmax": net.max(),
    }


def of_region(region, price_column, *, pv_of_highest=False):
    """Statistics of a year by group; with `pv_of_highest` PV is per unit of its highest hour, as its observed series is."""
    paid, sun = region[price_column], region["pv_region"]
    return {
        "price": price(paid),
        "load": load(region["load_region"]),
        "wind": wind(region["wind_region"]),
        "pv": pv(sun / sun.max() if pv_of_highest else sun),
        "corr": corr(region, paid),
    }
