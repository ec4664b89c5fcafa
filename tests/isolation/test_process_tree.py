"""Processes are counted and ended while they come and go."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from gridbench.isolation.inside import tree

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CHURN = "import os\nwhile True:\n    if os.fork() == 0: os._exit(0)\n    os.wait()"


@LINUX
def test_a_tree_that_changes_while_it_is_read_is_read():
    with subprocess.Popen([sys.executable, "-S", "-c", CHURN]) as busy:  # noqa: S603
        try:
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                found = tree.descendants()
                assert busy.pid in found
                assert tree.usage(found, 0).tasks <= len(found)
        finally:
            busy.kill()


@LINUX
def test_both_ways_find_the_same_children():
    sleepers = [subprocess.Popen(["/bin/sleep", "60"]) for _ in range(3)]
    try:
        mine = {one.pid for one in sleepers}
        assert mine <= set(tree._children(os.getpid())) & set(tree._children_by_parent(os.getpid()))
    finally:
        for one in sleepers:
            one.kill()
            one.wait()


@LINUX
def test_what_has_ended_counts_for_nothing():
    with subprocess.Popen(["/bin/true"]) as ended:
        ended.wait()
    assert tree._children(ended.pid) == []
    assert tree.usage([ended.pid], 0) == tree.Usage(0, 0, 0.0)


@LINUX
@pytest.mark.parametrize("error", [ProcessLookupError, FileNotFoundError, PermissionError])
def test_a_process_that_ends_while_it_is_read_has_no_children(monkeypatch, error):
    def gone(_):
        raise error

    monkeypatch.setattr(tree.os, "listdir", gone)
    assert tree._children(os.getpid()) == []


@LINUX
def test_usage_is_what_the_system_says():
    used = tree.usage([os.getpid()], 2**60)
    assert used.tasks >= 1
    assert used.memory_bytes > 2**20
    assert used.processor_s > 0.0
    assert 2**20 < tree.usage([os.getpid()], 0).memory_bytes <= used.memory_bytes * 1.1
    assert tree.tasks_of(os.getuid()) >= used.tasks
