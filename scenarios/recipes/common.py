"""What the recipes share: the head of a file, limits and their prices, and devices by a few sizes."""

from __future__ import annotations

from tables import device, entry, keys, table

LOST_USD_PER_MWH = 5000.0


def head(name: str, title: str, step_h: float = 1.0, reward_usd: float = 100.0) -> str:
    """Return identity and time."""
    above = keys(name=name, version=1, title=title, anchor="idle", violating_share_max=0.05, reward_usd=reward_usd)
    return above + "\n" + table("time", step_h=step_h, steps=round(24 / step_h))


def limits(voltage_usd: float, loading_usd: float, blackout_usd: float, v_min_pu: float = 0.95, v_max_pu: float = 1.05) -> str:
    """Return what breaking a limit costs: prices a bus and hour (per pu^2 of squared voltage) and a branch and hour."""
    band = {"v_min_pu": v_min_pu, "v_max_pu": v_max_pu, "excess_usd_per_pu2_h": voltage_usd}
    return "\n".join([
        table("voltage", **band, trip_min_pu=0.7, trip_max_pu=1.3),
        table("loading", excess_usd_per_h=loading_usd, trip_loading=3.0),
        table("blackout", blackout_usd=blackout_usd),
    ])  # fmt: skip


def demand(feeder: str, profile: str, *buses: str, share: float = 0.5) -> str:
    """Return the loads of a feeder, of which a share may be shed at the buses named."""
    some = {"sheddable_share": share, "sheddable_buses": buses} if buses else {}
    return entry("loads", feeder=feeder, profile=profile, lost_load_usd_per_mwh=LOST_USD_PER_MWH, **some)


def tie(bus: str, rating_mva: float, price: str = "price_usd_per_mwh", delivery_usd_per_mwh: float = 30.0) -> str:
    """Return the connection to the grid above; delivery is what the network charges on top of the market's price."""
    return device(
        "grid_tie", "tie", bus=bus, rating_mva=rating_mva, price=price, delivery_usd_per_mwh=delivery_usd_per_mwh,
        sell_factor=0.9, overload_usd_per_h=500.0, trip_loading=3.0,
    )  # fmt: skip


def regulator(name: str, branch: str, reach: int = 16, first: int = 0) -> str:
    """Return a regulator of steps of 5/8 %."""
    span = {"position_min": -reach, "position_max": reach, "position_initial": first}
    return device("regulator", name, branch=branch, step_pu=0.00625, **span, step_usd=0.2)


def bank(name: str, bus: str, steps: int, step_mvar: float) -> str:
    """Return a switched capacitor bank."""
    return device("capacitor_bank", name, bus=bus, steps=steps, step_mvar=step_mvar, position_initial=0, switch_usd=0.5)


def diesel(name: str, bus: str, p_mw: float, usd_per_mwh: float, step_h: float = 1.0) -> str:
    """Return a generator that runs at a fifth of its power at least, starts at half, and may be cut off."""
    return device(
        "generator", name, bus=bus, p_min_mw=0.2 * p_mw, p_max_mw=p_mw, s_max_mva=1.25 * p_mw, power_factor_min=0.8,
        cost_usd_per_mw2h=40.0 / p_mw, cost_usd_per_mwh=usd_per_mwh, cost_usd_per_h=0.8 * p_mw, start_usd=40.0 * p_mw,
        start_mw=0.5 * p_mw, ramp_mw_per_h=0.5 * p_mw, min_up_steps=round(3 / step_h), min_down_steps=round(2 / step_h),
        connection=f"connected_{name}",
    )  # fmt: skip


def storage(
    name: str, bus: str, power_mw: float, energy_mwh: float, missing_usd_per_mwh: float = 250.0, *, out: bool = False
) -> str:
    """Return a battery that begins the day half full, and may be cut off if `out`."""
    return device(
        "storage", name, bus=bus, power_mw=power_mw, s_max_mva=1.1 * power_mw, energy_mwh=energy_mwh, efficiency_in=0.95,
        efficiency_out=0.95, energy_share_min=0.1, energy_share_max=0.9, energy_share_initial=0.5, wear_usd_per_mwh=4.0,
        missing_usd_per_mwh=missing_usd_per_mwh, connection=f"connected_{name}" if out else None,
    )  # fmt: skip


def renewable(name: str, bus: str, p_mw: float, profile: str, *, out: bool = False) -> str:
    """Return a solar or wind plant behind an inverter a tenth larger; it may be cut off if `out`."""
    connection = f"connected_{name}" if out else None
    return device("renewable", name, bus=bus, p_rated_mw=p_mw, s_max_mva=1.1 * p_mw, profile=profile, connection=connection)


def agent(name: str, devices: list[str], feeders: list[str]) -> str:
    """Return who owns what."""
    return entry("agent", name=name, devices=devices, feeders=feeders)
