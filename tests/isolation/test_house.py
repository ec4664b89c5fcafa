"""A house holds plain copies, and goes without a trace whatever was done in it."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gridbench.errors import InvalidInput
from gridbench.isolation import house as houses
from gridbench.isolation.house import House
from gridbench.isolation.inside.folders import bytes_below


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "bundle"
    (folder / "inner" / "deep").mkdir(parents=True)
    (folder / "policy.py").write_text("1")
    (folder / "inner" / "deep" / "weights").write_bytes(b"\0\1")
    for one in (folder / "policy.py", folder / "inner"):
        one.chmod(0o700)
    return folder


def test_it_copies_files_for_every_user_to_read(bundle):
    house = House(bundle)
    assert (house.policy / "inner" / "deep" / "weights").read_bytes() == b"\0\1"
    assert {path.stat().st_mode & 0o777 for path in house.policy.rglob("*") if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o777 for path in house.policy.rglob("*") if path.is_file()} == {0o644}
    (bundle / "policy.py").write_text("2")
    assert (house.policy / "policy.py").read_text() == "1"
    house.close()
    assert not house.folder.exists()
    assert bundle.is_dir()


def test_links_and_the_like_are_refused_all_at_once(bundle):
    (bundle / "to_a_file").symlink_to("/etc/passwd")
    (bundle / "inner" / "to_a_folder").symlink_to("/etc", target_is_directory=True)
    os.mkfifo(bundle / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(bundle)
        one.bind("socket")
        os.chdir(here)
        with pytest.raises(InvalidInput) as caught:
            House(bundle)
    assert "4 fault(s)" in str(caught.value)
    for word in ("'to_a_file': is a link", "'inner/to_a_folder': is a link", "'pipe': is no plain file", "'socket': is no plain"):
        assert word in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere", "policy.py", "link"])
def test_only_a_folder_is_a_bundle(bundle, name):
    (bundle.parent / "link").symlink_to(bundle)
    with pytest.raises(InvalidInput, match="is no folder"):
        House({"link": bundle.parent / "link"}.get(name, bundle / name))


def test_too_much_is_refused(bundle, monkeypatch):
    monkeypatch.setattr(houses, "MOST_BYTES", 2)
    with pytest.raises(InvalidInput, match="holds 2 files of 3 bytes"):
        House(bundle)


def test_names_with_controls_are_shown_escaped(bundle):
    (bundle / "a\x1b[2J\u202e").symlink_to("/")
    with pytest.raises(InvalidInput) as caught:
        House(bundle)
    assert "\\x1b[2J\\u202e" in str(caught.value)


def test_scratch_that_resists_goes_too_and_links_are_not_followed(bundle):
    house = House(bundle)
    scratch = house.scratch()
    assert scratch != house.scratch()
    inner = os.open(scratch, os.O_RDONLY)
    for _ in range(1500):  # deeper than a path may be long, and than Python recurses
        os.mkdir("deep" * 10, dir_fd=inner)
        deeper = os.open("deep" * 10, os.O_RDONLY, dir_fd=inner)
        os.close(inner)
        inner = deeper
    os.symlink(bundle, "away", dir_fd=inner)
    os.fchmod(inner, 0)
    os.close(inner)
    (scratch / "away").symlink_to(bundle)
    (scratch / "closed").mkdir(mode=0)
    assert bytes_below(str(scratch), 10**9) > 10**9
    scratch.chmod(0)
    house.close()
    assert not house.folder.exists()
    assert (bundle / "policy.py").is_file()


ABANDONED = """
import time
from gridbench.isolation.house import House
kept = House(None)
print(kept.folder, flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_leaves_goes_with_the_next_house_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(houses.tempfile, "tempdir", str(tmp_path))
    strange = tmp_path / "gridbench-strange"
    strange.mkdir()
    mine = House(None)
    with subprocess.Popen([sys.executable, "-c", ABANDONED], stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        left = Path(other.stdout.readline().strip())
        House(None).close()
        assert left.is_dir()
        other.kill()
    assert left.is_dir()
    House(None).close()
    assert sorted(tmp_path.iterdir()) == sorted([mine.folder, strange])
    mine.close()


def _make(bundle, told):
    told.put(str(House(bundle).folder))
    _kept.append(House(bundle))
    told.put(str(_kept[0].folder))


_kept = []


def test_it_goes_with_the_process_that_made_it_and_with_no_copy_of_that(bundle):
    house, here = House(bundle), multiprocessing.get_context("fork")
    told = here.Queue()
    worker = here.Process(target=_make, args=(bundle, told))
    worker.start()
    folders = [Path(told.get(timeout=20)) for _ in range(2)]
    worker.join()
    assert house.folder.is_dir()
    assert not any(folder.exists() for folder in folders)
    house.close()
