"""Observations: as documented, finite, scaled, and telling the truth."""

from __future__ import annotations

import numpy as np
import pytest

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput, UnknownName

DAYS = 12


@pytest.fixture(scope="module")
def env(scenario):
    return BatchEnv(scenario, DAYS)


def days_of(scenario, rng, split="train"):
    return [scenario.window(split, int(day)) for day in rng.integers(0, 365, DAYS)]


def column(env, seen, agent, name):
    names = [field.name for field in env.observer.fields(agent)]
    return env.observer.fields(agent)[names.index(name)].value(seen[agent][:, names.index(name)])


def test_random_days_and_actions_stay_documented_finite_and_scaled(scenario, env):
    rng = np.random.default_rng(3)
    seen = env.reset(days_of(scenario, rng))
    for _ in range(scenario.steps):
        for agent in env.agents:
            assert seen[agent].shape == (DAYS, len(env.observer.fields(agent)))
            assert seen[agent].dtype == np.float32
            assert np.isfinite(seen[agent]).all()
            assert np.abs(seen[agent]).max() <= 5.0
        seen, _, _ = env.step({agent: rng.uniform(-1, 1, (DAYS, n)) for agent, n in env.codec.sizes.items()})


def test_field_names_are_unique_and_described(env):
    for agent in env.agents:
        names = [field.name for field in env.observer.fields(agent)]
        assert len(set(names)) == len(names)
        assert all(field.scale > 0 and field.meaning for field in env.observer.fields(agent))
        assert env.observer.describe(agent).count("\n") == len(names) + 1
    with pytest.raises(UnknownName, match="mg_0"):
        env.observer.fields("mg0")


def test_the_values_are_those_of_the_day(scenario, env):
    rng = np.random.default_rng(4)
    days = days_of(scenario, rng)
    seen = env.reset(days)
    price = np.array([day["price_usd_per_mwh"] for day in days])
    solar = next(d for d in scenario.devices if d.name == "MG1.solar")
    forecast = np.array([day["forecast_" + solar.profile] for day in days])
    actual = np.array([day[solar.profile] for day in days])
    for t in range(scenario.steps):
        kept = np.clip(price[:, min(t + 3, 23)], -200, 300)
        assert np.allclose(column(env, seen, "dso", "price_h3"), kept, atol=1e-4)
        assert np.allclose(column(env, seen, "mg_2", "price_rest_max"), np.clip(price[:, t:].max(axis=1), -200, 300), atol=1e-4)
        assert np.allclose(column(env, seen, "mg_0", "MG1.solar.available_mw"), solar.p_rated_mw * actual[:, t], atol=1e-6)
        ahead = solar.p_rated_mw * forecast[:, min(t + 2, 23)]
        assert np.allclose(column(env, seen, "mg_0", "MG1.solar.available_mw_h2"), ahead, atol=1e-6)
        assert np.allclose(column(env, seen, "mg_1", "left_share"), 1 - t / 24, atol=1e-6)
        seen, _, result = env.step({agent: np.zeros((DAYS, n)) for agent, n in env.codec.sizes.items()})
        where = [env.plant.layout.buses.index(bus) for bus in scenario.agents[1].buses]
        low = np.clip(result.v_pu[:, where].min(axis=1), 0.75, 1.25)
        assert np.allclose(column(env, seen, "mg_1", "v_min_pu"), low, atol=1e-6)
        state = result.states[:, env.plant.layout.state("MG3.storage.energy_mwh")]
        assert np.allclose(column(env, seen, "mg_2", "MG3.storage.energy_mwh"), state, atol=1e-6)


def test_before_the_first_step_nothing_is_measured(scenario, env):
    seen = env.reset(days_of(scenario, np.random.default_rng(5)))
    assert np.allclose(column(env, seen, "mg_0", "v_min_pu"), 1.0)
    assert np.allclose(column(env, seen, "dso", "network.v_max_pu"), 1.0)
    assert np.allclose(column(env, seen, "dso", "root.p_mw"), 0.0)
    assert np.allclose(column(env, seen, "mg_0", "coupling.loading"), 0.0)


def test_a_day_without_forecasts_is_refused(scenario, env):
    bare = [{k: v for k, v in day.items() if "forecast" not in k} for day in days_of(scenario, np.random.default_rng(6))]
    with pytest.raises(InvalidInput, match="forecast_pv_a"):
        env.reset(bare)
