"""The timeline: columns that read as entries, little memory, and as much told as is asked for."""

from __future__ import annotations

import sys
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gridbench.heron import EventEnv, Jitter, Schedule, Timing, make
from gridbench.heron.scheduling import Entry, Timeline, analyse, table
from gridbench.heron.scheduling.timeline import WHAT

TIMES = st.integers(0, 2**62)
ENTRIES = st.builds(Entry, TIMES, st.sampled_from(WHAT), st.sampled_from("abc"), st.text(max_size=2), TIMES, st.booleans())


def timeline_of(entries):
    timeline = Timeline()
    for entry in entries:
        timeline.add(entry)
    return timeline


@given(st.lists(ENTRIES))
def test_entries_come_back_as_they_were_added(entries):
    timeline = timeline_of(entries)
    assert list(timeline) == entries
    assert timeline.entries[:3] == entries[:3]
    assert [timeline[-1 - i] for i in range(len(entries))] == entries[::-1]
    assert timeline.lines() == [entry.line() for entry in entries]
    assert timeline.of("sample") == [entry for entry in entries if entry.what == "sample"]
    assert timeline.of("sent", "b") == [entry for entry in entries if (entry.what, entry.agent) == ("sent", "b")]
    assert timeline.ages_ns("action", "a").tolist() == [e.age_ns for e in entries if (e.what, e.agent) == ("action", "a")]
    assert sum(timeline.counts().values()) == len(timeline) == len(entries)


@given(st.lists(ENTRIES, min_size=1), st.data())
def test_equal_timelines_alone_have_equal_digests(entries, data):
    assert timeline_of(entries).digest() == timeline_of(entries).digest()
    place = data.draw(st.integers(0, len(entries) - 1))
    one = entries[place]
    change = data.draw(st.sampled_from([{"time_ns": one.time_ns + 1}, {"since_ns": one.since_ns + 1}, {"late": not one.late}]))
    changed = [*entries[:place], replace(one, **change), *entries[place + 1 :]]
    assert timeline_of(changed).digest() != timeline_of(entries).digest()
    assert timeline_of(entries[:-1]).digest() != timeline_of(entries).digest()


def played(*, details):
    levels = {1: Timing(5.0, action_s=0.3, jitter=Jitter("gaussian", 0.1)), 2: Timing(60.0, message_s=1.0, loss=0.1)}
    env = EventEnv(make("TwoRooms", protocol="setpoint"), Schedule(levels, details=details))
    env.reset(0)
    for _ in range(4):
        env.step()
    return env


def test_without_details_the_same_happens_and_less_is_told():
    told, untold = played(details=True), played(details=False)
    assert told.state.values.tobytes() == untold.state.values.tobytes()
    assert table(told.timeline) == table(untold.timeline)
    assert [replace(entry, detail="") for entry in told.timeline] == list(untold.timeline)
    assert all(entry.detail for entry in told.timeline.of("action"))


def test_an_entry_takes_little_memory():
    timeline = played(details=True).timeline
    columns = (timeline._times, timeline._since, timeline._codes)
    assert sum(map(sys.getsizeof, columns)) < 24 * len(timeline)
    assert len(timeline._kinds) < len(timeline) / 20


def test_a_timeline_without_entries_reads_as_nothing():
    timeline = Timeline()
    assert (timeline.lines(), timeline.of("sample"), analyse(timeline)) == ([], [], {})
    assert len(timeline.digest()) == 64
