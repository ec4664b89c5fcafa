"""docs/data.md: its example gives what it shows, and its commands are understood."""

import re
import shlex

import pytest
from pages import Page

from gridbench.cli import main, parser
from gridbench.scenario.cycle import cycle_days

PAGE = Page("data.md")
CONSOLE = re.findall(r"```console\n(.*?)```", PAGE.text, flags=re.DOTALL)
COMMANDS = [
    line.removeprefix("$ gridbench ") for block in CONSOLE for line in block.splitlines() if line.startswith("$ gridbench")
]


def test_the_worked_example(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code, shown), *others = PAGE.blocks
    assert not others
    assert PAGE.printed(code) == shown
    (tmp_path / "meter.toml").write_text(re.search(r"```toml\n(.*?)```", PAGE.text, flags=re.DOTALL)[1], encoding="utf-8")
    command, _, printed = CONSOLE[0].partition("\n")
    assert main(shlex.split(command.removeprefix("$ gridbench "))) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_understood(command):
    parser().parse_args(shlex.split(command))


def test_days_of_the_twin():
    counts = [len(days) for days in cycle_days(366, first=1).values()]
    assert "{} days are for training, {} for validation, {}".format(*counts) in PAGE.text.replace("\n", " ")
