"""Text of others on a page: it is seen, it never is markup, it turns nothing around, and its links lead where they say."""

import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.html import escaped, is_link, isolated, link, printable, slug
from gridbench.html.text import HIDDEN

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='x", "\u202eevil\u2066", "\x1b[31mred\x1b[0m",
    "a\x00b",
]  # fmt: skip


@given(st.text())
def test_any_text_comes_back_as_text_without_what_is_hidden(text):
    read = ET.fromstring(f'<p title="{escaped(text)}">{isolated(text)}</p>')  # noqa: S314 - it is ours
    assert read.attrib["title"] == printable(text)
    assert "".join(read.itertext()) == printable(text)
    assert not {unicodedata.category(one) for one in printable(text)} & HIDDEN
    assert [child.tag for child in read] == ["bdi"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_run_turn_or_colour_is_shown_instead(text):
    shown = escaped(text)
    assert not set("<>\"'\x1b\x00\u202e\u2066") & set(shown)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example", "file:///etc/passwd",
     "https://", "http://a b", "https://exa\u202emple.org", "../up", "/root", "mailto:a@b",
     'https://x.org/"onclick=', "https://x.org/'", ""],
)  # fmt: skip
def test_other_addresses_than_plain_ones_are_not_followed(address):
    shown = link(address, "name")
    assert not is_link(address)
    assert "href" not in shown


@pytest.mark.parametrize("address", ["https://example.org/a?b=1&c=2#d", "http://x.io:80", "#/scenario/x", "a-v1/b/bundle.zip"])
def test_plain_addresses_are_followed(address):
    read = ET.fromstring(link(address, "<name>"))  # noqa: S314 - it is ours
    assert read.attrib["href"] == address
    assert "".join(read.itertext()) == "<name>"


@given(st.text())
def test_a_slug_is_a_plain_part_of_an_address(text):
    assert is_link(f"#/scenario/{slug(text)}")
