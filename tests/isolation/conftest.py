"""The laboratory under each protection that works here."""

from __future__ import annotations

import pytest
from laboratory import TIGHT, Laboratory

from gridbench.isolation import protection
from gridbench.isolation.child import Child
from gridbench.isolation.choice import best, trial
from gridbench.isolation.house import House
from gridbench.isolation.protection import PROTECTIONS, IsolationError
from gridbench.isolation.reach import Reach


@pytest.fixture(params=PROTECTIONS)
def laboratory(request, tmp_path):
    if isinstance(trial(request.param), str):
        pytest.skip(f"does not work here: {trial(request.param)}")
    return Laboratory(request.param, tmp_path / "bundle")


@pytest.fixture
def first_laboratory(tmp_path):
    """The laboratory under the best protection here, for what is the same under all of them."""
    return Laboratory(best(), tmp_path / "bundle")


@pytest.fixture
def bare_laboratory(tmp_path, monkeypatch):
    """The laboratory under limits on a kernel without Landlock."""
    monkeypatch.setattr(protection.landlock, "version", lambda: 0)
    house = House(None)
    try:
        Child("limits", Reach(), house, TIGHT).close()
    except IsolationError as error:
        pytest.skip(str(error))
    finally:
        house.close()
    return Laboratory("limits", tmp_path / "bundle")


@pytest.fixture
def files_kept(laboratory):
    """Skip where nothing keeps files from a child: limits alone, on a kernel without Landlock."""
    if laboratory.protection == "limits" and not laboratory.locked["landlock"]:
        pytest.skip("limits without Landlock keep no files from a child")
    return laboratory
