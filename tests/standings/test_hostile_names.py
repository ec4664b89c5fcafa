"""Names, authors and links of others: shown in every text, markup in none."""

import csv
import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from gridbench.standings.columns import COLUMNS
from gridbench.standings.csv_table import words
from gridbench.standings.files import leaderboard
from gridbench.standings.latex import escaped
from gridbench.standings.markdown import safe

HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f]")


@pytest.fixture
def texts(hostile, home):
    return leaderboard(hostile, [home])


class Elements(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_shows_them_and_acts_on_none(texts):
    page = texts["leaderboard.html"]
    found = Elements()
    found.feed(page)
    assert page.count("<script>") == 1
    assert not found.tags & {"img", "i", "b", "iframe", "object", "embed", "base"}
    assert not [one for one in found.attributes if one[1].startswith("on") or one[1] == "style"]
    links = {value for _, name, value in found.attributes if name in {"href", "src", "action"}}
    assert all(link.startswith(("#", "tiny-v1/")) or link == "data:," for link in links)
    assert "tiny-v1/evil/bundle.zip" in links
    assert not HIDDEN.search(page.replace("\n", ""))
    shown = "".join(found.text)
    for word in (
        "javascript:alert(document.domain)",
        "<img src=x onerror=alert(1)>",
        '<script>alert("x")</script>',
        "</script><b>",
    ):
        assert word in shown
    assert "replayed, rerun, fresh (4 fresh days of seed 5: score -1.5000, 25.000 % violating steps)" in shown


def test_markdown_keeps_its_tables_whole(texts):
    lines = [line for line in texts["LEADERBOARD.md"].splitlines() if line.startswith("|") and "alert" in line]
    assert lines
    for line in lines:
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1
        assert cells in {len(COLUMNS), 8}
        assert not re.search(r"(?<!\\)[<>`\[\]]", line)
        assert not HIDDEN.search(line)


@pytest.mark.parametrize(
    "text", ["https://evil.example", "www.evil.example", "a@b.example", "<b>", "![x](y)", "~~x~~", "a|b", "`x`"]
)
def test_markdown_makes_no_markup_and_no_link_of_a_name(text):
    shown = safe(text)
    assert not re.search(r"(?<!\\)[<>`\[\]|~!@]", shown)
    assert not re.search(r"(?<!\\)://", shown)
    assert "www.e" not in shown
    assert re.sub(r"\\(.)", r"\1", shown) == text


def test_a_spreadsheet_finds_no_formula(texts):
    row = next(row for row in csv.DictReader(io.StringIO(texts["leaderboard.csv"])) if row["folder"] == "tiny-v1/evil")
    assert row["version"] == "'=1+1"
    assert row["marks"] == "replayed rerun fresh"
    assert [words(text)[0] for text in ("=x", "+x", "-x", "@x", "\tx")] == ["'", "'", "'", "'", "x"]
    assert not HIDDEN.search(texts["leaderboard.csv"].replace("\n", ""))


def test_latex_is_plain_ascii_without_a_command_of_others(texts):
    assert texts["leaderboard.tex"].isascii()
    assert escaped("a_b & 50% $x$ #1 {y} \\input{z} ~^ é ж --") == (
        r"a\_b \& 50\% \$x\$ \#1 \{y\} \textbackslash{}input\{z\} \textasciitilde{}\textasciicircum{} e ? {-}{-}"
    )


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex to compile the tables")
@pytest.mark.parametrize("package", ["", r"\IfFileExists{booktabs.sty}{\usepackage{booktabs}}{}"])
def test_latex_compiles_with_and_without_booktabs(texts, tmp_path, package):
    (tmp_path / "leaderboard.tex").write_text(texts["leaderboard.tex"])
    document = (
        rf"\documentclass{{article}}{package}\usepackage{{textcomp}}\begin{{document}}\input{{leaderboard}}\end{{document}}"
    )
    (tmp_path / "page.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout[-2000:]


def test_marks_of_another_record_count_for_nothing(hostile, home):
    path = hostile / "tiny-v1" / "evil" / "marks.json"
    marks = json.loads(path.read_text())
    path.write_text(json.dumps({**marks, "record": "sha256:" + "0" * 64}))
    assert "fresh days" not in leaderboard(hostile, [home])["leaderboard.html"]
    path.write_text(json.dumps({**marks, "record": marks["record"].removeprefix("sha256:")}))
    assert "fresh days" in leaderboard(hostile, [home])["leaderboard.html"]
