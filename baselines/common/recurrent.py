"""Recurrent actors: a layer, cells that carry what was seen through the day, and a readout, as gridbench runs them in NumPy."""

from __future__ import annotations

from typing import Any

import torch
from common.nets import Actor, linear, linears
from torch import nn

CELLS: dict[str, type[nn.GRU | nn.LSTM]] = {"gru": nn.GRU, "lstm": nn.LSTM}
State = Any
"""What a cell carries: (1, sequences, width), of an LSTM two of them; None at the start of a day."""


class RecurrentActor(Actor):
    """Layers of the widths `hidden` before its last, a cell of the last, and a linear readout to the mean action."""

    def __init__(self, inputs: int, outputs: int, hidden: tuple[int, ...], cell: str) -> None:
        """Draw orthogonal weights; the mean action starts near zero."""
        super().__init__()
        self.cell, self.sizes = cell, (inputs, *hidden[:-1])
        widths = zip(self.sizes, self.sizes[1:], strict=False)
        self.before = nn.Sequential(*(layer for one in widths for layer in (linear(*one, 2.0**0.5), nn.Tanh())))
        self.cells = CELLS[cell](self.sizes[-1], hidden[-1])
        for name, weight in self.cells.named_parameters():
            nn.init.zeros_(weight) if name.startswith("bias") else nn.init.orthogonal_(weight)
        self.readout = linear(hidden[-1], outputs, 0.01)

    def forward(self, days: torch.Tensor) -> torch.Tensor:
        """Return the mean actions (steps, ..., entries) over whole days (steps, ..., numbers)."""
        return self._run(days, None)[0]

    def step(self, seen: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """Return the mean actions (..., entries) of one step (..., numbers), and what the cells carry after it."""
        mean, after = self._run(seen[None], state)
        return mean[0], after

    def _run(self, days: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        held, after = self.cells(self.before(days).flatten(1, -2), state)
        return self.readout(held).unflatten(1, days.shape[1:-1]), after

    def page(self) -> dict[str, Any]:
        """Return the module of a policy page."""
        width = self.cells.hidden_size
        readout = [width, self.readout.out_features]
        return {"kind": "recurrent", "cell": self.cell, "sizes": list(self.sizes), "hidden": [width], "readout": readout}

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the weights under the names of the page."""
        layers = enumerate(linears(self.before))
        found: dict[str, torch.Tensor] = {f"{i}.{what}": one for i, layer in layers for what, one in layer.named_parameters()}
        found |= {f"cell.0.{what.removesuffix('_l0')}": one for what, one in self.cells.named_parameters()}
        return found | {f"readout.0.{what}": one for what, one in self.readout.named_parameters()}
