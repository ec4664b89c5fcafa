"""A policy as Python code: a file with `class Policy`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def make(folder: str, entry: str, task: dict[str, Any], seed: int) -> Callable[[dict[str, Any]], object]:
    """Return `act` of the policy that the file defines, made for a task and reset with a seed."""
    path = Path(folder, entry)
    spec = importlib.util.spec_from_file_location("policy", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{entry} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["policy"] = module
    spec.loader.exec_module(module)
    policy = module.Policy(task)
    policy.reset(seed)
    act: Callable[[dict[str, Any]], object] = policy.act
    return act
