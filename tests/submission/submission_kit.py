"""What the tests of submissions share: on what they run, how a page is changed, and what a folder holds."""

import hashlib
import json
from pathlib import Path

SCENARIO, DAYS = "ieee13-v1", 2
REPOSITORY = Path(__file__).parents[2]


def rewrite(folder, change):
    """Change the page of a bundle."""
    page = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps({**page, **change}))


def snapshot(*folders):
    """Everything in folders: what each path is, when it was changed, and its bytes."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            state = path.lstat()
            data = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
            found[str(path)] = (state.st_mode, state.st_mtime_ns, data)
    return found
