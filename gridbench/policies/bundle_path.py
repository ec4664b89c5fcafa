"""The paths that a bundle may hold: plain, relative, and the same on every system."""

from __future__ import annotations

import re

LONGEST, DEEPEST = 150, 6
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that some systems keep for devices, whatever the suffix."""


def path_faults(path: str) -> list[str]:
    """Return what is wrong with a path inside a bundle, each with its mend; none where it is plain and stays inside.

    The path itself is told by its `repr`, so that no character of it acts on a terminal or a page.
    """
    parts = path.split("/")
    checks = (
        (not 0 < len(path) <= LONGEST, f"has {len(path)} characters; use 1 to {LONGEST}"),
        (
            not (path.isprintable() and path.isascii()),
            "holds control characters or others than plain ASCII; use A-Z a-z 0-9 _ . -",
        ),
        ("\\" in path or ":" in path, "holds a backslash or a drive letter; separate folders by /"),
        (path.startswith(("/", "~")), "is absolute; paths are relative to the bundle"),
        (".." in parts, "leaves the bundle by '..'; keep every file inside"),
        (len(parts) > DEEPEST, f"is {len(parts)} folders deep; use {DEEPEST} at most"),
    )
    found = [fault for wrong, fault in checks if wrong][:1] or [fault for part in parts if (fault := _part_fault(part))]
    return [f"{path[:LONGEST]!a}: {fault}" for fault in found]


def _part_fault(part: str) -> str | None:
    if part.startswith(".") or not part:
        return f"{part!r} is hidden or empty; give every file and folder a plain name"
    if not PART.fullmatch(part) or part.endswith("."):
        return f"{part!r} is no plain name; use letters, digits and _ . -, a letter, digit or _ first"
    if reserved(part):
        return f"{part!r} is the name of a device on some systems; choose another"
    return None


def reserved(name: str) -> bool:
    """Return whether some system keeps a name for a device."""
    return name.partition(".")[0].lower() in DEVICES
