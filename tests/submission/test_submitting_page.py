"""SUBMITTING.md: every block runs, in order, in an empty folder, and prints what the page shows; every figure is the code's."""

import contextlib
import io
import re
import shlex

import pytest
from submission_kit import REPOSITORY

from gridbench.cli import main, parser
from gridbench.isolation.limits import Limits
from gridbench.policies.bundle_files import MOST_BYTES, MOST_FILES, SUFFIXES
from gridbench.policies.bundle_page import Page
from gridbench.submission.plausible import LEVEL
from gridbench.submission.rerun import ROUNDING

TEXT = (REPOSITORY / "SUBMITTING.md").read_text()
BLOCKS = re.findall(r"```(console|python)\n(.*?)```\n(?:```text\n(.*?)```\n)?", TEXT, flags=re.DOTALL)
TIMED = "ms/decision"
"""The column of a table that no two runs share; it comes last."""
NUMBER = re.compile(r"-?\d+\.\d+%?")


def told(command):
    """What a command prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(shlex.split(command))
    assert code == 0, err.getvalue()
    return out.getvalue()


def cells(text):
    """The lines of a text as words, without those that time decides."""
    timed, lines = False, []
    for line in text.splitlines():
        words = line.split()
        timed = timed or TIMED in words
        lines.append(words[:-1] if timed else words)
    return lines


def assert_alike(shown, printed):
    """Equal words; numbers with a point within 2 % or 0.02, for libraries differ in their last digits."""
    shown, printed = cells(shown), cells(printed)
    assert list(map(len, shown)) == list(map(len, printed)), printed
    for one, other in ((a, b) for left, right in zip(shown, printed, strict=True) for a, b in zip(left, right, strict=True)):
        if NUMBER.fullmatch(one) and NUMBER.fullmatch(other):
            assert float(other.rstrip("%")) == pytest.approx(float(one.rstrip("%")), rel=0.02, abs=0.02)
        elif not set(one) <= {"-"}:
            assert one == other


def test_every_block_runs_and_prints_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind, code, shown in BLOCKS:
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(code, "SUBMITTING.md", "exec"), {"__name__": "page"})  # noqa: S102 - the page is ours
            assert_alike(shown, out.getvalue())
            continue
        for part in re.split(r"^\$ gridbench ", code, flags=re.MULTILINE)[1:]:
            command, answer = part.split("\n", 1)
            assert_alike(answer, told(command))
    assert (tmp_path / "results" / "leaderboard.html").is_file()
    assert told("leaderboard results --check") == ""


def test_commands_without_an_answer_exist():
    (block,) = re.findall(r"```\n(gridbench .*?)```", TEXT, flags=re.DOTALL)
    for line in block.splitlines():
        parser().parse_args(shlex.split(line)[1:])
    workflow = (REPOSITORY / ".github" / "workflows" / "submission.yml").read_text()
    assert all(line.replace("results", "proposed/results", 1) in workflow for line in block.splitlines())


def test_every_fence_is_a_block():
    assert len(BLOCKS) == TEXT.count("```console") + TEXT.count("```python")


def test_figures_and_keys_are_those_of_the_code():
    words = " ".join(TEXT.split())
    limits = Limits()
    for figure in (
        f"{MOST_FILES} files and {MOST_BYTES // 2**20} MiB",
        f"`{' '.join(SUFFIXES)}`",
        f"{limits.memory_bytes // 2**20} MiB, {limits.processes} processes or threads, {limits.processor_s} s of processor time",
        f"{limits.decision_s:g} s a decision and {limits.start_s:g} s to begin",
        f"at most {ROUNDING:g} of an ask's span",
        f"Below {LEVEL:.0%}".replace("%", " %"),
    ):
        assert figure in words
    table = re.findall(r"^\| (`.*?) \|", TEXT, flags=re.MULTILINE)
    keys = {key for cell in table for key in re.findall(r"`(\w+)`", cell)}
    assert keys == {field.alias or name for name, field in Page.model_fields.items()}
