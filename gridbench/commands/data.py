"""gridbench data."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Do one action on data; return 0."""
    code: int = importlib.import_module(f"gridbench.commands.data_{wanted.action}").main(wanted)
    return code
