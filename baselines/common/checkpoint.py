"""What a training run has reached, kept so that it goes on bit by bit after it was killed."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from gridbench.archive import write_bytes
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn


@dataclass
class Run:
    """Everything that a checkpoint holds: networks, optimisers, the generator, and what has been reached."""

    groups: dict[str, nn.Module]
    optimisers: dict[str, torch.optim.Optimizer]
    rng: torch.Generator
    numbers: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path, made_of: str) -> None:
        """Write a checkpoint whole or not at all; raises StorageError."""
        parts = {"groups": {name: group.state_dict() for name, group in self.groups.items()}}
        parts["optimisers"] = {name: one.state_dict() for name, one in self.optimisers.items()}
        whole = {**parts, "rng": self.rng.get_state(), "numbers": self.numbers, "made_of": made_of}
        buffer = io.BytesIO()
        torch.save(whole, buffer)
        write_bytes(path, buffer.getvalue())

    def load(self, path: Path, made_of: str) -> None:
        """Go on from a checkpoint; raises InvalidInput for one of another run."""
        whole = torch.load(path, weights_only=True, map_location="cpu")
        if whole["made_of"] != made_of:
            was, now = (json.loads(one) for one in (whole["made_of"], made_of))
            other = [f"{key} was {was.get(key)!r}, is {now.get(key)!r}" for key in now if was.get(key) != now[key]]
            raise InvalidInput(str(path), [*other, "resume with what it was begun with, or train into another folder"])
        for name, group in self.groups.items():
            group.load_state_dict(whole["groups"][name])
            self.optimisers[name].load_state_dict(whole["optimisers"][name])
        self.rng.set_state(whole["rng"])
        self.numbers = whole["numbers"]
