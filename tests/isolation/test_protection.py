"""What a machine lacks is told before any foreign code runs, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from laboratory import TIGHT

from gridbench.isolation import protection
from gridbench.isolation.child import Child
from gridbench.isolation.choice import best, trial
from gridbench.isolation.house import House
from gridbench.isolation.protection import PROTECTIONS, IsolationError, command, plan
from gridbench.isolation.reach import Reach

ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root gives up its user")


@pytest.fixture
def house():
    one = House(None)
    yield one
    one.close()


def test_private_roots_are_for_linux(house, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    for name in ("bubblewrap", "namespaces"):
        with pytest.raises(IsolationError, match="Linux"):
            plan(name, Reach(), house, TIGHT)


def test_on_windows_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert all("Windows" in trial.__wrapped__(name) for name in PROTECTIONS)


def test_without_bubblewrap_it_says_so(house, monkeypatch):
    given = plan("bubblewrap", Reach(), house, TIGHT)
    monkeypatch.setattr(protection.shutil, "which", lambda _: None)
    with pytest.raises(IsolationError, match="not installed"):
        command("bubblewrap", given, Reach(), house, (3, 4))


@ROOT
def test_root_without_landlock_needs_an_interpreter_that_others_may_enter(house, monkeypatch):
    monkeypatch.setattr(protection.landlock, "version", lambda: 0)
    monkeypatch.setattr(Reach, "open_to_all", False)
    with pytest.raises(IsolationError, match="open them to all users, install bubblewrap"):
        plan("limits", Reach(), house, TIGHT)


@ROOT
def test_root_where_no_other_user_exists_is_refused(house, monkeypatch):
    monkeypatch.setattr(protection, "_mapped", lambda: ((0, 1),))
    with pytest.raises(IsolationError, match="as an ordinary user"):
        plan("limits", Reach(), house, TIGHT)
    monkeypatch.setattr(protection, "_mapped", lambda: ((0, 65536),))
    assert plan("limits", Reach(), house, TIGHT)["uid"] == protection.NOBODY


def test_a_child_never_runs_as_root(laboratory):
    assert laboratory.locked["uid"] != 0
    assert laboratory.run("assert 0 not in {*os.getresuid(), *os.getresgid(), *os.getgroups()}").reason is None


def test_what_fails_before_the_lock_is_no_fault_of_a_policy(house):
    (house.worker / "inside" / "lockdown.py").write_text("raise OSError('this machine is broken')")
    with pytest.raises(IsolationError, match="could not be locked in: OSError: this machine is broken"):
        Child(best(), Reach(), house, TIGHT)


def test_a_start_that_takes_too_long_is_told(house):
    with pytest.raises(IsolationError, match=r"no answer within 0\.001 s"):
        Child(best(), Reach(), house, replace(TIGHT, start_s=0.001))


def test_the_command_says_what_works_and_what_it_costs():
    words = [sys.executable, "-m", "gridbench.isolation", "--measure"]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout  # noqa: S603
    assert f"taken: {best()}" in told
    for name in PROTECTIONS:
        assert f"{name:<10}  {'no: ' if isinstance(trial(name), str) else 'yes, '}" in told
    assert "microseconds a decision" in told
