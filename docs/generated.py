"""Writing generated files, or telling which of them are stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]


def settle(written: Mapping[Path, bytes], arguments: Sequence[str]) -> int:
    """Write the files that differ from `written`; with `--check` name them instead, and return 1 if there are any."""
    stale = {path: content for path, content in written.items() if not path.is_file() or path.read_bytes() != content}
    if "--check" in arguments:
        print("\n".join(f"stale: {path.relative_to(ROOT)}" for path in stale), file=sys.stderr, end="\n" if stale else "")
        return 1 if stale else 0
    for path, content in stale.items():
        path.write_bytes(content)
    return 0
