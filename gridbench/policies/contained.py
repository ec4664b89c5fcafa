"""A foreign policy, run in a child process that gets observations and gives actions, nothing else."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gridbench.errors import InvalidInput, PolicyFailure
from gridbench.isolation.answers import read_actions
from gridbench.isolation.child import Child
from gridbench.isolation.choice import best
from gridbench.isolation.house import House
from gridbench.isolation.inside.arrays import pack, packed_size
from gridbench.isolation.limits import Limits
from gridbench.isolation.reach import Reach
from gridbench.places import cache_folder, data_folder
from gridbench.policies.onnx_page import inside, onnx_agents
from gridbench.policies.policy import Floats, Observations, Policy
from gridbench.policies.task import task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gridbench.scenario.scenario import Columns, Scenario


class Contained(Policy):
    """Runs foreign code or models from a folder, isolated; every day in a child of its own.

    A child that lived on could meet a day again under another seed and know its future; so none does, and a failure ends
    with its day. What goes wrong with the policy is a PolicyFailure. Raises InvalidInput where the folder is at fault,
    IsolationError where this machine can lock in nothing; `protection` asks for one instead of the best that works here.
    """

    contained = True

    def __init__(  # noqa: PLR0913 - what a record says of a submission
        self,
        scenario: Scenario,
        folder: Path,
        *,
        format: Literal["python", "onnx"],  # noqa: A002 - the bundle's word
        entry: str,
        name: str,
        version: str,
        kind: str,
        information: str,
        digest: str,
        parameters: int = 0,
        training: Mapping[str, Any] | None = None,
        authors: tuple[str, ...] = (),
        url: str | None = None,
        limits: Limits | None = None,
        protection: str | None = None,
    ) -> None:
        """Copy the folder, and find what can lock it in."""
        super().__init__(scenario)
        self.name, self.version, self.kind, self.information = name, version, kind, information
        self.digest, self.parameters, self.training = digest, parameters, training
        self.authors, self.url, self.deterministic = authors, url, format == "onnx"
        self.limits = limits or Limits()
        self._said = {"format": format, "entry": self._entry(folder, format, entry), "task": task(scenario)}
        self._most = packed_size(self.codec.sizes, "<f8")
        self.isolation = protection or best()
        self._reach = Reach((data_folder("scenarios"), data_folder("baselines"), cache_folder()))
        self._house = House(folder)
        self._child: Child | None = None

    def reset(self, scenario: Scenario, columns: Columns, seed: int) -> None:
        """Begin a day in a new child, which is told the seed and nothing of the day. Raises PolicyFailure, InvalidInput."""
        super().reset(scenario, columns, seed)
        self.close()
        self._child = Child(self.isolation, self._reach, self._house, self.limits)
        self._child.begin({**self._said, "seed": int(seed)})

    def act(self, observations: Observations) -> dict[str, Floats]:
        """Return the child's actions, arrays (1, entries), finite but not clipped. Raises PolicyFailure, InvalidInput."""
        if self._child is None:
            raise PolicyFailure("was asked to act before its day had begun")
        if any(len(observations[agent]) != 1 for agent in self.codec.agents):
            raise InvalidInput(f"policy {self.name!r}", ["plays one day at a time: give observations of shape (1, fields)"])
        said = pack({agent: observations[agent][0] for agent in self.codec.agents}, "<f4")
        try:
            actions = read_actions(self._child.act(said, self._most), self.codec.sizes)
        except ValueError as error:
            raise self._child.lose(str(error)) from None
        return {agent: np.ascontiguousarray(action[None]) for agent, action in actions.items()}

    def close(self) -> None:
        """End the child, and all that came of it."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _entry(self, folder: Path, format: str, entry: str) -> str | dict[str, dict[str, Any]]:  # noqa: A002
        named = entry.replace("{scenario}", self.scenario.id)
        if format == "onnx":
            if find_spec("onnxruntime") is None:
                raise InvalidInput(str(folder), ['needs onnxruntime: `pip install "gridbench[onnx]"`'])
            return onnx_agents(folder, named, self.codec.agents)
        if format != "python":
            raise InvalidInput(str(folder), [f"format {format!r} is none of python, onnx"])
        if not inside(folder, named):
            fault = f"there is no file {named!r} in the folder: name the file with class Policy as entry"
            raise InvalidInput(str(folder), [fault])
        return named
