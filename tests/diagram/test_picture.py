"""Pictures: the same bytes for the same subject, in either format, and no other."""

import re

import pytest

from gridbench.cli import main
from gridbench.diagram import draw_network, draw_scenario
from gridbench.diagram.picture import _glyph, _marker
from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.catalogue import load_scenario

BEGINS = {".svg": b"<?xml", ".png": b"\x89PNG"}


@pytest.mark.parametrize("suffix", BEGINS)
def test_the_same_network_has_the_same_bytes(suffix, tmp_path):
    for name in "ab":
        draw_network("ieee13", tmp_path / f"{name}{suffix}")
    first = (tmp_path / f"a{suffix}").read_bytes()
    assert first.startswith(BEGINS[suffix])
    assert first == (tmp_path / f"b{suffix}").read_bytes()


def test_the_same_scenario_has_the_same_bytes_and_no_date(tmp_path):
    for name in "ab":
        draw_scenario(load_scenario("ieee34_ieee13"), tmp_path / f"{name}.svg")
    first = (tmp_path / "a.svg").read_text()
    assert first == (tmp_path / "b.svg").read_text()
    assert not re.search(r"<dc:date>|20\d\d-\d\d-\d\dT", first)


def test_the_command_draws_networks_and_scenarios(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["draw", "--network", "cigre_mv"]) == 0
    assert main(["draw", "--scenario", "ieee34_ieee13", "--out", "there/picture.png"]) == 0
    assert capsys.readouterr().err.split() == ["cigre_mv.svg", "there/picture.png"]
    assert (tmp_path / "cigre_mv.svg").read_bytes().startswith(b"<?xml")
    assert (tmp_path / "there" / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_other_formats_and_unknown_networks_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"\.svg or \.png"):
        draw_network("ieee13", tmp_path / "a.pdf")
    with pytest.raises(UnknownName, match="ieee13"):
        draw_network("ieee14", tmp_path / "a.svg")


def test_kinds_of_one_s_own_have_a_symbol():
    assert _glyph("ev_station") == "EV"
    assert _marker("ev_station", 7.0)["markerfacecolor"] != _marker("generator", 7.0)["markerfacecolor"]
