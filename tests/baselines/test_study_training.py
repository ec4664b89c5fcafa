"""A training of the case study from beginning to record, in miniature."""

from __future__ import annotations

import pytest

from gridbench.bench.paper.heron.plan import Training
from gridbench.bench.paper.heron.record import Trained, read, write
from gridbench.bench.paper.heron.training import record_of, train

TINY = ("hidden=16", "days_per_iteration=4", "rounds=0", "ppo_epochs=1", "minibatch=96", "validation_days=1", "validate_every=1")


def test_one_iteration_makes_a_record(tmp_path):
    pytest.importorskip("torch")
    training = Training(("observability=owner",), changes=TINY, tested=("owner", "system"))
    train(tmp_path / "run", training, 0, "ieee34_ieee13-v1", 96)
    one = record_of(tmp_path / "run", "tiny", training, 0, (12,), "ieee34_ieee13-v1")
    write(tmp_path / "one.json", one)
    assert read(tmp_path / "one.json", Trained) == one
    assert (one.words, one.steps, one.seed) == (training.words, 96, 0)
    assert [point.steps for point in one.curve] == [0, 96]
    assert one.versions.keys() == {"gridbench", "python", "numpy", "torch"}
    assert one.tested["owner"] == one.tested["system"], "who reads less loses nothing where more is visible"
