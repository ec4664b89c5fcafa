"""Rewriting a scenario file: head and splits change, every other key and comment stays."""

import tomllib

import pytest

from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import scenario_folder
from gridbench.scenario.rewrite import rewritten

TEXT = (scenario_folder("ieee34_ieee13") / "scenario.toml").read_text(encoding="utf-8")
DAYS = {"train": range(1, 40), "test": (41, 42)}


def test_only_head_and_splits_change():
    name = r'a "real"\1 one'
    changed = rewritten(TEXT, {"name": name, "version": 3}, DAYS, "series/real.npz")
    before, after = tomllib.loads(TEXT), tomllib.loads(changed)
    assert (after.pop("name"), after.pop("version")) == (name, 3)
    assert [one["days"] for one in after.pop("split")] == [list(range(1, 40)), [41, 42]]
    assert after == {key: value for key, value in before.items() if key not in {"name", "version", "split"}}
    kept = [line for line in TEXT.split("[[split]]")[0].splitlines() if "#" in line]
    assert all(line in changed for line in kept if not line.startswith("version"))


@pytest.mark.parametrize("text", ["name = 'x'\nsplit = [{name = 'a'}]\n", "  name = 'x'\n[[split]]\nname = 'a'\n"])
def test_a_file_that_cannot_be_told_apart_is_refused(text):
    with pytest.raises(InvalidInput, match="cannot be told"):
        rewritten(text, {"name": "y"}, DAYS, "s.npz")
