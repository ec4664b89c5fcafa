"""Affine expressions: arrays of numbers that depend linearly on the columns of an optimisation problem."""
# ruff: noqa: D105 (arithmetic needs no words)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Expression: TypeAlias = Any
"""A number, an array, an Affine or, in costs, a Quadratic."""


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """An array `constant + sum of val * column`: triplets (row, col, val), row counting the cells of `constant` in C order.

    It answers to the arithmetic of the device laws (`+ - * /` with numbers and arrays, `**2`, `@` with a matrix, indexing).
    """

    constant: Floats
    row: Indices
    col: Indices
    val: Floats
    __array_ufunc__ = None  # NumPy leaves mixed arithmetic to this class

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.constant.shape

    def matrix(self, n: int) -> sp.csr_array:
        """Return the coefficients as a sparse matrix (cells, n)."""
        return sp.csr_array(sp.coo_array((self.val, (self.row, self.col)), shape=(self.constant.size, n)))

    def value(self, x: Floats) -> Floats:
        """Return the numbers at the columns' values `x` (n,)."""
        moved = np.bincount(self.row, weights=self.val * x[self.col], minlength=self.constant.size)
        return self.constant + moved.reshape(self.shape)

    def _map(self, cells: Indices, constant: Floats) -> Affine:
        """Return the array whose cell k is the cell `cells[k]` of this one."""
        cells = cells.ravel()
        each = np.bincount(self.row, minlength=self.constant.size)
        count, first = each[cells], (np.cumsum(each) - each)[cells]
        place = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        entry = np.argsort(self.row, kind="stable")[place]
        return Affine(constant, np.repeat(np.arange(cells.size), count), self.col[entry], self.val[entry])

    def cells(self) -> Indices:
        """Return the number of each cell, in C order."""
        return np.arange(self.constant.size, dtype=np.int64).reshape(self.shape)

    def flat(self) -> Affine:
        """Return the cells in C order (cells,)."""
        return Affine(self.constant.ravel(), self.row, self.col, self.val)

    def to_shape(self, shape: tuple[int, ...]) -> Affine:
        """Return the array broadcast to `shape`."""
        if shape == self.shape:
            return self
        return self._map(np.broadcast_to(self.cells(), shape), np.broadcast_to(self.constant, shape).copy())

    def __getitem__(self, key: Expression) -> Affine:
        cells = np.asarray(self.cells()[key])
        return self._map(cells, np.asarray(self.constant[key], dtype=np.float64))

    def __add__(self, other: Expression) -> Expression:
        if isinstance(other, Quadratic):
            return NotImplemented
        if isinstance(other, Affine):
            shape = np.broadcast_shapes(self.shape, other.shape)
            a, b = self.to_shape(shape), other.to_shape(shape)
            row, col = np.concatenate([a.row, b.row]), np.concatenate([a.col, b.col])
            return Affine(a.constant + b.constant, row, col, np.concatenate([a.val, b.val]))
        numbers = np.asarray(other, dtype=np.float64)
        wide = self.to_shape(np.broadcast_shapes(self.shape, numbers.shape))
        return Affine(wide.constant + numbers, wide.row, wide.col, wide.val)

    __radd__ = __add__

    def __neg__(self) -> Affine:
        return Affine(-self.constant, self.row, self.col, -self.val)

    def __sub__(self, other: Expression) -> Expression:
        return self + (-other)

    def __rsub__(self, other: Expression) -> Expression:
        return -self + other

    def __mul__(self, other: Expression) -> Affine:
        if isinstance(other, Affine | Quadratic):
            raise TypeError("a law must be affine in the controls and states: it multiplies two of them")
        numbers = np.asarray(other, dtype=np.float64)
        wide = self.to_shape(np.broadcast_shapes(self.shape, numbers.shape))
        factors = np.broadcast_to(numbers, wide.shape)
        return Affine(wide.constant * factors, wide.row, wide.col, wide.val * factors.ravel()[wide.row])

    __rmul__ = __mul__

    def __truediv__(self, other: Expression) -> Affine:
        return self * (1.0 / np.asarray(other, dtype=np.float64))

    def __pow__(self, exponent: Expression) -> Quadratic:
        if exponent != 2:
            raise TypeError(f"a law may only square a control or state, not raise it to {exponent}")
        return Quadratic(affine(0.0).to_shape(self.shape), ((np.ones(self.shape), self),))

    def __matmul__(self, matrix: Expression) -> Affine:
        """Return the product of (..., k) with a numeric matrix (k, m): shape (..., m)."""
        factor = sp.coo_array(matrix)
        k, m = factor.shape
        lines = self.constant.size // k
        spread = sp.kron(sp.identity(lines), sp.csr_array(factor).T, format="csr")
        columns = int(self.col.max()) + 1 if self.col.size else 1
        coo = sp.coo_array(sp.csr_array(spread) @ self.matrix(columns))
        constant = np.asarray(self.constant.reshape(lines, k) @ sp.csr_array(factor)).reshape((*self.shape[:-1], m))
        return Affine(constant, coo.row.astype(np.int64), coo.col.astype(np.int64), coo.data)

    def total(self) -> Affine:
        """Return the sum over all cells, of shape ()."""
        return Affine(np.asarray(self.constant.sum()), np.zeros_like(self.row), self.col, self.val)


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """A sum of an affine part and `weight * square**2` terms; it may stand in costs only."""

    part: Affine
    terms: tuple[tuple[Floats, Affine], ...]
    __array_ufunc__ = None

    def __add__(self, other: Expression) -> Quadratic:
        if isinstance(other, Quadratic):
            return Quadratic(self.part + other.part, self.terms + other.terms)
        return Quadratic(self.part + other, self.terms)

    __radd__ = __add__

    def __neg__(self) -> Quadratic:
        return self * -1.0

    def __sub__(self, other: Expression) -> Quadratic:
        return self.__add__(-other)

    def __rsub__(self, other: Expression) -> Quadratic:
        return (-self).__add__(other)

    def __mul__(self, other: Expression) -> Quadratic:
        if isinstance(other, Affine | Quadratic):
            raise TypeError("a cost must be at most quadratic")
        return Quadratic(self.part * other, tuple((weight * other, square) for weight, square in self.terms))

    __rmul__ = __mul__

    def __truediv__(self, other: Expression) -> Quadratic:
        return self * (1.0 / np.asarray(other, dtype=np.float64))


def free(cols: Indices) -> Affine:
    """Return columns themselves as an array, by their numbers."""
    return Affine(np.zeros(cols.shape), np.arange(cols.size, dtype=np.int64), cols.ravel(), np.ones(cols.size))


def affine(numbers: Expression) -> Affine:
    """Return numbers as an Affine without columns; an Affine as it is."""
    if isinstance(numbers, Affine):
        return numbers
    none = np.zeros(0, dtype=np.int64)
    return Affine(np.asarray(numbers, dtype=np.float64), none, none, np.zeros(0))


def concatenate(parts: Sequence[Expression], axis: int = 0) -> Affine:
    """Join arrays along an axis, as np.concatenate does."""
    arrays = [affine(part) for part in parts]
    sizes = np.cumsum([0, *(array.constant.size for array in arrays)])
    order = np.concatenate([array.cells() + start for array, start in zip(arrays, sizes[:-1], strict=True)], axis=axis)
    place = np.empty(order.size, dtype=np.int64)
    place[order.ravel()] = np.arange(order.size)
    rows = np.concatenate([array.row + start for array, start in zip(arrays, sizes[:-1], strict=True)])
    cols = np.concatenate([array.col for array in arrays])
    vals = np.concatenate([array.val for array in arrays])
    return Affine(np.concatenate([array.constant for array in arrays], axis=axis), place[rows], cols, vals)


def stack(parts: Iterable[Expression], shape: tuple[int, ...]) -> Affine:
    """Join arrays of `shape` (or numbers, broadcast to it) along a new last axis."""
    return concatenate([affine(part).to_shape(shape)[..., None] for part in parts], axis=len(shape))
