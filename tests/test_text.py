"""Text as it is shown: what does not show is named, and what would act on a terminal stands as its code."""

from hypothesis import given
from hypothesis import strategies as st

from gridbench.text import hidden, shown


@given(st.text())
def test_what_is_shown_hides_nothing(text):
    assert hidden(shown(text).replace("\n", "")) == []
    assert shown(text) == text or hidden(text)


def test_hidden_characters_are_named():
    assert hidden("a\u202eb\x1b[0m\u200b") == ["U+001B", "U+200B", "U+202E"]
    assert hidden("Åsa, 微网 – ok") == []
