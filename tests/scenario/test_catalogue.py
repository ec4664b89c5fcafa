"""A scenario is found by name, by id or by path."""

import pytest

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.catalogue import list_scenarios, load_scenario, scenario_folder
from gridbench.scenario.digest import FILE


@pytest.fixture
def home(tmp_path):
    for name in ("grid-v1", "grid-v2", "grid-v10", "other-v1", "draft", "empty-v1"):
        (tmp_path / name).mkdir()
        if name != "empty-v1":
            (tmp_path / name / FILE).touch()
    return tmp_path


def test_list_is_sorted_by_name_and_version(home):
    assert list_scenarios(home) == ["grid-v1", "grid-v2", "grid-v10", "other-v1"]
    assert list_scenarios(home / "nowhere") == []


def test_name_alone_is_the_newest_version(home):
    assert scenario_folder("grid", home).name == "grid-v10"
    assert scenario_folder("grid-v2", home).name == "grid-v2"


@pytest.mark.parametrize("name", ["grid-v3", "gird", "other-v2"])
def test_unknown_name_has_suggestions(home, name):
    with pytest.raises(UnknownName, match="did you mean"):
        scenario_folder(name, home)


def test_shipped_scenario_is_found_in_three_ways(shipped):
    digests = {load_scenario(one).digest for one in ("ieee34_ieee13", "ieee34_ieee13-v1", shipped, str(shipped / FILE))}
    assert len(digests) == 1
    assert "ieee34_ieee13-v1" in list_scenarios()
    with pytest.raises(UnknownName, match="did you mean 'ieee34_ieee13-v1'"):
        load_scenario("ieee34_ieee31")


def test_a_folder_named_as_a_name_is_told_how_to_be_written(home, monkeypatch):
    monkeypatch.chdir(home)
    with pytest.raises(InvalidInput, match="mend: for the folder here write draft/"):
        load_scenario("draft")
