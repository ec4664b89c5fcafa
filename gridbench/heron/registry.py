"""Registry: declarations by name and version."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, TypeAlias, cast

from gridbench.errors import UnknownName
from gridbench.heron.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridbench.heron.declaration import Declaration

    Factory: TypeAlias = Callable[..., Declaration]

BUILT_IN = {"TwoRooms-v1": "gridbench.heron.examples.two_rooms:two_rooms"}
_NAME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_]*)-v(?P<version>[1-9][0-9]*)")


class Registry:
    """Factories under Name-vN; a name without a version means its highest."""

    def __init__(self, entries: dict[str, str] | None = None) -> None:
        """Begin with factories as module:function, imported on first use."""
        self._entries: dict[str, Factory | str] = dict(entries or {})

    def register(self, name: str, factory: Factory | str) -> None:
        """Add a factory; raise DeclarationError for a name that is taken, or not of the form Name-vN."""
        faults = [] if _NAME.fullmatch(name) else [f"{name!r} is not of the form Name-vN, as in TwoRooms-v1"]
        refuse("registry", faults + ([f"{name} is taken; register a new version"] if name in self._entries else []))
        self._entries[name] = factory

    def list(self) -> tuple[str, ...]:
        """Return all names, versions in order."""
        return tuple(sorted(self._entries, key=_order))

    def make(self, name: str, **options: object) -> Declaration:
        """Return a declaration; raise UnknownName, or what the factory says of the options."""
        versions = [entry for entry in self.list() if entry.rpartition("-v")[0] == name]
        found = name if name in self._entries else (versions[-1] if versions else None)
        if found is None:
            raise UnknownName("declaration", name, self._entries)
        factory = self._entries[found]
        if isinstance(factory, str):
            module, _, function = factory.partition(":")
            factory = cast("Factory", getattr(importlib.import_module(module), function))
        return factory(**options)


def _order(name: str) -> tuple[str, int]:
    base, _, version = name.rpartition("-v")
    return base, int(version)


REGISTRY = Registry(BUILT_IN)
make, register = REGISTRY.make, REGISTRY.register
