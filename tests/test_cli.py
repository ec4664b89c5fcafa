"""The command line from outside: exit codes and messages."""

import subprocess
import sys
from pathlib import Path

import pytest


def gridbench(*arguments):
    command = [sys.executable, "-m", "gridbench.cli", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603


COMMANDS = ["list", "new", "check", "draw", "solve", "train", "run", "verify", "leaderboard", "paper", "data"]
USAGE = [(), ("fly",), ("run",), ("new",), ("run", "--scenario", "x", "--policy", "y", "--days", "few")]


def test_help_names_every_command_and_the_exit_codes():
    found = gridbench("--help")
    assert found.returncode == 0
    for word in (*COMMANDS, "130 interrupted"):
        assert word in found.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    found = gridbench(command, "--help")
    assert found.returncode == 0
    assert "exit codes" in found.stdout


@pytest.mark.parametrize("arguments", USAGE)
def test_wrong_usage_is_2(arguments):
    assert gridbench(*arguments).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--scenario", "ieee34_iee13", "--policy", "idle"), "'ieee34_iee13': did you mean 'ieee34_ieee13"),
        (("run", "--scenario", "ieee34_ieee13", "--policy", "idel"), "unknown policy 'idel': did you mean 'idle'"),
        (("solve", "--scenario", "ieee34_ieee13", "--split", "tets"), "did you mean 'test'"),
        (("solve", "--scenario", "ieee34_ieee13", "--days", "999"), "choose 1 to 32, not 999"),
        (("solve", "--scenario", "ieee34_ieee13", "--jobs", "0"), "--jobs"),
        (("solve", "--scenario", "ieee34_ieee13", "--time-limit", "-3"), "--time-limit must be above 0 s, not -3"),
        (("solve", "--scenario", "ieee34_ieee13", "--gap", "nan"), "--gap must be at least 0, not nan"),
        (("solve", "--scenario", "ieee34_ieee13", "--threads", "0"), "--threads must be at least 1, not 0"),
        (("train", "--scenario", "ieee34_ieee13", "--policy", "nothing_like_it"), "unknown policy that can be trained"),
        (("paper", "oracle", "--only", "pglip"), "unknown group of published results 'pglip': did you mean 'pglib'"),
        (("draw", "--network", "cigre_lw"), "unknown network 'cigre_lw': did you mean 'cigre_lv'"),
        (("draw", "--network", "ieee13", "--out", "a.pdf"), "pictures end in .svg or .png, not in '.pdf'"),
        (("leaderboard", "nowhere"), "there is no such folder"),
        (("new", "scenario", "a-b", "--network", "ieee31"), "NAME 'a-b': begin with a letter"),
        (("new", "scenario", "mine", "--network", "cigre_lw"), "unknown network 'cigre_lw': did you mean 'cigre_lv'"),
        (("new", "scenario", "mine", "--pandapower", "nowhere.json"), "nowhere.json: cannot be read"),
    ],
)
def test_unknown_names_and_bad_input_are_3_and_one_message(arguments, message):
    found = gridbench(*arguments)
    assert found.returncode == 3
    assert message in found.stderr
    assert "Traceback" not in found.stderr


def test_a_missing_record_is_a_no(tmp_path):
    found = gridbench("verify", str(tmp_path / "nothing"))
    assert found.returncode == 1
    assert "cannot be read" in found.stderr


def test_a_closed_pipe_is_no_traceback():
    command = f"{sys.executable} -m gridbench.cli list | true"
    found = subprocess.run(command, shell=True, check=False, capture_output=True, text=True)  # noqa: S602
    assert "Traceback" not in found.stderr
    assert "Exception" not in found.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_output_is_one_message_and_no_traceback():
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "gridbench.cli", "list"]
        found = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE, text=True)  # noqa: S603
    assert found.returncode == 3
    assert found.stderr == "gridbench: the output: No space left on device; mend that, and repeat\n"
