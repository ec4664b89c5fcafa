"""Code that is hostile while it runs: its episodes are lost with the reason in the record, and nothing else happens."""

import json

import pytest
from submission_kit import SCENARIO, rewrite

from gridbench.bench.record import read_record
from gridbench.cli import main
from gridbench.submission.submit import Choices, submit
from gridbench.submission.verification import Wanted, verification

HEAD = """
import json, math, os, signal, socket, sys, threading, time
import numpy as np

class Policy:
    def __init__(self, task):
        self.task = task
    def reset(self, seed):
        pass
    def act(self, observations):
        return {name: self.one(name, len(part["action"])) for name, part in self.task["agents"].items()}
    def one(self, name, size):
"""

HOSTILE = {
    "nan": ("return np.full(size, np.nan)", "returned NaN or infinity"),
    "giant integers": ("return [10**400] * size", "no plain numbers"),
    "out of range": ("return np.full(size, 1e9)", "out of [-1, 1]"),
    "object": ("return np.array([object()] * size)", "no plain numbers"),
    "too many": ("return np.zeros(size + 1)", "returned shape"),
    "exit": ("os._exit(0)", "ended"),
    "kill": ("os.kill(os.getpid(), signal.SIGKILL)", "ended"),
    "raise": ("raise ValueError('\\x1b[31m<script>')", "raised ValueError"),
    "results": ("open({results!r}, 'w').write('x')", "raised"),
    "answer": ("return open({answer!r}).read()", "raised"),
    "network": ("socket.create_connection(('192.0.2.1', 80), 1)", "raised"),
}


def hostile(folder, body, version="1"):
    """Give a bundle hostile code."""
    (folder / "policy.py").write_text(HEAD + "        " + body + "\n")
    rewrite(folder, {"version": version})
    return folder


def lost(results):
    """The record of the policy, and the reasons of its failures."""
    record = read_record(results / SCENARIO / "my_python")
    return record, [one.reason for one in record.failures]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_policy_loses_its_episode(name, bundle, untouched, tmp_path, capfd):
    body, message = HOSTILE[name]
    places = {
        "results": str(untouched / "results" / "evil"),
        "answer": str(untouched / "results" / SCENARIO / "my_python" / "record.json"),
    }
    folder, results = hostile(bundle(), body.format(**places)), tmp_path / "results"
    assert main(["submit", str(folder), "--results", str(results), "--days", "1", "--jobs", "1"]) == 0
    record, (reason,) = lost(results)
    assert message in reason
    assert reason.isprintable()
    assert record.scores.lost_episodes == 1
    assert "1 episode(s) lost, so the record has no rank:" in capfd.readouterr().err
    assert verification(results / SCENARIO / "my_python", Wanted(rerun=True)).faults == []


def test_a_policy_that_says_it_has_no_chance_and_has_is_found(bundle, tmp_path):
    folder = hostile(bundle(), "return np.random.default_rng().uniform(-1, 1, size)")
    (record,) = submit(folder, tmp_path / "results", Choices(days=1))
    (fault,) = verification(record, Wanted(rerun=True)).faults
    assert fault.startswith("rerun: 1 of 1 episodes differ, first at seed 0, day 12, step 0, ask ")


def test_a_policy_with_chance_runs_five_seeds_and_is_run_again_alike(bundle, tmp_path):
    folder = hostile(
        bundle(), "self.rng = getattr(self, 'rng', None) or np.random.default_rng(0); return self.rng.uniform(-1, 1, size)"
    )
    rewrite(folder, {"deterministic": False})
    (record,) = submit(folder, tmp_path / "results", Choices(days=1))
    assert json.loads((record / "record.json").read_text())["protocol"]["seeds"] == [0, 1, 2, 3, 4]
    assert verification(record, Wanted(rerun=True)).faults == []


def test_a_record_that_hides_the_failures_of_its_policy_is_found(bundle, tmp_path):
    (home,) = submit(hostile(bundle(), "os._exit(0)"), tmp_path / "results", Choices(days=1))
    document = json.loads((home / "record.json").read_text())
    document["failures"], document["scores"]["lost_episodes"] = [], 0
    (home / "record.json").write_text(json.dumps(document))
    (home / "marks.json").unlink()
    header, row = (home / "episodes.csv").read_text().splitlines()
    cells = row.split(",")
    cells[header.split(",").index("lost_steps")] = "0"
    (home / "episodes.csv").write_text(f"{header}\n{','.join(cells)}\n")
    assert verification(home, Wanted()).faults == [], "it asks for what is possible"
    (fault,) = verification(home, Wanted(rerun=True)).faults
    assert fault.startswith("rerun: seed 0, day 12: the record says not lost, the policy is lost from step 0 on (")


def test_html_in_what_a_policy_raises_is_text_on_every_page(bundle, tmp_path):
    folder = hostile(bundle(), "raise ValueError('<script>alert(1)</script>')")
    rewrite(folder, {"description": "</script><script>alert(2)</script>", "authors": ["<img src=x onerror=alert(3)>"]})
    results = tmp_path / "results"
    assert main(["submit", str(folder), "--results", str(results), "--days", "1", "--jobs", "1"]) == 0
    pages = [path.read_text() for path in results.iterdir() if path.suffix in {".html", ".md"}]
    assert len(pages) == 2
    assert not any(evil in page for page in pages for evil in ("<script>alert", "<img src=x"))
