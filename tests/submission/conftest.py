"""Bundles and their records on two days of a small built-in scenario, and a watch over everything that must not be touched."""

import shutil
from pathlib import Path

import pytest
from own_cache import own_cache  # noqa: F401 - every test here has it
from submission_kit import DAYS, REPOSITORY, SCENARIO, snapshot

from gridbench.submission.new_policy import new_policy
from gridbench.submission.submit import Choices, submit


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    """The two templates as they are written, to be read only: folders by format."""
    home = tmp_path_factory.mktemp("templates")
    return {form: new_policy(f"my_{form}", [SCENARIO], home, format=form) for form in ("python", "network")}


@pytest.fixture
def bundle(templates, tmp_path):
    """A copy of a template, to be altered."""

    def copy(form="python"):
        return Path(shutil.copytree(templates[form], tmp_path / f"my_{form}"))

    return copy


@pytest.fixture(scope="session")
def filed(templates, tmp_path_factory):
    """Results in which both templates are filed, to be read only."""
    results = tmp_path_factory.mktemp("filed") / "results"
    for folder in templates.values():
        submit(folder, results, Choices(days=DAYS))
    return results


@pytest.fixture
def record(filed, tmp_path):
    """A copy of the folder of a filed record, to be altered."""

    def copy(form="python"):
        return Path(shutil.copytree(filed / SCENARIO / f"my_{form}", tmp_path / SCENARIO / f"my_{form}"))

    return copy


@pytest.fixture
def untouched(filed, tmp_path_factory, monkeypatch):
    """Stand in a folder with results, and demand that nothing of it, of the repository's, or of scratch is changed or left."""
    home, scratch = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("scratch")
    shutil.copytree(filed, home / "results")
    monkeypatch.chdir(home)
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    watched = home, filed, REPOSITORY / "results", REPOSITORY / "scenarios" / SCENARIO
    before = snapshot(*watched)
    yield home
    assert snapshot(*watched) == before
    assert list(scratch.iterdir()) == []
