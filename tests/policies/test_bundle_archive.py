"""A bundle as one archive: the same bytes for the same files, and what is packed is what is read."""

import json
import os
import shutil
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import InvalidInput
from gridbench.policies.bundle import open_bundle
from gridbench.policies.bundle_files import bundle_digest, name_faults, read_folder, write_files
from gridbench.policies.bundle_path import path_faults
from gridbench.policies.bundle_zip import pack, read_zip

PLAIN = st.from_regex(r"[a-z0-9_]{1,8}(/[a-z0-9_]{1,8}){0,2}\.(py|json|md|txt)", fullmatch=True)
FILES = st.dictionaries(PLAIN, st.binary(max_size=200), min_size=1, max_size=8).filter(lambda files: not name_faults(files))


@given(FILES, st.randoms(use_true_random=False))
def test_equal_files_are_equal_bytes_and_come_back(files, random):
    order = list(files)
    random.shuffle(order)
    shuffled = {path: files[path] for path in order}
    data = pack(files)
    assert pack(shuffled) == data
    assert bundle_digest(shuffled) == bundle_digest(files)
    assert read_zip(data, "here") == files


@given(FILES, FILES)
def test_other_files_have_another_digest(files, others):
    assert (bundle_digest(files) == bundle_digest(others)) is (files == others)


def test_the_border_between_a_name_and_its_bytes_counts():
    assert bundle_digest({"a.py": b"b.py"}) != bundle_digest({"a.pyb.py": b""})
    assert bundle_digest({"a.py": b"", "b.py": b"x"}) != bundle_digest({"a.py": b"x", "b.py": b""})


@given(FILES)
def test_a_folder_is_read_as_it_was_written(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("bundle")
    write_files(files, folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "policy.cpython-311.pyc").write_bytes(b"left out")
    assert read_folder(folder) == files


@given(st.text(max_size=30))
def test_a_path_without_fault_stays_inside_and_is_plain(path):
    if path_faults(path):
        return
    assert path.isascii()
    assert path.isprintable()
    assert not PurePosixPath(path).is_absolute()
    assert not PureWindowsPath(path).drive
    assert os.path.normpath(path) == path
    assert not path.startswith("..")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    with pytest.raises(InvalidInput):
        read_zip(data, "here")


@given(FILES, st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_never_passes_unseen(files, place, change):
    data = bytearray(pack(files))
    data[place % len(data)] ^= change
    try:
        found = read_zip(bytes(data), "here")
    except InvalidInput:
        return
    assert pack(found) != bytes(data) or found != files


@pytest.fixture
def bundle(tmp_path):
    """A small bundle, which nobody runs."""
    page = {
        "schema": 1, "name": "mine", "version": "1", "kind": "rule", "information": "local", "authors": ["A"], "description": "B",
        "license": "MIT", "policy": {"format": "python", "entry": "policy.py"}, "scenarios": ["ieee13-v1"],
    }  # fmt: skip
    code = "class Policy:\n    def __init__(self, task): ...\n    def reset(self, seed): ...\n    def act(self, seen): ...\n"
    write_files(
        {"bundle.json": json.dumps(page).encode(), "policy.py": code.encode(), "deep/notes.md": b"notes\n"}, tmp_path / "mine"
    )
    return tmp_path / "mine"


def test_a_zip_and_its_folder_are_one_bundle_wherever_they_lie(bundle, tmp_path):
    folder = bundle
    first = open_bundle(folder)
    path = tmp_path / "elsewhere.zip"
    path.write_bytes(first.packed)
    moved = open_bundle(shutil.copytree(folder, tmp_path / "deep" / "down"))
    assert open_bundle(path).digest == moved.digest == first.digest
    assert open_bundle(path).packed == moved.packed == first.packed


def test_zips_of_other_tools_are_read_and_packed_anew(bundle, tmp_path):
    folder = bundle
    made = shutil.make_archive(str(tmp_path / "theirs"), "zip", folder)
    assert open_bundle(tmp_path / "theirs.zip").packed == open_bundle(folder).packed
    assert open_bundle(folder).packed != (tmp_path / made).read_bytes()
