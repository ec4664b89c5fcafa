"""What bends the numbers between layers, each as torch has it by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Weights = NDArray[np.float32]
ActivationName = Literal["tanh", "relu", "gelu", "silu"]


def tanh(x: Weights) -> Weights:
    """Return the hyperbolic tangent."""
    return np.asarray(np.tanh(x), dtype=np.float32)


def relu(x: Weights) -> Weights:
    """Return what is above zero."""
    return np.maximum(x, np.float32(0.0))


def gelu(x: Weights) -> Weights:
    """Return x times the standard normal distribution function at x (Hendrycks and Gimpel 2016), exact."""
    from scipy.special import ndtr  # noqa: PLC0415 - few networks need it

    return np.asarray(x * ndtr(x), dtype=np.float32)


def silu(x: Weights) -> Weights:
    """Return x times its logistic function (Elfwing et al. 2018)."""
    return x * sigmoid(x)


def sigmoid(x: Weights) -> Weights:
    """Return the logistic function, by way of tanh: it neither overflows nor needs another library."""
    half = np.float32(0.5)
    return half * (np.float32(1.0) + tanh(half * x))


ACTIVATIONS: dict[ActivationName, Callable[[Weights], Weights]] = {"tanh": tanh, "relu": relu, "gelu": gelu, "silu": silu}
"""The activations by the name that a page states."""
