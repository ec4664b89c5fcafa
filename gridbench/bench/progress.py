"""Progress on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Item = TypeVar("Item")


def progress(items: Sequence[Item], what: str, *, quiet: bool) -> Iterable[Item]:
    """Return the items, shown as they pass on stderr unless `quiet`."""
    from tqdm import tqdm  # noqa: PLC0415

    shown: Iterable[Item] = tqdm(items, desc=what, unit="day", file=sys.stderr, disable=quiet or not items, leave=True)
    return shown
