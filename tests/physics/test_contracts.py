"""Every device keeps the contracts between the plant and the oracle, whatever its parameters and the step."""

from __future__ import annotations

import numpy as np
import pytest
from sample_devices import DEVICES

from gridbench.contracts import complete, faithful, sound

STEPS_H = (0.25, 1.0)
each_device = pytest.mark.parametrize("device", DEVICES, ids=lambda d: f"{d.kind}-{d.name}")
each_step = pytest.mark.parametrize("step_h", STEPS_H)


@each_device
@each_step
def test_whatever_is_asked_a_device_stays_inside_its_own_limits(device, step_h):
    sound(device, np.random.default_rng(1), 120, step_h=step_h)


@each_device
@each_step
def test_what_a_device_has_done_it_does_again_when_asked_for_it(device, step_h):
    faithful(device, np.random.default_rng(2), 120, step_h=step_h)


@each_device
@each_step
def test_every_corner_that_the_oracle_may_choose_is_a_place_where_the_device_can_be_put(device, step_h):
    complete(device, np.random.default_rng(3), 6, step_h=step_h)
