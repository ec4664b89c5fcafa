"""The laboratory under each protection that works here."""

from __future__ import annotations

import pytest
from laboratory import Laboratory

from gridbench.isolation.choice import best, trial
from gridbench.isolation.protection import PROTECTIONS


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
def files_kept(laboratory):
    """Skip where nothing keeps files from a child: limits alone, on a kernel without Landlock."""
    if laboratory.protection == "limits" and not laboratory.locked["landlock"]:
        pytest.skip("limits without Landlock keep no files from a child")
    return laboratory
