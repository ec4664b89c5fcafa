"""Files of packages: as installed, or out of a wheel, which is told by its own metadata."""

import hashlib

import pytest
from invented_wheels import wheel

from gridbench.errors import InvalidInput
from gridbench.scenario.series.sources.package_file import Package, package_file

ABSENT = Package("gridbench-nothing-like-it", "nothing", "none", "nobody")
PRESENT = Package("numpy", "nothing", "BSD-3-Clause", "NumPy developers")


def test_out_of_a_wheel(tmp_path):
    content, origin = package_file(PRESENT, "a/b.csv", wheel(tmp_path / "any.whl", "numpy", "9.9", {"a/b.csv": "1;2"}))
    assert content == b"1;2"
    assert (origin.version, origin.sha256) == ("9.9", hashlib.sha256(b"1;2").hexdigest())


def test_as_installed():
    content, origin = package_file(PRESENT, "numpy/__init__.py")
    assert hashlib.sha256(content).hexdigest() == origin.sha256


def test_what_is_not_there(tmp_path):
    with pytest.raises(InvalidInput, match=r"pip install 'gridbench\[nothing\]'"):
        package_file(ABSENT, "a.csv")
    with pytest.raises(InvalidInput, match=r"has no file numpy/none\.csv"):
        package_file(PRESENT, "numpy/none.csv")
    found = wheel(tmp_path / "n.whl", "numpy", "1.0", {})
    with pytest.raises(InvalidInput, match=r"has no file a\.csv"):
        package_file(PRESENT, "a.csv", found)
    with pytest.raises(InvalidInput, match="is no wheel of gridbench-nothing"):
        package_file(ABSENT, "a.csv", found)
    (tmp_path / "bad.whl").write_bytes(b"PK")
    for path in (tmp_path / "bad.whl", tmp_path / "none.whl"):
        with pytest.raises(InvalidInput, match="cannot be read as a wheel"):
            package_file(PRESENT, "a.csv", path)
