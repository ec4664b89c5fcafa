"""A scenario folder of our own to break: a reference file, which tuning leaves alone, beside the shipped series."""

import shutil
from pathlib import Path

import pytest

from gridbench.scenario.catalogue import scenario_folder
from gridbench.scenario.digest import FILE

SHIPPED = "ieee34_ieee13-v1"
REFERENCE = Path(__file__).parent / "reference.toml"


@pytest.fixture(scope="session")
def shipped():
    return scenario_folder(SHIPPED)


@pytest.fixture
def altered(shipped, tmp_path):
    """Write the reference scenario with texts replaced (first occurrence each) and return its folder."""

    def write(*changes):
        folder = tmp_path / SHIPPED
        shutil.copytree(shipped / "series", folder / "series", dirs_exist_ok=True)
        text = REFERENCE.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"the reference has no {old!r} any more"
            text = text.replace(old, new, 1)
        (folder / FILE).write_text(text, encoding="utf-8")
        return folder

    return write
