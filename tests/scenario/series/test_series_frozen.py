"""Frozen files: the same bytes for the same content, refused when anything about them is wrong."""

import dataclasses
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gridbench.errors import InvalidInput
from gridbench.scenario.series import content_digest, freeze, load, save
from gridbench.scenario.series.columns import CONNECTED
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE, preset_named
from gridbench.scenario.series.years import freeze_years

SHIPPED = sorted((Path(__file__).parents[3] / "scenarios" / "ieee34_ieee13-v1" / "series").glob("*.npz"))


@pytest.fixture
def saved(week, tmp_path):
    save(week, tmp_path / "week.npz")
    return tmp_path / "week.npz"


def rewrite(path, change):
    """Unpack a file, let `change` alter its members (arrays) and meta (dict), and pack it again."""
    with np.load(path, allow_pickle=False) as archive:
        members = {name: archive[name] for name in archive.files}
    meta = json.loads(members.pop("meta").tobytes())
    change(members, meta)
    members["meta"] = np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    np.savez(path, **members)


def faults_of(path):
    with pytest.raises(InvalidInput) as caught:
        load(path)
    assert caught.value.where == str(path)
    return caught.value.faults


def test_round_trip(week, saved):
    again = load(saved)
    assert again == week
    assert list(again.columns) == list(week.columns)
    assert content_digest(again) == content_digest(week)
    for name, stored in freeze(week).items():
        np.testing.assert_array_equal(stored, freeze(again)[name])


def test_same_content_same_bytes(week, saved, tmp_path):
    other = tmp_path / "deeper" / "other.npz"
    assert save(generate(CAISO_LIKE, 7, days=7), other) == content_digest(week)
    assert other.read_bytes() == saved.read_bytes()


def test_digest_tells_content_and_description_apart(week):
    digests = {content_digest(dataclasses.replace(week, **change)) for change in ({}, {"name": "x"}, {"seed": 8})}
    values = week.columns["pv_a"].copy()
    values[0] += 1e-4
    digests.add(content_digest(dataclasses.replace(week, columns={**week.columns, "pv_a": values})))
    assert len(digests) == 4


def test_numpy_alone_reads_the_file(week, saved):
    with np.load(saved, allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["pv_a"], freeze(week)["pv_a"])
        assert json.loads(archive["meta"].tobytes())["columns"]["pv_a"] == {"unit": "pu", "scale": 10_000}


def test_freeze_years(tmp_path):
    told = []
    paths = freeze_years(CAISO_LIKE, {"train_0": 1, "test": 2}, tmp_path, 1.0, lambda *news: told.append(news))
    assert told == [("train_0", 1, 2), ("test", 2, 2)]
    assert paths == {"train_0": tmp_path / "train_0.npz", "test": tmp_path / "test.npz"}
    assert (load(paths["test"]).name, load(paths["test"]).seed) == ("test", 2)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_shipped_files_regenerate(path):
    """Other builds of numpy and scipy may round a few cells the other way; breakers are the calendar's (test_recipes)."""
    shipped = load(path)
    days = round(shipped.n * shipped.step_h / 24)
    fresh = freeze(generate(preset_named(shipped.preset), shipped.seed, days, shipped.step_h))
    stored = {name: cells for name, cells in freeze(shipped).items() if not name.startswith(CONNECTED)}
    assert shipped.name == path.stem
    assert fresh.keys() == stored.keys()
    away = np.concatenate([fresh[name] - cells for name, cells in stored.items()])
    assert np.abs(away).max() <= 1
    assert np.count_nonzero(away) <= 10


def test_files_are_shipped():
    assert {path.stem for path in SHIPPED} >= {"train_0", "train_1", "train_2", "validation", "test"}


def test_missing_file(tmp_path):
    assert "no such file" in faults_of(tmp_path / "none.npz")[0]


@pytest.mark.parametrize("keep", [0, 10, 500, -20])
def test_truncated_file(saved, keep):
    saved.write_bytes(saved.read_bytes()[:keep])
    assert "no complete npz" in faults_of(saved)[0]


def test_every_damaged_column_is_named(saved):
    content = bytearray(saved.read_bytes())
    with zipfile.ZipFile(saved) as archive:
        for name in ("pv_a", "wind_b"):
            content[archive.getinfo(f"{name}.npy").header_offset + 120] ^= 0xFF
    saved.write_bytes(content)
    faults = "\n".join(faults_of(saved))
    assert "'pv_a': damaged" in faults
    assert "'wind_b': damaged" in faults


def test_all_faults_of_the_columns_at_once(saved):
    def change(members, meta):
        del members["pv_a"]
        members["pv_b"] = members["pv_b"] / 1e4 * np.nan
        members["pv_c"] = members["pv_c"][:-1]
        members["wind_a"] = members["wind_a"].astype(np.int64)
        members["humidity"] = members["wind_b"]
        meta["seed"] = "seven"
        meta["format"] = "gridbench-series-0"

    faults = "\n".join(faults_of_changed(saved, change))
    for told in (
        "'pv_a': listed",
        "'pv_b': float64 with 168 NaN",
        "'pv_c': shape (167,)",
        "'wind_a': int64",
        "'humidity'",
        "seed",
        "format",
    ):
        assert told in faults


def faults_of_changed(path, change):
    rewrite(path, change)
    return faults_of(path)


def test_one_changed_cell(saved):
    def change(members, _):
        members["load_commercial"][5] += 1

    assert "SHA-256" in faults_of_changed(saved, change)[0]


def test_a_cell_out_of_range_is_told_beside_the_hash(saved):
    def change(members, _):
        members["pv_a"][5] = 20_000

    faults = faults_of_changed(saved, change)
    assert "SHA-256" in faults[0]
    assert "'pv_a': values span [0, 2]" in faults[1]


@pytest.mark.parametrize("change", [{"name": "other"}, {"extra": 1}, {"step_h": 0.5}, {"sha256": "0" * 64}])
def test_changed_description(saved, change):
    assert "SHA-256" in faults_of_changed(saved, lambda _, meta: meta.update(change))[0]


def test_a_rehashed_but_odd_description(saved, week, monkeypatch):
    monkeypatch.setattr(
        "gridbench.scenario.series.frozen.describe", lambda _: {**described, "columns": {**described["columns"], "pv_a": 1}}
    )
    with np.load(saved, allow_pickle=False) as archive:
        described = json.loads(archive["meta"].tobytes())
    described.pop("sha256")
    save(week, saved)
    monkeypatch.undo()
    assert "columns not as this version writes it" in faults_of(saved)[0]


@pytest.mark.parametrize("meta", [b"", b"[1]", b"{", b"\xff\xfe"])
def test_unreadable_description(saved, meta):
    with np.load(saved, allow_pickle=False) as archive:
        members = {name: archive[name] for name in archive.files}
    np.savez(saved, **{**members, "meta": np.frombuffer(meta, dtype=np.uint8)})
    assert any("no JSON object" in fault for fault in faults_of(saved))


def test_no_description_at_all(saved):
    np.savez(saved, pv_a=np.zeros(3, dtype=np.int32))
    assert any("no JSON object" in fault for fault in faults_of(saved))


def test_pickles_are_refused(saved):
    payload = io.BytesIO()
    np.save(payload, np.array([{}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(saved, "a") as archive:
        archive.writestr("pv_z.npy", payload.getvalue())
    assert any("'pv_z': damaged" in fault for fault in faults_of(saved))
