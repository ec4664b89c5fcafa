"""Settings of all tests."""

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    # Before NumPy loads: several threads over small matrices only wait for each other where the cores have other work.
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

from hypothesis import settings  # noqa: E402

settings.register_profile("gridbench", derandomize=True, deadline=None, max_examples=20)
settings.load_profile("gridbench")
