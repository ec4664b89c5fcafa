"""Actions that are no actions: the message names the agent, the step and how to mend it."""

import numpy as np
import pytest

from gridbench.bench.actions import checked
from gridbench.bench.episode import play
from gridbench.bench.world import World
from gridbench.errors import InvalidInput

SIZES = {"plant": 2, "operator": 1}
GOOD = {"plant": np.zeros((1, 2)), "operator": np.ones((1, 1))}


def test_good_actions_pass():
    assert checked(GOOD, SIZES, "step 3")["operator"].tolist() == [[1.0]]
    assert checked({**GOOD, "operator": np.array([[np.float32(1.0000001)]])}, SIZES, "step 3")["operator"].max() == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"plant": np.array([[np.nan, 0.0]])}, "agent 'plant': the action is NaN or infinite at [0]; check the policy's weights"),
        ({"plant": np.zeros(2)}, "agent 'plant': the action has shape (2,), not (1, 2)"),
        ({"plant": np.array([[0.0, 1.5]])}, "agent 'plant': the action 1.5 is out of [-1, 1]; clip or squash"),
        ({"plant": [["a", "b"]]}, "agent 'plant': the action is no array of numbers"),
        ({"plnt": np.zeros((1, 2))}, "agent 'plnt': is no agent of this scenario"),
    ],
)
def test_bad_actions_are_refused_with_agent_step_and_mend(change, message):
    with pytest.raises(InvalidInput) as caught:
        checked({**GOOD, **change}, SIZES, "step 3")
    assert caught.value.where == "step 3"
    assert message in str(caught.value)


def test_all_faults_are_told_at_once():
    with pytest.raises(InvalidInput) as caught:
        checked({"plant": np.full((1, 2), np.inf)}, SIZES, "step 3")
    assert len(caught.value.faults) == 2
    with pytest.raises(InvalidInput, match="return a dict"):
        checked(np.zeros(3), SIZES, "step 3")


def test_a_policy_that_breaks_down_is_named_with_day_seed_and_step(tiny):
    class Broken:
        name = "broken"
        contained = False

        def reset(self, *_):
            self.t = 0

        def act(self, _):
            self.t += 1
            return {agent: np.full((1, size), np.nan if self.t == 3 else 0.0) for agent, size in world.sizes.items()}

    world = World(tiny)
    with pytest.raises(InvalidInput, match="policy 'broken', test day 1, seed 4, step 2"):
        play(world, Broken(), "test", 1, 4)
