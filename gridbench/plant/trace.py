"""A scalar that writes down what is done to it: how the plant compiles the laws instead of stating them again."""

# ruff: noqa: D105 - the operators of arithmetic mean what they mean for numbers

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.physics.reach import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NAME = re.compile(r"\bt\d+\b")

Traced = Any
"""A `Sym`, or a plain number where the result is already known."""

Known = float | bool | None
"""The number of a `Sym` where it depends on parameters only."""


class Trace:
    """The straight-line program that a traced law leaves behind; equal expressions are written once."""

    def __init__(self) -> None:
        """Begin with an empty program."""
        self.lines: list[str] = []
        self._known: dict[str, str] = {}

    def node(self, expression: str, value: Known = None) -> Sym:
        """Return the scalar that holds an expression. `value` is its number where it depends on parameters only."""
        if expression not in self._known:
            name = f"t{len(self.lines)}"
            self._known[expression] = name
            self.lines.append(f"{name} = {expression}")
        return Sym(self, self._known[expression], value)

    def program(self, writes: Sequence[str]) -> str:
        """Return the body of a function: the lines that the writes need, then the writes."""
        needed = {name for write in writes for name in _NAME.findall(write)}
        kept: list[str] = []
        for line in reversed(self.lines):
            name, expression = line.split(" = ", 1)
            if name in needed:
                needed.update(_NAME.findall(expression))
                kept.append(line)
        return "\n".join(f"    {line}" for line in [*reversed(kept), *writes])


def text(value: Traced) -> str:
    """Return the source text of a traced or plain number."""
    if isinstance(value, Sym):
        return value.name
    number = float(value)
    return repr(number) if math.isfinite(number) else ("-np.inf" if number < 0 else "np.inf")


class Sym:
    """A scalar of a traced law. NumPy's ufuncs and `np.where` reach it through NumPy's own protocols."""

    __slots__ = ("name", "negated", "trace", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, trace: Trace, name: str, value: Known = None) -> None:
        """Stand for the variable `name` of the program of `trace`."""
        self.trace, self.name, self.value = trace, name, value
        self.negated: Sym | None = None

    def __bool__(self) -> bool:
        if self.value is None:
            raise TypeError("a law must not branch on a number of the step: use np.where, np.minimum or np.maximum")
        return bool(self.value)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Traced, **keywords: object) -> Traced:
        rule = _UFUNCS.get(ufunc.__name__)
        if method != "__call__" or keywords or rule is None:
            return NotImplemented
        return rule(*inputs)

    def __array_function__(
        self, function: Callable[..., Any], _types: object, args: Sequence[Traced], keywords: object
    ) -> Traced:
        if function is not np.where or keywords:
            return NotImplemented
        return _where(*args)

    def __add__(self, other: Traced) -> Traced:
        return _binary("+", self, other)

    def __radd__(self, other: Traced) -> Traced:
        return _binary("+", other, self)

    def __sub__(self, other: Traced) -> Traced:
        return _binary("-", self, other)

    def __rsub__(self, other: Traced) -> Traced:
        return _binary("-", other, self)

    def __mul__(self, other: Traced) -> Traced:
        return _binary("*", self, other)

    def __rmul__(self, other: Traced) -> Traced:
        return _binary("*", other, self)

    def __truediv__(self, other: Traced) -> Traced:
        return _binary("/", self, other)

    def __rtruediv__(self, other: Traced) -> Traced:
        return _binary("/", other, self)

    def __pow__(self, power: float) -> Traced:
        if power == 2:
            return self * self
        return _binary("**", self, float(power))

    def __neg__(self) -> Traced:
        if self.negated is None:
            self.negated = _unary("-{}", lambda v: -v, self)
            self.negated.negated = self
        return self.negated

    def __lt__(self, other: Traced) -> Traced:
        return _binary("<", self, other)

    def __le__(self, other: Traced) -> Traced:
        return _binary("<=", self, other)

    def __gt__(self, other: Traced) -> Traced:
        return _binary(">", self, other)

    def __ge__(self, other: Traced) -> Traced:
        return _binary(">=", self, other)

    def __eq__(self, other: object) -> Traced:
        return _binary("==", self, other)

    def __ne__(self, other: object) -> Traced:
        return _binary("!=", self, other)


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _known(value: Traced) -> Traced:
    return value.value if isinstance(value, Sym) else value


def _neutral(symbol: str, a: Traced, b: Traced) -> Traced | None:
    """Return the result of an operation with 0 or 1 that needs no work, else None."""
    left, right = ((None if isinstance(value, Sym) else value) for value in (a, b))
    if symbol == "*" and 0 in {left, right}:
        return 0.0
    if (symbol == "+" and left == 0) or (symbol == "*" and left == 1):
        return b
    if (symbol in {"+", "-"} and right == 0) or (symbol in {"*", "/"} and right == 1):
        return a
    if symbol == "/" and right == -1:
        return -a
    return -b if symbol == "-" and left == 0 else None


def _binary(symbol: str, a: Traced, b: Traced) -> Traced:
    if isinstance(a, Line) or isinstance(b, Line):
        return NotImplemented
    a, b = (value if isinstance(value, Sym) else float(value) for value in (a, b))
    easy = _neutral(symbol, a, b)
    if easy is not None:
        return easy
    trace: Trace = a.trace if isinstance(a, Sym) else b.trace
    va, vb = _known(a), _known(b)
    value = None if va is None or vb is None else _OPERATIONS[symbol](va, vb)
    return trace.node(f"{text(a)} {symbol} {text(b)}", value)


def _unary(form: str, rule: Callable[[Any], Any], a: Sym) -> Sym:
    return a.trace.node(form.format(a.name), None if a.value is None else rule(a.value))


def _pick(symbol: str, a: Traced, b: Traced) -> Traced:
    """Return the smaller (`<`) or the larger (`>`) of two numbers."""
    never = math.inf if symbol == "<" else -math.inf
    if not isinstance(a, Sym) and a == never:
        return b
    if not isinstance(b, Sym) and b == never:
        return a
    trace: Trace = a.trace if isinstance(a, Sym) else b.trace
    va, vb = _known(a), _known(b)
    value = None if va is None or vb is None else (min(va, vb) if symbol == "<" else max(va, vb))
    return trace.node(f"{'low' if symbol == '<' else 'high'}({text(a)}, {text(b)})", value)


def _where(condition: Traced, a: Traced, b: Traced) -> Traced:
    known = _known(condition)
    if known is not None:
        return a if known else b
    return condition.trace.node(f"choose({condition.name}, {text(a)}, {text(b)})")


_UFUNCS: dict[str, Callable[..., Traced]] = {
    "add": lambda a, b: _binary("+", a, b),
    "subtract": lambda a, b: _binary("-", a, b),
    "multiply": lambda a, b: _binary("*", a, b),
    "divide": lambda a, b: _binary("/", a, b),
    "less": lambda a, b: _binary("<", a, b),
    "less_equal": lambda a, b: _binary("<=", a, b),
    "greater": lambda a, b: _binary(">", a, b),
    "greater_equal": lambda a, b: _binary(">=", a, b),
    "negative": lambda a: -a,
    "square": lambda a: a * a,
    "minimum": lambda a, b: _pick("<", a, b),
    "maximum": lambda a, b: _pick(">", a, b),
    "sqrt": lambda a: _unary("math.sqrt({})", math.sqrt, a),
    "rint": lambda a: _unary("np.rint({})", lambda v: float(np.rint(v)), a),
    "absolute": lambda a: _unary("abs({})", abs, a),
}
