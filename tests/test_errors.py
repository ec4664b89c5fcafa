"""Errors travel between processes with all that they say."""

from __future__ import annotations

import pickle

import pytest

from gridbench.bench.score import BoundError
from gridbench.errors import InvalidInput, NetworkError, SolverError, StorageError, UnknownName

ERRORS = (
    InvalidInput("scenario.toml", ["one", "two"]), NetworkError("feeder", ["is no tree"]), UnknownName("policy", "rul", ["rule"]),
    SolverError("Clarabel: failed"), StorageError("disk full"), BoundError(["day 1"]),
)  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_as_it_was(error):
    found = pickle.loads(pickle.dumps(error))  # noqa: S301 - written a line ago
    assert type(found) is type(error)
    assert (str(found), found.args, vars(found), found.exit_code) == (str(error), error.args, vars(error), error.exit_code)
