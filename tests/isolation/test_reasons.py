"""Reasons are one printable line, whatever they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.isolation.limits import Limits
from gridbench.isolation.reasons import LONGEST, ended, printable


@given(st.text(), st.integers(4, 400))
def test_any_text_becomes_one_printable_line(text, longest):
    shown = printable(text, longest)
    assert shown.isprintable()
    assert len(shown) <= longest
    assert printable(shown, longest) == shown


def test_plain_text_stays_and_tricks_are_shown():
    assert printable("Müller: 5 µs <b>") == "Müller: 5 µs <b>"
    assert printable("a\x1b[31m\r\n\u202e\u200b\ud800") == "a\\x1b[31m\\r\\n\\u202e\\u200b\\ud800"
    assert len(printable("\x00" * 10**6)) == LONGEST


@given(st.fixed_dictionaries({}, optional={"why": st.text() | st.sampled_from(["signal", "exit", "memory"]), "number": st.integers() | st.text(), "text": st.text()}))  # fmt: skip  # noqa: E501
def test_every_report_has_a_reason(report):
    reason = ended(report, Limits())
    assert reason
    assert reason.isprintable()
    assert len(reason) <= LONGEST


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"why": "signal", "number": 9, "text": ""}, "ended by signal 9 (SIGKILL)"),
        ({"why": "signal", "number": 24}, "used more than 600 s of processor time in its episode"),
        ({"why": "exit", "number": 3, "text": "one\ntwo \n"}, "ended its own process with status 3; last words: two"),
        ({"why": "memory", "number": 1}, "out of memory: used more than 2048 MiB at once"),
        ({}, "its process was lost (None)"),
    ],
)
def test_reasons_of_reports(report, reason):
    assert ended(report, Limits()) == reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decision_s": 0}, ["decision_s: 0 is too small"]),
        ({"decision_s": float("nan"), "start_s": float("inf")}, ["decision_s: nan", "start_s: inf"]),
        ({"memory_bytes": 1e9, "processes": True}, ["memory_bytes: 1000000000.0 is no whole", "processes: True"]),
        ({"memory_bytes": 1, "processor_s": 0, "processes": 0, "file_bytes": 0, "output_bytes": -1}, ["5 fault(s)", "134217728"]),
    ],
)
def test_limits_under_which_nothing_runs_are_refused(changes, words):
    with pytest.raises(InvalidInput) as caught:
        Limits(**changes)
    for word in words:
        assert word in str(caught.value)
