"""The tables: their order, their sections, the same bytes each time, and whether they are up to date."""

import csv
import io
import json
import re
import shutil

import pytest

from gridbench.bench.runner import run
from gridbench.cli import main
from gridbench.errors import InvalidInput
from gridbench.standings.columns import COLUMNS
from gridbench.standings.entries import Entry
from gridbench.standings.files import FILES, leaderboard, stale, write_leaderboard


def test_files_are_the_same_bytes_each_time_and_found_stale(results, home):
    write_leaderboard(results, [home])
    first = {name: (results / name).read_bytes() for name in FILES}
    assert stale(results, [home]) == []
    write_leaderboard(results, [home])
    assert first == {name: (results / name).read_bytes() for name in FILES}
    with (results / "LEADERBOARD.md").open("a") as table:
        table.write("| 1 | mine | 1.0 |\n")
    (results / "leaderboard.csv").unlink()
    assert stale(results, [home]) == ["LEADERBOARD.md", "leaderboard.csv"]
    shutil.rmtree(results / "tiny-v1" / "idle")
    assert stale(results, [home]) == list(FILES)


def test_classes_of_information_are_apart_and_the_better_stands_first(results, home, monkeypatch):
    monkeypatch.setattr(Entry, "tolerance", 1.0)
    text = leaderboard(results, [home])["LEADERBOARD.md"]
    text = text[text.index("## tiny-v1") :]
    assert text.index(": local (") < text.index(": foresight (")
    local = text[: text.index(": foresight (")]
    assert local.index("| idle |") < local.index("| random |")
    assert "| 1 | idle |" in local
    assert "| 1 | foresight |" in text


def test_what_is_not_safe_stands_below_the_line_without_a_rank(results, home, monkeypatch):
    monkeypatch.setattr(Entry, "tolerance", -1.0)
    texts = leaderboard(results, [home])
    assert "### Admissible" not in texts["LEADERBOARD.md"]
    assert "| - | idle |" in texts["LEADERBOARD.md"]
    assert '<tbody class="below">' in texts["leaderboard.html"]
    assert '<tbody class="admissible">' not in texts["leaderboard.html"]
    assert "below the line" in texts["leaderboard.tex"]
    rows = list(csv.DictReader(io.StringIO(texts["leaderboard.csv"])))
    assert [(row["rank"], row["admissible"]) for row in rows] == [("", "0")] * 3


def test_a_lost_episode_puts_a_record_below_the_line(results, home, monkeypatch):
    """Whatever its other numbers: with every share admitted, losing one episode is what stands between it and a rank."""
    monkeypatch.setattr(Entry, "tolerance", 1.0)
    folder = results / "tiny-v1" / "idle"
    lines = (folder / "episodes.csv").read_text().splitlines()
    at = lines[0].split(",").index("lost_steps")
    cells = lines[1].split(",")
    cells[at] = "3"
    (folder / "episodes.csv").write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    record = json.loads((folder / "record.json").read_text())
    record["scores"]["lost_episodes"] = 1
    record["failures"] = [{"seed": 0, "day": 0, "step": 21, "reason": "<b>boom</b>"}]
    (folder / "record.json").write_text(json.dumps(record))
    texts = leaderboard(results, [home])
    assert "| - | idle |" in texts["LEADERBOARD.md"]
    assert "| 1 | random |" in texts["LEADERBOARD.md"]
    assert "&lt;b&gt;boom&lt;/b&gt;" in texts["leaderboard.html"]


def test_every_column_is_explained_where_it_stands(results, home):
    texts = leaderboard(results, [home])
    for column in COLUMNS:
        assert f"- **{column.name}**: {column.meaning}" in texts["LEADERBOARD.md"]
        assert f"<dt>{column.name}</dt>" in texts["leaderboard.html"]
    head = next(
        line for line in texts["LEADERBOARD.md"].splitlines() if line.startswith("| rank | policy | version | kind | score")
    )
    assert head == "| " + " | ".join(column.name for column in COLUMNS) + " |"


def test_the_csv_holds_every_number_of_the_records(results, home):
    found = {row["policy"]: row for row in csv.DictReader(io.StringIO(leaderboard(results, [home])["leaderboard.csv"]))}
    for name, row in found.items():
        scores = json.loads((results / "tiny-v1" / name / "record.json").read_text())["scores"]
        assert float(row["score_ci95_low"]) == scores["score_ci95"][0]
        assert float(row["money_usd_mean_import"]) == scores["money_usd_mean"]["import"]
        assert float(row["violations_undervoltage_share"]) == scores["violations"]["undervoltage"]["share"]
        plain = {key: value for key, value in scores.items() if not isinstance(value, list | dict)}
        assert {key: float(row[key]) for key in plain} == plain


def test_fewer_days_are_another_section_and_other_intervals_are_refused(tiny, results, home, edit):
    run(tiny, "idle", days=1, out=results / "tiny-v1" / "short", quiet=True)
    text = leaderboard(results, [home])["LEADERBOARD.md"]
    assert "tiny-v1, test, 3 days: local" in text
    assert "tiny-v1, test, 1 day: local" in text
    edit(results / "tiny-v1" / "idle", bound__digest="sha256:" + "0" * 64)
    with pytest.raises(InvalidInput, match="leans on other intervals"):
        leaderboard(results, [home])


def test_numbers_edited_by_hand_are_refused_with_the_folder(results, home, edit):
    edit(results / "tiny-v1" / "random", scores__score_iqm=0.99)
    (results / "tiny-v1" / "idle" / "record.json").write_text("{}")
    (results / "tiny-v1" / "foresight" / "marks.json").write_text('{"record": 1, "replayed": "yes"}')
    with pytest.raises(InvalidInput) as caught:
        leaderboard(results, [home])
    faults = "\n".join(caught.value.faults)
    assert "tiny-v1/random: scores are not those" in faults
    assert "tiny-v1/idle: scenario: Field required" in faults
    assert re.search(r"tiny-v1/foresight: replayed: .*boolean", faults)


def test_actions_that_are_not_the_record_s_own_are_refused_all_at_once(results, home):
    for name in ("idle", "random"):
        shutil.copy(results / "tiny-v1" / "foresight" / "actions.npz", results / "tiny-v1" / name / "actions.npz")
    with pytest.raises(InvalidInput) as caught:
        leaderboard(results, [home])
    faults = "\n".join(caught.value.faults)
    assert "tiny-v1/idle: " in faults
    assert "tiny-v1/random: " in faults


def test_an_empty_folder_gives_empty_tables_and_a_missing_one_a_message(tmp_path, capsys):
    write_leaderboard(tmp_path)
    assert main(["leaderboard", str(tmp_path), "--check"]) == 0
    (tmp_path / "leaderboard.csv").write_text("")
    assert main(["leaderboard", str(tmp_path), "--check"]) == 1
    assert "leaderboard.csv" in capsys.readouterr().err
    with pytest.raises(InvalidInput, match="there is no such folder"):
        leaderboard(tmp_path / "nowhere")


def test_scenarios_of_one_s_own_are_found_where_they_stand(results, home, tmp_path, capsys):
    with pytest.raises(InvalidInput, match="for one of your own say --scenarios FOLDER"):
        leaderboard(results)
    assert main(["leaderboard", str(results), "--scenarios", str(tmp_path), "--scenarios", str(home)]) == 0
    assert "tiny-v1, test" in (results / "LEADERBOARD.md").read_text()
    assert main(["leaderboard", str(results), "--scenarios", str(home), "--check"]) == 0
    capsys.readouterr()
