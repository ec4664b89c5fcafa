"""The page of a run: its sums, its words, and what hostile names can do to it (nothing)."""

import json
import re
from html.parser import HTMLParser

import pytest

from gridbench.bench.rows import format_rows, parse_rows
from gridbench.bench.runner import run
from gridbench.cli import main
from gridbench.errors import InvalidInput
from gridbench.report.case import read_case
from gridbench.report.findings import dearest, examine
from gridbench.report.page import write_report

NASTY = '<script>alert("x")</script>\u202e\x1b[31m'
RUNS = ("ieee13-v1/rule", "ieee13-v1/foresight", "cigre_lv-v1/idle", "ieee34_ieee13-v1/mappo")


class Reader(HTMLParser):
    """Tags with their attributes, and whether every one is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def rewrite(folder, change):
    path = folder / "record.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


@pytest.mark.parametrize("name", RUNS)
def test_money_lost_by_place_and_by_hour_is_cost_less_witness(shipped, name):
    case = read_case(shipped(name))
    found = examine(case, dearest(case, case.days)[:1])
    scores = case.record.scores
    wanted = scores.cost_usd_mean - scores.witness_usd_mean
    for sums in (found.by_place.sum(), found.by_hour.sum(), found.lost_usd):
        assert sums == pytest.approx(wanted, abs=1e-6)
    assert found.by_place.sum(axis=0) == pytest.approx(found.by_hour.sum(axis=0), abs=1e-6)
    assert found.deviation < 1e-12
    (shown,) = found.shown
    assert shown.lost.sum() == pytest.approx(case.lost_usd(shown.seed, shown.day), abs=1e-6)
    assert case.lost_usd(shown.seed, shown.day) == max(case.lost_usd(*one) for one in case.episodes)


def test_the_page_stands_alone_and_is_the_same_bytes_each_time(shipped):
    folder = shipped("ieee13-v1/rule")
    path = write_report(folder)
    first = path.read_bytes()
    assert path == folder / "report.html"
    assert write_report(folder / "record.json").read_bytes() == first
    page = Reader(first.decode())
    assert page.open == []
    for tag, attributes in page.tags:
        assert tag not in {"img", "iframe", "object", "base"}
        assert not any(name in {"src", "style"} or name.startswith("on") for name in attributes)
    targets = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {one.removeprefix("#") for one in targets} <= ids
    for key in ("summary", "scores", "money", "days", "violations", "lost", "clipped"):
        assert key in ids


def test_every_number_that_a_table_sums_is_the_sum(shipped):
    page = write_report(shipped("ieee13-v1/rule")).read_text()
    for caption in ("all places", "all hours"):
        row = re.search(rf"<bdi>{caption}</bdi></th>(.*?)</tr>", page)[1]
        *parts, total = (float(one) for one in re.findall(r'data-v="([^"]+)"', row))
        assert sum(parts) == pytest.approx(total, abs=1e-6)


def test_days_may_be_chosen(shipped):
    folder = shipped("ieee13-v1/rule")
    case = read_case(folder)
    day = case.days[5]
    page = write_report(folder, folder / "one.html", days=[day, day]).read_text()
    assert page.count('<h3 id="day-') == 1
    assert f'<h3 id="day-{day}">' in page
    with pytest.raises(InvalidInput, match=r"(?s)day 1 was not run.*day 2 was not run") as caught:
        write_report(folder, days=[2, day, 1])
    assert len(caught.value.faults) == 2


def test_of_several_seeds_the_dearest_is_drawn(played, tiny_folder, tmp_path):
    case = read_case(played["random"].folder, scenario=tiny_folder)
    for seed, day in dearest(case, case.days):
        assert case.lost_usd(seed, day) == max(case.lost_usd(one, day) for one in case.seeds)
    page = write_report(played["random"].folder, tmp_path / "page.html", scenario=tiny_folder).read_text()
    assert "seed 1" in page
    assert "tiny-v1" in page


def test_hostile_words_are_words(copied, tiny_folder):
    folder = copied("random")
    lost = {"seed": 0, "day": 1, "step": 5, "reason": f"said {NASTY}"}

    def change(record):
        record["policy"] |= {"name": NASTY, "version": NASTY, "authors": [NASTY], "url": "javascript:alert(1)"}
        record["harness"]["cpu"] = '"><svg onload=alert(1)>'
        record["failures"] = [lost]

    rewrite(folder, change)
    page = Reader(text := write_report(folder, scenario=tiny_folder).read_text())
    assert page.open == []
    assert [attributes for tag, attributes in page.tags if tag == "script"] == [{}]
    assert "<svg onload" not in text
    assert not any("javascript" in attributes.get("href", "") for _, attributes in page.tags)
    assert not any(sign in text for sign in ("\u202e", "\x1b"))
    assert any('said <script>alert("x")' in word for word in page.words)


def test_lost_episodes_are_marked(copied, tiny_folder):
    folder = copied("random")
    rows = parse_rows((folder / "episodes.csv").read_text(), "episodes.csv")
    rows[0]["lost_steps"] = 4.0
    (folder / "episodes.csv").write_text(format_rows(rows))
    rewrite(folder, lambda record: record["scores"].update(lost_episodes=1))
    page = write_report(folder, scenario=tiny_folder).read_text()
    assert page.count("\u2020</span>") == 1
    assert "not admissible" in page


def test_a_cost_that_the_replay_does_not_give_is_told(copied, tiny_folder):
    folder = copied("idle")
    assert "gridbench verify" not in write_report(folder, scenario=tiny_folder).read_text()
    rows = parse_rows((folder / "episodes.csv").read_text(), "episodes.csv")
    rows[0]["cost_usd"] *= 0.99
    (folder / "episodes.csv").write_text(format_rows(rows))
    assert "ask gridbench verify" in write_report(folder, scenario=tiny_folder).read_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda record: record["scenario"].update(digest="sha256:" + "0" * 64), "other files"),
        (lambda record: record["protocol"].update(days=2), "every seed and day"),
        (lambda record: record["protocol"].update(days=99), "protocol.days: 99"),
        (lambda record: record["bound"].update(digest="sha256:" + "0" * 64), "other intervals"),
        (lambda record: record.pop("scores"), "scores"),
    ],
)
def test_a_record_of_something_else_is_refused(copied, tiny_folder, change, words):
    folder = copied("idle")
    rewrite(folder, change)
    with pytest.raises(InvalidInput, match=words):
        write_report(folder, scenario=tiny_folder)


def test_three_phases_are_told(ieee13, tmp_path):
    outcome = run(ieee13, "idle", days=2, plant="three_phase", out=tmp_path / "run", quiet=True)
    page = write_report(outcome.folder).read_text()
    assert "phase by phase" in page
    assert "indicative" in page
    assert "all places" in page


def test_the_command_writes_the_page(shipped, capsys, tmp_path):
    folder = shipped("ieee13-v1/rule")
    out = tmp_path / "page.html"
    assert main(["report", str(folder), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.read_text().startswith("<!doctype html>")
    assert main(["report", str(tmp_path / "nowhere")]) == 3
    assert main(["report", str(folder), "--days", "1"]) == 3
