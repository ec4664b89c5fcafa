"""A cache of their own for tests that solve and run."""

import pytest

from gridbench.plant.compiler import cache_folder as compiled_kernels


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep what these tests solve and begin out of the user's cache, for subprocesses too; share compiled kernels with it."""
    kernels, cache = compiled_kernels(), tmp_path_factory.mktemp("cache")
    kernels.mkdir(parents=True, exist_ok=True)
    (cache / "gridbench").mkdir()
    (cache / "gridbench" / "kernels").symlink_to(kernels, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRIDBENCH_CACHE", str(cache))
        yield cache
