"""Three microgrids trade with each other in a double auction, hour by hour.

    python examples/02_peer_to_peer.py --day 12

Each bids and offers from its own marginal costs (gridbench/envs/agents/trader.py); the price is the midpoint of the marginal
bid and the marginal offer. The same day without trades is played beside it, so that the saving can be told on each bill.
Trades and payments are messages: the bills are made here, and the money of the plant changes only where a trade moves an engine.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np

from gridbench import load_scenario
from gridbench.envs.agents.trader import BLOCKS
from gridbench.envs.declaration import declare
from gridbench.heron import RestPolicy, StepEnv
from gridbench.heron.protocols import PeerToPeerTradingProtocol
from gridbench.physics.terms import Values

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario

mpl.use("Agg")
from matplotlib import pyplot as plt

FEE_USD_PER_MWH = 2.0
OPERATOR = "dso"
NOBODY_TRADES = 1e6
"""A fee (usd/MWh) that no trade is worth."""


@dataclass(frozen=True)
class Day:
    """A day by step and microgrid (steps, 3): sold (MW), paid and own cost (usd), drawn and made by engines (MW).

    By step: the price, those of buying and selling (usd/MWh), and the money of the whole plant (usd).
    """

    sold: np.ndarray
    paid: np.ndarray
    own: np.ndarray
    drawn: np.ndarray
    made: np.ndarray
    price: np.ndarray
    tariff: np.ndarray
    plant: np.ndarray

    def bills(self, step_h: float) -> np.ndarray:
        """Return what each microgrid pays (usd): its own costs, the grid for what no trade covered, minus its trades."""
        buy, sell = self.tariff.T[:, :, None]
        left = self.drawn + self.sold  # what was sold has left, what was bought has come
        grid = step_h * (buy * np.maximum(left, 0.0) - sell * np.maximum(-left, 0.0))
        return (self.own + grid - self.paid).sum(axis=0)


def play(scenario: Scenario, microgrids: list[str], day: int, fee: float) -> Day:
    """Play a test day under an auction with a fee; the operator's own devices are left alone."""
    own = next(group.devices for group in scenario.agents if group.name == OPERATOR)
    left_alone = {device.name: RestPolicy() for device in scenario.devices if device.asks() and device.name in own}
    auction = {OPERATOR: PeerToPeerTradingProtocol(fee=fee, blocks=BLOCKS)}
    env = StepEnv(declare(scenario, split="test", protocols=auction, policies=left_alone, days=[day]))
    env.reset(seeds=[0])
    rows = [row(scenario, env, microgrids) for _ in range(scenario.steps)]
    return Day(*(np.array(column) for column in zip(*rows, strict=True)))


def row(scenario: Scenario, env: StepEnv, microgrids: list[str]) -> tuple:
    """Step once, and return what the microgrids traded, were paid, spent, drew and made, at which prices, and all money."""
    w = Values(price_usd_per_mwh=float(env.observe(OPERATOR)["price.price"][0]))
    result = env.step()
    seen = [result.observations[name] for name in microgrids]
    trade = np.array([[one[f"{OPERATOR}>trade.{what}"][0] for what in ("quantity", "payment", "price")] for one in seen])
    own = [-scenario.reward_usd * result.rewards[name][0] for name in microgrids]
    drawn = [next(one[f][0] for f in one.names() if f.startswith("connection.") and f.endswith(".p_mw")) for one in seen]
    made = [env.state.get(f"{env.agents[name].trader.unit.name}/electrical.p_mw")[0] for name in microgrids]
    tariff = scenario.tie.buy_usd_per_mwh(w), scenario.tie.sell_usd_per_mwh(w)
    plant = -scenario.reward_usd * result.rewards[OPERATOR][0]
    return trade[:, 0], trade[:, 1] * scenario.step_h, own, drawn, made, trade[0, 2], tariff, plant


def show(microgrids: list[str], traded: Day, alone: Day, step_h: float) -> None:
    """Print the hours with trades, and the bills."""
    print("hour  price " + "".join(f"{name:>9s} MW" for name in microgrids) + "   buy  sell usd/MWh")
    for t in np.flatnonzero(np.abs(traded.sold).sum(axis=1) > 1e-6):
        quantities = "".join(f"{sold:12.3f}" for sold in traded.sold[t])
        print(f"{t * step_h:4.0f} {traded.price[t]:6.2f} {quantities} {traded.tariff[t, 0]:6.1f}{traded.tariff[t, 1]:6.1f}")
    volume = step_h * np.maximum(traded.sold, 0.0).sum()
    print(f"traded {volume:.3f} MWh; left for the fee {-traded.paid.sum():.2f} usd ({FEE_USD_PER_MWH:g} usd a MWh)")
    print(f"{'bill, usd':12s} {'alone':>9s} {'trading':>9s} {'saving':>9s}")
    before_all, after_all = (np.append(day.bills(step_h), day.bills(step_h).sum()) for day in (alone, traded))
    for name, before, after in zip([*microgrids, "all"], before_all, after_all, strict=True):
        print(f"{name:12s} {before:9.2f} {after:9.2f} {before - after:9.2f}")
    print(f"{'the plant':12s} {alone.plant.sum():9.2f} {traded.plant.sum():9.2f} {(alone.plant - traded.plant).sum():9.2f}")


def draw(microgrids: list[str], traded: Day, step_h: float, path: Path) -> None:
    """Save what was sold and bought, and the price between the grid's two."""
    hours = np.arange(len(traded.price)) * step_h
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(8, 6), sharex=True, layout="constrained")
    above = below = np.zeros(len(hours))
    for name, sold in zip(microgrids, traded.sold.T, strict=True):
        upper.bar(hours, sold, 0.8 * step_h, bottom=np.where(sold > 0, above, below), label=name)
        above, below = above + np.maximum(sold, 0.0), below + np.minimum(sold, 0.0)
    upper.axhline(0.0, color="black", linewidth=0.8)
    upper.set(ylabel="sold (+), bought (-), MW", title="Trades of three microgrids")
    upper.legend()
    cleared = np.where(np.abs(traded.sold).sum(axis=1) > 1e-6, traded.price, np.nan)
    lower.step(hours, traded.tariff[:, 0], where="mid", label="buying from the grid")
    lower.step(hours, traded.tariff[:, 1], where="mid", label="selling to the grid")
    lower.plot(hours, cleared, "o", color="black", label="price of the auction")
    lower.set(xlabel="hour of the day", ylabel="usd/MWh")
    lower.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> tuple[Day, Day]:
    """Play the day with and without trades; return both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", type=int, default=12, help="day of the test year")
    parser.add_argument("--out", type=Path, default=Path("runs/examples"), help="folder of the figure")
    options = parser.parse_args(arguments)
    scenario = load_scenario("ieee34_ieee13")
    microgrids = [group.name for group in scenario.agents if group.name != OPERATOR]
    traded, alone = (play(scenario, microgrids, options.day, fee) for fee in (FEE_USD_PER_MWH, NOBODY_TRADES))
    show(microgrids, traded, alone, scenario.step_h)
    draw(microgrids, traded, scenario.step_h, options.out / "02_peer_to_peer.png")
    return traded, alone


if __name__ == "__main__":
    main()
