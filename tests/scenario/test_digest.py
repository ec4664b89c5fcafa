"""A digest names the bytes of a scenario, and a published one never changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.scenario.catalogue import scenario_root
from gridbench.scenario.check import check
from gridbench.scenario.digest import FILE, LEDGER, digest, digest_of, publish, published
from gridbench.scenario.file import read

files = st.dictionaries(st.text(min_size=1, max_size=6), st.binary(max_size=12), min_size=1, max_size=4)


@given(content=files, data=st.data())
def test_any_byte_changes_it(content, data):
    path = data.draw(st.sampled_from(sorted(content)))
    other = data.draw(st.binary(max_size=12).filter(lambda new: new != content[path]))
    assert digest_of(content | {path: other}) != digest_of(content)


@given(content=files, data=st.data())
def test_order_of_files_does_not_matter(content, data):
    shuffled = data.draw(st.permutations(list(content.items())))
    assert digest_of(dict(shuffled)) == digest_of(content)


@given(one=files, other=files)
def test_different_files_have_different_digests(one, other):
    assert (digest_of(one) == digest_of(other)) == (one == other)


def test_of_a_folder_covers_the_file_and_its_series_only(altered):
    folder = altered()
    before = digest(folder)
    (folder / "CARD.md").write_text("words", encoding="utf-8")
    (folder / "oracle").mkdir()
    (folder / "oracle" / "day.json").write_text("{}", encoding="utf-8")
    assert digest(folder) == before == read(folder).digest
    path = folder / "series" / "train_2.npz"
    content = path.read_bytes()
    path.write_bytes(content + b"\0")
    assert digest(folder) != before
    path.write_bytes(content)
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert digest(folder) != before


def test_published_scenarios_are_unchanged():
    for scenario_id, then in published(scenario_root()).items():
        assert digest(scenario_root() / scenario_id) == then, f"{scenario_id} is published: make the edit in a new version"


def test_publishing_is_once(altered):
    folder = altered()
    first = publish(folder)
    assert publish(folder) == first
    assert published(folder.parent) == {folder.name: first}
    altered(("reward_usd = 100.0", "reward_usd = 50.0"))
    with pytest.raises(InvalidInput, match="make the edit in ieee34_ieee13-v2"):
        publish(folder)
    assert check(folder) == [
        "ieee34_ieee13-v1 is published and its files have changed; mend: restore them, and make the edit in ieee34_ieee13-v2"
    ]
    assert published(folder.parent) == {folder.name: first}


def test_damaged_ledger_is_refused(tmp_path):
    (tmp_path / LEDGER).write_text("# words\na-v1 sha256:0\na-v1 sha256:1\nb-v1\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as error:
        published(tmp_path)
    assert len(error.value.faults) == 2


def test_digest_of_no_scenario_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no digest"):
        digest(tmp_path)
