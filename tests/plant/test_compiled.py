"""The compiled step does what the laws say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from gridbench.contracts import ContractError, agreement, compiled
from gridbench.physics.devices import Storage


@pytest.mark.parametrize("seed", range(3))
def test_the_compiled_step_agrees_with_the_interpreted_laws(scenario, seed):
    compiled(scenario, np.random.default_rng(seed), 2, calm=0.3)


def test_a_compiled_step_of_other_numbers_is_found_out(scenario, monkeypatch):
    def swapped(plant, *arguments):
        cells = [dataclasses.replace(d, wear_usd_per_mwh=9.0) if isinstance(d, Storage) else d for d in plant.scenario.devices]
        plant.scenario = dataclasses.replace(plant.scenario, devices=tuple(cells))
        return same_step(plant, *arguments)

    same_step = agreement._same_step
    monkeypatch.setattr(agreement, "_same_step", swapped)
    with pytest.raises(ContractError, match="wear"):
        compiled(scenario, np.random.default_rng(0), calm=0.3)
