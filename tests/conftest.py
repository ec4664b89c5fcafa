"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("gridbench", derandomize=True, deadline=None, max_examples=20)
settings.load_profile("gridbench")
