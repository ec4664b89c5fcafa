"""What a training run tells: a line on the screen, a row of log.csv, and curves for TensorBoard where a writer is installed.

Where GRIDBENCH_WANDB names a project, Weights & Biases is given the same rows.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import math
import os
from typing import TYPE_CHECKING, Any

from gridbench.bench.files import read_text, write_text
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

WRITERS = ("tensorboardX", "torch.utils.tensorboard")
WANDB = "GRIDBENCH_WANDB"


class Journal:
    """Writes rows of named numbers, of which the first two are `iteration` and `steps`."""

    def __init__(self, out: Path, *, after: int | None = None, config: dict[str, Any] | None = None) -> None:
        """Begin a log in a folder, or go on with its rows up to iteration `after`: later ones will be trained again.

        `config` says what is trained. Raises InvalidInput where Weights & Biases is asked for and not installed.
        """
        self._path = out / "log.csv"
        lines = read_text(self._path).splitlines() if after is not None and self._path.is_file() else []
        kept = [line for i, line in enumerate(lines) if i == 0 or int(line.split(",")[0]) <= (after or 0)]
        write_text(self._path, "".join(f"{line}\n" for line in kept))
        self._curves = _writer(out / "tensorboard")
        self._project = _project(out, config or {})

    def tell(self, row: dict[str, float]) -> None:
        """Add a row to the file and the curves, and print it."""
        begins = self._path.stat().st_size == 0
        cells = [round(one, 6) for one in row.values()]
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([list(row), cells] if begins else [cells])
        for name, number in row.items():
            if self._curves is not None and name not in {"iteration", "steps"} and math.isfinite(number):
                self._curves.add_scalar(name, number, row["steps"])
        if self._curves is not None:
            self._curves.flush()
        if self._project is not None:
            self._project.log(row)
        print("  ".join(f"{name} {_short(number)}" for name, number in row.items()), flush=True)


def _short(number: float) -> str:
    if math.isnan(number):
        return "-"
    return str(number) if isinstance(number, int) else f"{number:.4g}" if abs(number) < 100.0 else f"{number:.2f}"


def _writer(folder: Path) -> Any | None:  # noqa: ANN401 - of either library
    """Return a writer of TensorBoard's files, or None where no library is installed that writes them."""
    for name in WRITERS:
        try:
            return importlib.import_module(name).SummaryWriter(str(folder))
        except ImportError:
            continue
    return None


def _project(out: Path, config: dict[str, Any]) -> Any | None:  # noqa: ANN401 - of a library that need not be there
    """Return a run of Weights & Biases, the same again after a kill, or None where no project is named."""
    if not os.environ.get(WANDB):
        return None
    try:
        wandb = importlib.import_module("wandb")
    except ImportError:
        raise InvalidInput(WANDB, ["wandb is not installed: pip install wandb, or name no project"]) from None
    same = hashlib.sha256(str(out.resolve()).encode()).hexdigest()[:16]
    found = wandb.init(project=os.environ[WANDB], name=out.name, id=same, resume="allow", dir=str(out), config=config)
    found.define_metric("*", step_metric="steps")
    return found
