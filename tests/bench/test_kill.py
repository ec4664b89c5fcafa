"""A run that is killed at any moment, and resumed, ends in the record of an undisturbed one."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from finished_runs import identity

SEEDS = "60"


def command(folder, out, jobs):
    head = [sys.executable, "-m", "gridbench.cli", "run", "--scenario", str(folder), "--policy", "random", "--no-plot"]
    return [*head, "--seeds", SEEDS, "--jobs", str(jobs), "--out", str(out)]


def finish(words):
    return subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603


def workers():
    """Return the processes of runs of these tests that are alive."""
    listed = subprocess.run(["/bin/ps", "-wweo", "args"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [line for line in listed if "gridbench.cli run" in line and f"--seeds {SEEDS}" in line]


@pytest.fixture(scope="module")
def whole(tiny_folder, tmp_path_factory):
    """The undisturbed run, and how long it takes."""
    out = tmp_path_factory.mktemp("whole") / "run"
    begun = time.monotonic()
    assert finish(command(tiny_folder, out, 1)).returncode == 0
    return identity(out), time.monotonic() - begun


def killed_and_resumed(tiny_folder, out, jobs, moment_s):
    words = command(tiny_folder, out, jobs)
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        time.sleep(moment_s)
        os.kill(process.pid, signal.SIGKILL)
    again = finish([*words, "--resume"])
    assert again.returncode == 0, again.stderr
    assert not list(out.glob("journal*"))
    return identity(out)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_resumes_to_the_same_bytes(tiny_folder, tmp_path, whole, jobs):
    right, seconds = whole
    assert killed_and_resumed(tiny_folder, tmp_path / "run", jobs, 0.7 * seconds) == right


@pytest.mark.slow
def test_fifty_kills_at_random_moments_change_nothing(tiny_folder, tmp_path, whole):
    right, seconds = whole
    generator = random.Random(0)  # noqa: S311 - moments, no secrets
    for i in range(50):
        moment_s = generator.uniform(0.0, 1.1 * seconds)
        assert killed_and_resumed(tiny_folder, tmp_path / str(i), 1 + i % 2, moment_s) == right, f"kill {i} after {moment_s} s"


def test_no_process_outlives_a_killed_run(tiny_folder, tmp_path):
    words = command(tiny_folder, tmp_path / "run", 2)
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        deadline = time.monotonic() + 60.0
        while len(workers()) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(workers()) == 3
        os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20.0
    while workers() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers() == []


def test_two_runners_in_one_folder_never_harm_it(tiny_folder, tmp_path, whole):
    right, _ = whole
    words = [*command(tiny_folder, tmp_path / "run", 1), "--resume"]
    begun = [subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(3)]  # noqa: S603
    ended = [(process.communicate()[1], process.returncode) for process in begun]
    assert all(code == 0 or (code == 3 and "another process is running this" in said) for said, code in ended)
    assert min(code for _, code in ended) == 0
    assert identity(tmp_path / "run") == right
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["actions.npz", "episodes.csv", "record.json"]
