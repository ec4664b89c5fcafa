"""The course of a day: it is what was replayed, rounded; the cache gives the same, and a damaged one is made again."""

import numpy as np
import pytest

from gridbench.bench import course as courses
from gridbench.bench.course import Course, course
from gridbench.bench.world import World
from gridbench.errors import StorageError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(courses, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def asks(tiny):
    world = World(tiny)
    return np.random.Generator(np.random.PCG64(3)).uniform(-1.0, 1.0, (tiny.steps, len(world.asks))).astype(np.float32)


def never():
    raise AssertionError("the cache was not read")


@pytest.mark.usefixtures("cache")
def test_curves_are_those_of_the_replay(tiny, asks):
    world = World(tiny)
    found, run = course(lambda: world, tiny, "test", 1, asks), world.replay("test", 1, asks)
    np.testing.assert_allclose(found.cost_usd, [0.0, *np.cumsum(run.cost_usd)], atol=1e-3)
    np.testing.assert_allclose(found.v_low_pu, run.v_pu[:, 1:].min(axis=1), atol=1e-5)
    np.testing.assert_allclose(found.v_high_pu, run.v_pu[:, 1:].max(axis=1), atol=1e-5)
    assert found.price_usd_per_mwh == tuple(tiny.window("test", 1)[tiny.tie.price])
    assert found.ends_h == [float(hour) for hour in range(tiny.steps + 1)]
    balance = np.sum(list(found.power_mw.values()), axis=0) - np.array(found.demand_mw)
    assert np.all(balance > -1e-3)  # what flows in serves the demand and the losses of the network
    assert np.all(balance < 0.2)
    lengths = {len(curve) for curve in (found.charge_share, found.charge_low_share, found.charge_high_share)}
    assert lengths <= {tiny.steps + 1, 0}


def test_the_cache_gives_the_same_and_knows_its_day_and_its_asks(tiny, asks, cache):
    world = World(tiny)
    first = course(lambda: world, tiny, "test", 1, asks)
    assert course(never, tiny, "test", 1, asks) == first
    for day, other in ((2, asks), (1, asks + np.float32(0.25))):
        with pytest.raises(AssertionError, match="not read"):
            course(never, tiny, "test", day, other)
    assert len(list(cache.rglob("*.json"))) == 1


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\n\xff", b"cut", b"forged"])
def test_a_damaged_cache_is_made_again(tiny, asks, cache, damage):
    world = World(tiny)
    first = course(lambda: world, tiny, "test", 0, asks)
    (path,) = cache.rglob("*.json")
    whole = path.read_bytes()
    path.write_bytes({b"cut": whole[:-5], b"forged": whole.replace(b'"dark_steps":0', b'"dark_steps":9')}.get(damage, damage))
    assert course(lambda: world, tiny, "test", 0, asks) == first
    assert path.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_of_no_account(tiny, asks, cache, monkeypatch):
    def full(*_):
        raise StorageError("no space left")

    monkeypatch.setattr(courses, "write_bytes", full)
    assert isinstance(course(lambda: World(tiny), tiny, "test", 0, asks), Course)
    assert not list(cache.rglob("*.json"))
