"""The change of the table as markdown: what is new, moved, gone; and nothing but text in it."""

import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from submission_kit import SCENARIO

from gridbench.cli import main
from gridbench.submission.change import change, plain


@pytest.fixture
def places(filed, tmp_path):
    """Two copies of the filed results."""
    return tuple(shutil.copytree(filed, tmp_path / name) for name in ("before", "after"))


def test_equal_results_have_no_change(places):
    found = change(*places)
    assert "None: every row is what it was." in found.markdown
    assert found.faults == ()


def test_a_new_row_and_a_row_that_is_gone(places, capsys):
    before, after = places
    shutil.rmtree(before / SCENARIO / "my_network")
    found = change(before, after)
    assert found.faults == ()
    assert "| my_network | 1 |" in found.markdown
    assert found.markdown.count("| new |") == 1
    assert main(["leaderboard", str(before), "--against", str(after)]) == 1
    printed = capsys.readouterr().out
    assert "| gone |" in printed
    assert f"- {SCENARIO}/my_network: is gone from the table" in printed


def edited(folder, edit):
    """Change the record of a folder."""
    path = folder / "record.json"
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))


def test_another_version_and_a_record_in_the_folder_of_another(places):
    before, after = places
    edited(after / SCENARIO / "my_network", lambda one: one["policy"].update(version="2"))
    assert "was version 1" in change(before, after).markdown
    (after / SCENARIO / "my_python").rename(after / SCENARIO / "rule")
    (fault, other) = change(before, after).faults
    assert "my_python: is gone from the table" in fault
    assert other == f"{SCENARIO}/rule: holds the record of {SCENARIO}/my_python; a record stands in the folder of its name"


def test_a_row_that_others_take_and_other_contents_of_a_version(places):
    before, after = places
    edited(after / SCENARIO / "my_network", lambda one: one["policy"].update(authors=["Someone <b>"]))
    edited(after / SCENARIO / "my_python", lambda one: one["policy"].update(digest="sha256:" + "0" * 64))
    found = change(before, after)
    assert found.faults == (
        f"{SCENARIO}/my_python: version 1 has other contents than before; raise the version",
        f"{SCENARIO}/my_network: was of Anonymous, is of Someone <b>",
    )
    assert "is of Someone &lt;b&gt;" in found.markdown


def test_names_are_text_in_the_comment(places):
    before, after = places
    evil = "</td><script>alert(1)</script> | x | @everyone `run` [link](javascript:x)"
    edited(after / SCENARIO / "my_network", lambda one: one["policy"].update(name=evil))
    text = change(before, after).markdown
    for part in ("<script>", "@everyone", "`run`", "](", " | x |"):
        assert part not in text


@given(st.text())
def test_plain_text_holds_nothing_that_acts(text):
    shown = plain(text)
    assert shown.isprintable()
    assert not set("<>@|`[]") & set(shown)
