"""The frame of a page: it asks for nothing, lets nothing run that is not its own, and can be read in both themes."""

import base64
import hashlib
import re

import pytest

from gridbench.html import Cell, Column, Row, asset, document, legend, table

CSS = asset("style.css")


def themes():
    light, dark = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    return {name: dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", text)) for name, text in (("light", light), ("dark", dark))}


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_series_stand_out_from_the_ground(theme):
    """Ratios of WCAG 2.2: 4.5 for text, 3 for what a chart draws and for what shows the focus."""
    colours = themes()[theme]
    for ground in ("bg", "raised"):
        for text in ("ink", "faint", "link", "mark"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        for drawn in ("focus", *(f"k{i}" for i in range(8))):
            assert contrast(colours[drawn], colours[ground]) >= 3.0, (drawn, ground)


def test_both_themes_state_the_same_variables():
    found = themes()
    assert found["light"].keys() == found["dark"].keys()


def test_the_policy_names_the_digests_of_what_runs_and_nothing_else():
    page = document("<x>", "<p>body</p>", script="let a = 1;", style="p{margin:0}")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for block in re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, flags=re.DOTALL):
        assert f"sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}" in policy
    assert "<title>&lt;x&gt;</title>" in page
    assert not re.search(r"(?:src|href)=\"(?!data:,|#)", page)


def test_a_table_explains_its_columns_and_keeps_its_bodies():
    columns = [Column("policy", "who <it> is", number=False), Column("score", "how good")]
    rows = [Row([Cell("<b>"), Cell("1.5", 1.5)], {"kind": '"x"'}), Row([Cell("z"), Cell("-")])]
    text = table(columns, [("admissible", rows), ("below", [])], caption="all & sundry")
    assert text.count("<tbody") == 1
    assert '<th scope="row"><bdi>&lt;b&gt;</bdi></th><td class="n" data-v="1.5">' in text
    assert 'data-kind="&quot;x&quot;"' in text
    assert '<td class="n" data-v=""><bdi>-</bdi></td>' in text
    assert 'aria-label="all &amp; sundry"' in text
    assert "<dt>policy</dt><dd>who &lt;it&gt; is</dd>" in legend(columns)
