"""Progress on stderr, in days."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

Item = TypeVar("Item")


class Progress:
    """A count of days that are done, of `total`, shown on stderr unless `quiet`."""

    def __init__(self, total: int, what: str, *, quiet: bool) -> None:
        """Show the bar."""
        from tqdm import tqdm  # noqa: PLC0415

        self._bar = tqdm(desc=what, total=total, unit="day", file=sys.stderr, disable=quiet or not total, leave=True)

    def __enter__(self) -> Self:
        """Return the count."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the bar as it stands."""
        self._bar.close()

    def add(self, days: int) -> None:
        """Count days as done."""
        self._bar.update(days)


def progress(items: Sequence[Item], what: str, *, quiet: bool) -> Iterable[Item]:
    """Return the items, shown as they pass on stderr unless `quiet`."""
    with Progress(len(items), what, quiet=quiet) as shown:
        for item in items:
            yield item
            shown.add(1)
