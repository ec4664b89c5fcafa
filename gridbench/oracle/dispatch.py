"""A dispatch: the certified interval of one day and the schedule that reaches its upper end."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Dispatch:
    """`bound_usd` <= the cost of every policy on this day <= `witness_usd`, the cost of `asks` replayed in the plant.

    `asks` (steps, asks) float32 in the order of the plant's layout. `survive_usd` bounds the days without a blackout,
    `blackout_usd` those with one; the bound is the lower. `cone_slack` is the worst relative slack of a branch's cone.
    """

    scenario_id: str
    scenario_digest: str
    split: str
    day: int
    bound_usd: float
    witness_usd: float
    survive_usd: float
    blackout_usd: float
    asks: NDArray[np.float32]
    status: str
    seconds: float
    rounds: int
    cone_slack: float
    cone_slack_at: str
    solver: str
    formulation: str

    @property
    def gap(self) -> float:
        """The certified gap, relative to the witness."""
        return (self.witness_usd - self.bound_usd) / max(abs(self.witness_usd), 1e-9)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and lists; money that no finite number bounds is None."""
        plain = asdict(self) | {"asks": [[float(ask) for ask in row] for row in self.asks]}
        return {key: None if isinstance(number, float) and not math.isfinite(number) else number for key, number in plain.items()}

    @classmethod
    def from_dict(cls, plain: dict[str, Any], where: str = "dispatch") -> Dispatch:
        """Return the dispatch that `to_dict` wrote. Raises InvalidInput, with all faults."""
        names = [field.name for field in fields(cls)]
        faults = [f"unknown key {key!r}" for key in plain if key not in names]
        faults += [f"missing key {name!r}" for name in names if name not in plain]
        if faults:
            raise InvalidInput(where, faults)
        faults = [fault for name in names if (fault := _fault(name, plain[name]))]
        if faults:
            raise InvalidInput(where, faults)
        empty = {"bound_usd", "survive_usd"}
        read: dict[str, Any] = {name: -math.inf if plain[name] is None and name in empty else plain[name] for name in names}
        read["blackout_usd"] = math.inf if plain["blackout_usd"] is None else plain["blackout_usd"]
        read["asks"] = np.asarray(plain["asks"], dtype=np.float32)
        return cls(**read)

    def save(self, path: Path) -> None:
        """Write JSON."""
        path.write_text(json.dumps(self.to_dict(), allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Dispatch:
        """Read JSON. Raises InvalidInput."""
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise InvalidInput(str(path), [f"is no JSON: {error}"]) from error
        if not isinstance(plain, dict):
            raise InvalidInput(str(path), ["must be an object"])
        return cls.from_dict(plain, str(path))


TEXTS = ("scenario_id", "scenario_digest", "split", "status", "cone_slack_at", "solver", "formulation")
COUNTS = ("day", "rounds")
OPEN = ("bound_usd", "survive_usd", "blackout_usd")


def _fault(name: str, value: object) -> str:
    """Return what is wrong with the value of a key, or an empty string."""
    if name == "asks":
        return _asks_fault(value)
    if name in TEXTS:
        return "" if isinstance(value, str) else f"{name} must be a string, is {value!r}"
    if name in COUNTS:
        return "" if type(value) is int and value >= 0 else f"{name} must be a whole number >= 0, is {value!r}"
    if value is None and name in OPEN:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return "" if number else f"{name} must be a finite number, is {value!r}"


def _asks_fault(value: object) -> str:
    try:
        asks = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return "asks must be rows of numbers of one length"
    return "" if asks.ndim == 2 and bool(np.isfinite(asks).all()) else "asks must be rows of finite numbers of one length"
