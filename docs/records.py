"""Write docs/record.schema.json, the JSON schema of record.json; with --check only say whether it is current."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gridbench.bench.record import schema

SCHEMA = Path(__file__).with_name("record.schema.json")


def main(arguments: list[str]) -> int:
    """Write the schema, or compare it."""
    text = json.dumps(schema(), indent=1) + "\n"
    if "--check" in arguments:
        return 0 if SCHEMA.is_file() and SCHEMA.read_text() == text else 1
    SCHEMA.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
