"""The contracts find a device that breaks them, and say which law and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sample_devices import diesel, storage

from gridbench.contracts import ContractError, complete, faithful, sound
from gridbench.physics.devices import Generator, Regulator, Storage

STORAGE_FIELDS = {"name": "s", "bus": "b", "power_mw": 0.5, "s_max_mva": 0.55, "energy_mwh": 2.0, "missing_usd_per_mwh": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfull(Storage):
    """Charges past its band."""

    def settle(self, x, ask, w, dt_h):  # noqa: ARG002
        p_mw = float(np.clip(ask.p_mw, -self.power_mw, self.power_mw))
        return {"charge_mw": max(-p_mw, 0.0), "discharge_mw": max(p_mw, 0.0), "q_mvar": 0.0, "charging": float(p_mw < 0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timid(Storage):
    """Never gives its whole reactive power."""

    def settle(self, x, ask, w, dt_h):
        u = Storage.settle(self, x, ask, w, dt_h)
        return {**u, "q_mvar": np.clip(u["q_mvar"], -0.4, 0.4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifting(Storage):
    """Does a little less each time that it is asked for what it did."""

    def settle(self, x, ask, w, dt_h):
        u = Storage.settle(self, x, ask, w, dt_h)
        return {**u, "q_mvar": 0.99 * u["q_mvar"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetful(Generator):
    """Starts and stops whenever it is asked to."""

    def settle(self, x, ask, w, dt_h):
        free = {name: 0.0 if name.startswith(("started", "stopped")) else value for name, value in vars(x).items()}
        return Generator.settle(self, type(x)(**free), ask, w, dt_h)


@dataclass(frozen=True, slots=True, kw_only=True)
class Halved(Regulator):
    """Reaches every second position only."""

    def settle(self, x, ask, w, dt_h):
        ask.position = 2.0 * np.rint(ask.position / 2.0)
        return Regulator.settle(self, x, ask, w, dt_h)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misremembering(Generator):
    """Names its memories as the test says."""

    named: dict

    def timers(self):
        return self.named


def test_a_storage_that_charges_past_its_band_is_unsound():
    with pytest.raises(ContractError, match="s: next state energy_mwh"):
        sound(Overfull(**STORAGE_FIELDS), np.random.default_rng(0))


def test_a_generator_that_forgets_its_minimum_times_is_unsound():
    fields = {f: getattr(diesel("g", min_up_steps=3, min_down_steps=3), f) for f in Generator.__slots__ if f != "kind"}
    with pytest.raises(ContractError, match=r"g: minimum (up|down) time: broken by"):
        sound(Forgetful(**fields), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"strat": ("started_1", "started_2")}, "g: timers: 'strat' is no control; known: p_mw, q_mvar, on, start, stop"),
        ({"start": ("started_1", "started_9")}, "g: timers: 'started_9' is no state; known: p_mw, on, started_1, started_2"),
        ({"start": ("started_2", "started_1")}, "g: timers start, started_2: "),
        ({"on": ("started_1", "started_2")}, "g: timers on, started_1: "),
    ],
)
def test_a_device_that_misnames_its_memories_is_unsound(named, said):
    fields = {f: getattr(diesel("g", min_up_steps=3, min_down_steps=1), f) for f in Generator.__slots__ if f != "kind"}
    with pytest.raises(ContractError, match=said):
        sound(Misremembering(**fields, named=named), np.random.default_rng(0))
    sound(Misremembering(**fields, named=diesel("g", min_up_steps=3).timers()), np.random.default_rng(0))


def test_a_device_that_does_not_repeat_itself_is_unfaithful():
    with pytest.raises(ContractError, match="s: control q_mvar"):
        faithful(Drifting(**STORAGE_FIELDS), np.random.default_rng(0))


@pytest.mark.parametrize("device", [Timid(**STORAGE_FIELDS), Overfull(**STORAGE_FIELDS)], ids=["timid", "no reactive power"])
def test_a_device_that_gives_up_corners_is_incomplete(device):
    with pytest.raises(ContractError, match="s: injection q"):
        complete(device, np.random.default_rng(0))


def test_a_regulator_that_skips_positions_is_incomplete():
    with pytest.raises(ContractError, match="r: next state position"):
        complete(Halved(name="r", branch="l"), np.random.default_rng(0), 2)


def test_a_breach_names_the_device_the_law_and_the_numbers():
    error = ContractError("battery", "inverter", "broken by 0.1")
    assert str(error) == "battery: inverter: broken by 0.1"
    assert (error.device, error.law, error.numbers) == ("battery", "inverter", "broken by 0.1")


def test_a_sound_device_passes_in_silence():
    assert sound(storage("fine"), np.random.default_rng(0), 20) is None
