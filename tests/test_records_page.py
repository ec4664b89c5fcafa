"""docs/records.md: every column of episodes.csv stands there, its schema accepts every record, its command works."""

import json
import re
import shlex
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pages import DOCS
from pydantic import ValidationError

from gridbench.bench.metrics import VIOLATIONS
from gridbench.bench.record import Record
from gridbench.bench.rows import COLUMNS
from gridbench.cli import main
from gridbench.physics.terms import MONEY

PAGE = (DOCS / "records.md").read_text()
RESULTS = Path(__file__).parents[1] / "results"


def test_every_column_and_kind_is_explained():
    named = set(re.findall(r"`([a-z0-9_<>]+)`", PAGE))
    explained = named | {one.replace("<kind>", kind) for one in named for kind in VIOLATIONS} | {f"{name}_usd" for name in MONEY}
    assert {"generation_usd", "blackout_usd", *MONEY, *VIOLATIONS} <= named
    assert set(COLUMNS) <= explained


def test_the_published_schema_accepts_every_record_and_refuses_an_unknown_key():
    check = Draft202012Validator(json.loads((DOCS / "record.schema.json").read_text()))
    records = [json.loads(path.read_text()) for path in sorted(RESULTS.rglob("record.json"))]
    assert records
    assert [error.message for record in records for error in check.iter_errors(record)] == []
    spoilt = {**records[0], "note": "mine"}
    assert "note" in next(check.iter_errors(spoilt)).message
    with pytest.raises(ValidationError, match="note"):
        Record.model_validate(spoilt)


def test_the_command_over_several_runs_works(tmp_path, monkeypatch, capsys):
    (command,) = re.findall(r"```\n(gridbench run .*)\n```", PAGE)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out.count("oracle (witness)") == 4
    folders = sorted(path.parent.relative_to("runs/some").as_posix() for path in Path("runs/some").rglob("record.json"))
    assert folders == ["ieee13-v1/idle", "ieee13-v1/rule", "ieee34-v1/idle", "ieee34-v1/rule"]
