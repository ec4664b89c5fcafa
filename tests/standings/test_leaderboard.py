"""The tables: their order, their sections, the same bytes each time, and whether they are up to date."""

import json
import shutil

import pytest

from gridbench.bench import standings
from gridbench.bench.leaderboard import FILES, leaderboard, stale, write_leaderboard
from gridbench.bench.runner import run
from gridbench.cli import main
from gridbench.errors import InvalidInput


@pytest.fixture
def results(played, tmp_path, monkeypatch):
    for name, outcome in played.items():
        shutil.copytree(outcome.folder, tmp_path / "tiny-v1" / name)
    monkeypatch.setattr(standings, "tolerance", lambda *_: 0.05)
    return tmp_path


def test_tables_are_the_same_bytes_each_time_and_found_stale(results):
    write_leaderboard(results)
    first = {name: (results / name).read_bytes() for name in FILES}
    assert stale(results) == []
    write_leaderboard(results)
    assert first == {name: (results / name).read_bytes() for name in FILES}
    with (results / "LEADERBOARD.md").open("a") as table:
        table.write("| 1 | mine | 1.0 |\n")
    (results / "leaderboard.csv").unlink()
    assert stale(results) == ["LEADERBOARD.md", "leaderboard.csv"]
    shutil.rmtree(results / "tiny-v1" / "idle")
    assert stale(results) == list(FILES)


def test_classes_of_information_are_apart_and_the_better_stands_first(results):
    text = leaderboard(results)["LEADERBOARD.md"]
    assert text.index(": local (") < text.index(": foresight (")
    local = text[: text.index(": foresight (")]
    assert local.index("| idle |") < local.index("| random |")
    assert "| 1 | idle |" in local
    assert "| 1 | foresight |" in text


def test_what_is_not_safe_stands_below_the_line_without_a_rank(results, monkeypatch):
    monkeypatch.setattr(standings, "tolerance", lambda *_: -1.0)
    texts = leaderboard(results)
    assert "### Admissible" not in texts["LEADERBOARD.md"]
    assert "| - | idle |" in texts["LEADERBOARD.md"]
    assert '<tbody class="below">' in texts["leaderboard.html"]


def test_the_page_stands_alone_and_is_escaped(results):
    path = results / "tiny-v1" / "idle" / "record.json"
    record = json.loads(path.read_text())
    record["policy"]["name"] = "<script>alert(1)</script>"
    path.write_text(json.dumps(record))
    page = leaderboard(results)["leaderboard.html"]
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert not any(word in page for word in ("http://", "https://", "src="))
    assert page.count("<table>") == 2


def test_fewer_days_are_another_section_and_other_intervals_are_refused(tiny, results):
    run(tiny, "idle", days=1, out=results / "tiny-v1" / "short", quiet=True)
    text = leaderboard(results)["LEADERBOARD.md"]
    assert "tiny-v1, test, 3 days: local" in text
    assert "tiny-v1, test, 1 day: local" in text
    path = results / "tiny-v1" / "idle" / "record.json"
    record = json.loads(path.read_text())
    record["bound"]["digest"] = "sha256:" + "0" * 64
    path.write_text(json.dumps(record))
    with pytest.raises(InvalidInput, match="leans on other intervals"):
        leaderboard(results)


def test_numbers_edited_by_hand_are_refused_with_the_folder(results):
    path = results / "tiny-v1" / "random" / "record.json"
    record = json.loads(path.read_text())
    record["scores"]["score_iqm"] = 0.99
    path.write_text(json.dumps(record))
    (results / "tiny-v1" / "idle" / "record.json").write_text("{}")
    with pytest.raises(InvalidInput) as caught:
        leaderboard(results)
    faults = "\n".join(caught.value.faults)
    assert "tiny-v1/random: scores are not those" in faults
    assert "tiny-v1/idle: scenario: Field required" in faults


def test_an_empty_folder_gives_empty_tables_and_a_missing_one_a_message(tmp_path, capsys):
    write_leaderboard(tmp_path)
    assert main(["leaderboard", str(tmp_path), "--check"]) == 0
    (tmp_path / "leaderboard.csv").write_text("")
    assert main(["leaderboard", str(tmp_path), "--check"]) == 1
    assert "leaderboard.csv" in capsys.readouterr().err
    with pytest.raises(InvalidInput, match="there is no such folder"):
        leaderboard(tmp_path / "nowhere")


def test_scenarios_of_one_s_own_are_found_where_they_stand(played, tiny_folder, tmp_path, capsys):
    shutil.copytree(played["idle"].folder, tmp_path / "tiny-v1" / "idle")
    with pytest.raises(InvalidInput, match="for one of your own say --scenarios FOLDER"):
        leaderboard(tmp_path)
    assert main(["leaderboard", str(tmp_path), "--scenarios", str(tmp_path), "--scenarios", str(tiny_folder.parent)]) == 0
    assert "tiny-v1, test" in (tmp_path / "LEADERBOARD.md").read_text()
    assert main(["leaderboard", str(tmp_path), "--scenarios", str(tiny_folder.parent), "--check"]) == 0
    capsys.readouterr()
