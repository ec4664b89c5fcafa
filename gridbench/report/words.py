"""Numbers as the page writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench.html import Cell

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario


def usd(money: float) -> str:
    """Return money with two digits."""
    return f"{money + 0.0:,.2f}"


def share(part: float) -> str:
    """Return a share in per cent, on one line."""
    percent = 100.0 * part
    number = f"{percent:,.0f}" if abs(percent) >= 1000.0 else f"{percent:.3g}"
    return f"{number}\N{NO-BREAK SPACE}%"


def clock(hours: float) -> str:
    """Return an hour of the day as hh:mm."""
    minutes = round(hours * 60.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def money_cell(money: float) -> Cell:
    """Return a cell of money."""
    return Cell(usd(money), money)


def words(name: str) -> str:
    """Return a name of the code as words."""
    return name.replace("_", " ")


def day_ends(scenario: Scenario) -> list[float]:
    """Return the ends of the steps (steps + 1,), hours of the day."""
    return [step * scenario.step_h for step in range(scenario.steps + 1)]
