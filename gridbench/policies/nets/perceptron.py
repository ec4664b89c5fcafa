"""Linear layers one after the other."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.policies.nets.activation import ACTIVATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.policies.nets.activation import ActivationName

Weights = NDArray[np.float32]
EPSILON = np.float32(1e-5)
"""Added to the variance that a layer is normalised by, as torch does by default."""


class Perceptron:
    """Layers `<prefix><i>.weight`, `.bias` and, where they are normalised, `.norm.weight`, `.norm.bias`.

    Between layers stands the activation; after the last one only where `open_end` is false, as before a recurrent cell.
    """

    def __init__(
        self,
        arrays: Mapping[str, Weights],
        prefix: str,
        sizes: Sequence[int],
        activation: ActivationName,
        *,
        norm: bool,
        open_end: bool = True,
    ) -> None:
        """Take the arrays of the layers."""
        self._activate = ACTIVATIONS[activation]
        names = [f"{prefix}{i}." for i in range(len(sizes) - 1)]
        self._layers = [(arrays[f"{one}weight"].T, arrays[f"{one}bias"]) for one in names]
        bent = names[:-1] if open_end else names
        self._norms = [(arrays[f"{one}norm.weight"], arrays[f"{one}norm.bias"]) if norm else None for one in bent]

    def __call__(self, x: Weights) -> Weights:
        """Return the outputs (batch, 1, outputs) of inputs (batch, 1, inputs)."""
        for i, (weight, bias) in enumerate(self._layers):
            x = np.matmul(x, weight) + bias
            if i < len(self._norms):
                norm = self._norms[i]
                x = self._activate(x if norm is None else normalised(x, *norm))
        return x


def normalised(x: Weights, weight: Weights, bias: Weights) -> Weights:
    """Return numbers (..., width) shifted and scaled to mean 0 and variance 1 over the last axis, then weighted."""
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + EPSILON)
    return np.asarray(centred / deviation * weight + bias, dtype=np.float32)


def shapes(prefix: str, sizes: Sequence[int], *, norm: bool, open_end: bool = True) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of the layers."""
    found: dict[str, tuple[int, ...]] = {}
    last = len(sizes) - 2
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        found[f"{prefix}{i}.weight"], found[f"{prefix}{i}.bias"] = (outputs, inputs), (outputs,)
        if norm and (i < last or not open_end):
            found[f"{prefix}{i}.norm.weight"] = found[f"{prefix}{i}.norm.bias"] = (outputs,)
    return found
