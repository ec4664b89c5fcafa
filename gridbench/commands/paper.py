"""gridbench paper."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tqdm import tqdm

from gridbench.bench.paper.oracle_table import chosen, document, findings, table

if TYPE_CHECKING:
    import argparse


def main(wanted: argparse.Namespace) -> int:
    """Print published results beside those computed now; return 0 where all agree, 1 where one does not."""
    groups = chosen(wanted.only)
    lines = list(tqdm(findings(groups), desc="paper oracle", unit="item", file=sys.stderr))
    print(json.dumps(document(lines), indent=1) + "\n" if wanted.json else table(lines), end="")
    return 0 if all(line.agrees for line in lines) else 1
