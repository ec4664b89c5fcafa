"""Lazy: a mapping whose values are worked out when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

T = TypeVar("T")


class Lazy(Mapping[str, T], Generic[T]):
    """Names and a function of the name, asked once a name."""

    def __init__(self, names: Collection[str], find: Callable[[str], T], found: Mapping[str, T] | None = None) -> None:
        """Hold the names, the function, and what has been found before."""
        self._names, self._find = names, find
        self._found: dict[str, T] = dict(found or {})

    def __getitem__(self, name: str) -> T:
        """Return the value of a name; raise KeyError for an unknown one, and what the function raises."""
        if name not in self._found:
            if name not in self._names:
                raise KeyError(name)
            self._found[name] = self._find(name)
        return self._found[name]

    def put(self, name: str, value: T) -> None:
        """Keep a value that was found elsewhere."""
        self._found[name] = value

    def __iter__(self) -> Iterator[str]:
        """Return the names in order."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many names."""
        return len(self._names)
