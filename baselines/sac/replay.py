"""What SAC learns from: steps of the days that were played, kept as arrays and drawn as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.core.columns import Columns

from gridbench.bench.files import read_arrays, write_arrays
from gridbench.envs.rllib_days import GRID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray
    from ray.rllib.env.multi_agent_episode import MultiAgentEpisode

COLUMNS = (Columns.OBS, Columns.NEXT_OBS, Columns.ACTIONS, Columns.REWARDS, Columns.TERMINATEDS)
ARCHIVE = "memory.npz"


class Drawn(dict[str, Any]):
    """Steps that were drawn, by column; they count as an episode of that length where RLlib counts."""

    def __len__(self) -> int:
        """Return how many steps."""
        return len(self[Columns.REWARDS])


class Replay:
    """The last steps, up to a capacity. What is drawn depends on the seed and on how many draws went before."""

    def __init__(self, capacity: int, seed: int) -> None:
        """Begin empty."""
        self._capacity, self._seed = capacity, seed
        self._columns: dict[str, NDArray[np.float32]] = {}
        self._next, self._size, self._draws = 0, 0, 0

    def __len__(self) -> int:
        """Return how many steps are kept."""
        return self._size

    def add(self, episodes: Iterable[MultiAgentEpisode]) -> None:
        """Keep the steps of whole days, in the place of the oldest."""
        for one in episodes:
            day = one.agent_episodes[GRID]
            ends = np.zeros(len(day), np.float32)
            ends[-1] = float(day.is_terminated)
            seen = day.observations.data
            self.keep(dict(zip(COLUMNS, (seen[:-1], seen[1:], day.actions.data, day.rewards.data, ends), strict=True)))

    def keep(self, steps: dict[str, NDArray[np.floating]]) -> None:
        """Keep steps by column (steps, ...)."""
        count = len(steps[Columns.REWARDS])
        at = (self._next + np.arange(count)) % self._capacity
        for name, one in steps.items():
            if name not in self._columns:
                self._columns[name] = np.zeros((self._capacity, *one.shape[1:]), np.float32)
            self._columns[name][at] = one
        self._next, self._size = int((at[-1] + 1) % self._capacity), min(self._size + count, self._capacity)

    def sample(self, num_items: int, **_: object) -> list[Drawn]:
        """Return steps drawn with replacement, as the one episode that an update is made of."""
        at = np.random.default_rng([self._seed, self._draws]).integers(self._size, size=num_items)
        self._draws += 1
        return [Drawn({name: one[at] for name, one in self._columns.items()})]

    def get_metrics(self) -> dict[str, Any]:
        """Return nothing: the log says what there is to say."""
        return {}

    def save(self, folder: Path) -> None:
        """Write all that is kept into a folder; raises StorageError."""
        counts = np.array([self._next, self._size, self._draws])
        kept = {name: one[: self._size] for name, one in self._columns.items()}
        write_arrays(folder / ARCHIVE, {**kept, "counts": counts})

    def load(self, folder: Path) -> None:
        """Take it back; raises InvalidInput for a damaged file."""
        arrays = read_arrays(folder / ARCHIVE)
        self._next, self._size, self._draws = map(int, arrays.pop("counts"))
        for name, one in arrays.items():
            self._columns[name] = np.zeros((self._capacity, *one.shape[1:]), np.float32)
            self._columns[name][: self._size] = one


class DrawnToBatch(ConnectorV2):  # type: ignore[misc]
    """Turns drawn steps into the batch of the one module, as tensors."""

    def __call__(self, *, episodes: list[Drawn], **_: object) -> dict[str, Any]:
        """Return the batch by module."""
        (drawn,) = episodes
        batch = {name: torch.from_numpy(one) for name, one in drawn.items()}
        ones = torch.ones(len(drawn))
        return {GRID: {**batch, "weights": ones, "n_step": ones}}
