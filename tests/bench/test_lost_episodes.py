"""A contained policy that fails loses its episode: devices are left alone, the record has the reason, the run goes on."""

import numpy as np
import pytest

from gridbench.bench.files import read_text
from gridbench.bench.rows import parse_rows
from gridbench.bench.runner import run
from gridbench.bench.verify import verify
from gridbench.errors import InvalidInput, PolicyFailure
from gridbench.policies.idle import Idle, idle_asks


class Wild(Idle):
    """Idle, but for one step of day 1, in which it does what it is told to."""

    name = "wild"
    batched = False
    contained = True
    isolation = "limits"

    def __init__(self, scenario, deed):
        super().__init__(scenario)
        self.deed, self.day, self.step = deed, -1, 0

    def reset(self, scenario, columns, seed):
        super().reset(scenario, columns, seed)
        self.day, self.step = self.day + 1, 0
        if self.deed == "reset" and self.day == 1:
            raise PolicyFailure("fell over\nat \x1b[31mthe start")

    def act(self, observations):
        self.step += 1
        actions = {name: 0.9 * np.ones_like(action) for name, action in super().act(observations).items()}
        if self.day == 1 and self.step == 3:
            return self.misdeed(actions)
        return actions

    def misdeed(self, actions):
        if self.deed == "raise":
            raise PolicyFailure("hung past 1 s a decision")
        return {"nan": {name: action * np.nan for name, action in actions.items()}, "none": None, "reset": actions}[self.deed]


@pytest.fixture(params=["raise", "nan", "none", "reset"])
def lost(request, tiny, tmp_path):
    return request.param, run(tiny, Wild(tiny, request.param), out=tmp_path / "wild", quiet=True)


def test_the_episode_is_lost_and_the_others_are_not(tiny, tiny_folder, lost):
    deed, outcome = lost
    (failure,) = outcome.record.failures
    begun = 0 if deed == "reset" else 2
    assert (failure.seed, failure.day, failure.step) == (0, 1, begun)
    rows = parse_rows(read_text(outcome.folder / "episodes.csv"), "episodes.csv")
    assert [row["lost_steps"] for row in rows] == [0, tiny.steps - begun, 0]
    assert outcome.record.scores.lost_episodes == 1
    assert outcome.record.harness.isolation == "limits"
    assert all(row["cost_usd"] >= row["bound_usd"] for row in rows)
    asks = np.load(outcome.folder / "actions.npz")["asks"]
    assert (asks[0, 1, begun:] == idle_asks(tiny).astype(np.float32)).all()
    assert not (asks[0, 0] == idle_asks(tiny).astype(np.float32)).all()
    assert verify(outcome.folder, scenario=tiny_folder) == []


def test_reasons_are_one_printable_line(lost):
    deed, outcome = lost
    reason = outcome.record.failures[0].reason
    said = {
        "raise": "hung past 1 s a decision",
        "nan": "the action is NaN or infinite",
        "none": "act() gave NoneType",
        "reset": "fell over\\nat \\x1b[31mthe start",
    }
    assert said[deed] in reason
    assert reason.isprintable()


def test_a_policy_that_is_trusted_stops_the_run(tiny, tmp_path):
    trusted = Wild(tiny, "nan")
    trusted.contained = False
    with pytest.raises(InvalidInput, match="NaN or infinite"):
        run(tiny, trusted, out=tmp_path / "wild", quiet=True)
