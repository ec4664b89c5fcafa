"""A policy as ONNX models: one per agent, or shared ones, each with one observation in and one action out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_KINDS = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int64)": np.int64}


def make(folder: str, entry: dict[str, Any], task: dict[str, Any], seed: int) -> Callable[[dict[str, Any]], object]:  # noqa: ARG001
    """Return what runs the models of a page (agents: model, observation, action, one_hot, states); a day begins at zeros."""
    sessions = {name: _session(Path(folder, name)) for name in sorted({part["model"] for part in entry.values()})}
    agents = {agent: _Agent(sessions[part["model"]], part) for agent, part in entry.items()}
    return lambda observations: {agent: one.act(observations[agent]) for agent, one in agents.items()}


def _session(path: Path) -> Any:  # noqa: ANN401 - the runtime is untyped
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class _Agent:
    """One agent's model, and the state that it hands from step to step."""

    def __init__(self, session: Any, part: dict[str, Any]) -> None:  # noqa: ANN401
        self.session, self.one_hot, self.states = session, part["one_hot"], part["states"]
        inputs = {one.name: one for one in session.get_inputs()}
        outputs = [one.name for one in session.get_outputs()]
        free = [name for name in inputs if name not in self.states]
        self.observation = part["observation"] or free[0]
        self.action = part["action"] or next(name for name in outputs if name not in self.states.values())
        left = [name for name in free if name != self.observation]
        if left:
            raise ValueError(f"{part['model']}: nothing is fed to the input {left[0]!r}: name it under states, or leave it out")
        self.memory = {name: _zeros(inputs[name]) for name in self.states}

    def act(self, observed: NDArray[np.float32]) -> NDArray[Any]:
        """Return the action of a flat observation, clipped to [-1, 1]."""
        row = observed[None]
        if self.one_hot is not None:
            mark = np.zeros((1, self.one_hot[1]), dtype=np.float32)
            mark[0, self.one_hot[0]] = 1.0
            row = np.concatenate([row, mark], axis=1)
        action, *after = self.session.run([self.action, *self.states.values()], {self.observation: row, **self.memory})
        self.memory = dict(zip(self.states, after, strict=True))
        clipped: NDArray[Any] = np.clip(np.asarray(action).reshape(-1), -1.0, 1.0)
        return clipped


def _zeros(declared: Any) -> NDArray[Any]:  # noqa: ANN401
    shape = [one if isinstance(one, int) else 1 for one in declared.shape]
    return np.zeros(shape, dtype=_KINDS[declared.type])
