"""Visibility: who may see a feature."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.heron.hierarchy import Hierarchy

TAGS = ("public", "owner", "upper_level", "system")
"""From what everyone sees to what the top sees; an observability of one of them lets it and those before it count."""

SYSTEM_LEVEL = 3


def unknown_tags(tags: Iterable[str], where: str) -> list[str]:
    """Return a fault for each tag that does not exist, and one if there is none at all."""
    given = sorted(tags)
    faults = [f"{where}: no visibility tag; give some of {', '.join(TAGS)}"] if not given else []
    for tag in given:
        if tag not in TAGS:
            near = difflib.get_close_matches(tag, TAGS, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(TAGS)}"
            faults.append(f"{where}: unknown visibility tag {tag!r}: {hint}")
    return faults


def counting(observability: str) -> frozenset[str]:
    """Return the tags that count at an observability (one of TAGS)."""
    return frozenset(TAGS[: TAGS.index(observability) + 1])


def sees(viewer: str, owner: str, tags: frozenset[str], hierarchy: Hierarchy) -> bool:
    """Return whether any of the tags lets the viewer see a feature of the owner."""
    return (
        "public" in tags
        or ("owner" in tags and viewer == owner)
        or ("upper_level" in tags and hierarchy.parents[owner] == viewer)
        or ("system" in tags and hierarchy.agents[viewer].level == SYSTEM_LEVEL)
    )
