"""Recurrent cells one upon the other, with the gates and arrays of torch's GRU and LSTM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gridbench.policies.nets.activation import sigmoid, tanh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Weights = NDArray[np.float32]
State = tuple[Weights, ...]
"""What the cells carry from step to step, arrays (batch, 1, width); an LSTM's cell has two of them."""
CellName = Literal["gru", "lstm"]
GATES: dict[CellName, int] = {"gru": 3, "lstm": 4}
CARRIED: dict[CellName, int] = {"gru": 1, "lstm": 2}


class Cells:
    """The arrays `<prefix><k>.weight_ih`, `.weight_hh`, `.bias_ih`, `.bias_hh` of cells of the widths `hidden`."""

    def __init__(self, arrays: Mapping[str, Weights], prefix: str, cell: CellName, hidden: Sequence[int]) -> None:
        """Take the arrays of the cells."""
        self._cell: CellName = cell
        self._hidden = tuple(hidden)
        self._step = gru if cell == "gru" else lstm
        names = [[f"{prefix}{k}.{what}" for what in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")] for k in range(len(hidden))]
        self._arrays = [[arrays[name].T if arrays[name].ndim == 2 else arrays[name] for name in one] for one in names]

    def begin(self, batch: int) -> State:
        """Return the state at the start of a day: zeros."""
        widths = [width for width in self._hidden for _ in range(CARRIED[self._cell])]
        return tuple(np.zeros((batch, 1, width), dtype=np.float32) for width in widths)

    def __call__(self, x: Weights, state: State) -> tuple[Weights, State]:
        """Return the output of the last cell (batch, 1, width) and the state after the step."""
        after: list[Weights] = []
        carried = CARRIED[self._cell]
        for k, (input_weight, hidden_weight, input_bias, hidden_bias) in enumerate(self._arrays):
            own = state[k * carried : (k + 1) * carried]
            given = np.matmul(x, input_weight) + input_bias
            held = np.matmul(own[0], hidden_weight) + hidden_bias
            after += self._step(given, held, own)
            x = after[k * carried]
        return x, tuple(after)


def gru(given: Weights, held: Weights, state: State) -> State:
    """Return the state of a gated recurrent unit; `given` and `held` (..., 3 width) are its gates reset, update and new.

    The reset gate weighs the product of the state, not the state: as torch and cuDNN have it, not as Cho et al. 2014.
    """
    (before,) = state
    reset_x, update_x, new_x = np.split(given, 3, axis=-1)
    reset_h, update_h, new_h = np.split(held, 3, axis=-1)
    update = sigmoid(update_x + update_h)
    new = tanh(new_x + sigmoid(reset_x + reset_h) * new_h)
    return ((np.float32(1.0) - update) * new + update * before,)


def lstm(given: Weights, held: Weights, state: State) -> State:
    """Return hidden and cell state of a long short-term memory; the gates (..., 4 width) are input, forget, cell and output."""
    admit, forget, new, show = np.split(given + held, 4, axis=-1)
    cell = sigmoid(forget) * state[1] + sigmoid(admit) * tanh(new)
    return sigmoid(show) * tanh(cell), cell


def shapes(prefix: str, cell: CellName, inputs: int, hidden: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of the cells, `inputs` being what the first one takes."""
    found: dict[str, tuple[int, ...]] = {}
    for k, (width, taken) in enumerate(zip(hidden, (inputs, *hidden), strict=False)):
        gates = GATES[cell] * width
        found |= {f"{prefix}{k}.weight_ih": (gates, taken), f"{prefix}{k}.weight_hh": (gates, width)}
        found |= {f"{prefix}{k}.bias_ih": (gates,), f"{prefix}{k}.bias_hh": (gates,)}
    return found
