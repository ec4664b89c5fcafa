"""Records of the tiny scenario below a folder of results, some of them hostile."""

import hashlib
import json
import shutil

import pytest
from bench.conftest import copied, own_cache, played, tiny, tiny_folder

from gridbench.bench import intervals
from gridbench.cli import main

__all__ = ["copied", "own_cache", "played", "tiny", "tiny_folder"]

NASTY = '<script>alert("x")</script>|`\u202e\x1b[31m[a](javascript:alert(1))'
BUNDLE = b"PK not opened by the leaderboard"


@pytest.fixture(scope="session")
def home(tiny_folder):
    """The folder in which the tiny scenario stands, its schedules published."""
    assert main(["solve", "--scenario", str(tiny_folder), "--publish"]) == 0
    assert intervals.published_path(tiny_folder, "test").is_file()
    return tiny_folder.parent


@pytest.fixture
def results(played, home, tmp_path):  # noqa: ARG001 - schedules are published before records are shown
    folder = tmp_path / "results"
    for name, outcome in played.items():
        shutil.copytree(outcome.folder, folder / "tiny-v1" / name)
    return folder


@pytest.fixture
def edit():
    """Change parts of a record by their path, numbers that are derived left alone."""

    def change(folder, **parts):
        path = folder / "record.json"
        record = json.loads(path.read_text())
        for place, value in parts.items():
            *above, last = place.split("__")
            part = record
            for name in above:
                part = part[name]
            part[last] = value
        path.write_text(json.dumps(record))

    return change


@pytest.fixture
def mark():
    """Write marks.json for the record as it is."""

    def write(folder, **marks):
        digest = hashlib.sha256((folder / "record.json").read_bytes()).hexdigest()
        (folder / "marks.json").write_text(json.dumps({"record": f"sha256:{digest}", **marks}))

    return write


@pytest.fixture
def hostile(results, played, edit, mark):
    """Results with a submission whose every word is hostile, marked, with a bundle."""
    folder = results / "tiny-v1" / "evil"
    shutil.copytree(played["random"].folder, folder)
    edit(
        folder,
        policy__name=NASTY,
        policy__version="=1+1",
        policy__kind="learned",
        policy__authors=["<img src=x onerror=alert(1)>", "\u2066\u202eattacker"],
        policy__url="javascript:alert(document.domain)",
        policy__training={
            "environment_steps": 10, "seconds": 1.5, "device": "</script><b>", "seeds": [0], "scenarios": ["<i>tiny</i>"],
        },
        harness__cpu='"><svg onload=alert(1)>',
    )  # fmt: skip
    mark(folder, replayed=True, rerun=True, fresh={"seed": 5, "days": 4, "score_iqm": -1.5, "violating_steps_share": 0.25})
    (folder / "bundle.zip").write_bytes(BUNDLE)
    return results
