"""Writes the tables and curves of baselines/*/README.md: what was trained, what it took, what it is worth.

They come out of the weights' pages and logs below baselines/, and of the records in results/.

python docs/baselines.py            # write
python docs/baselines.py --check    # exit code 1 where a page is stale, or a picture under the pinned matplotlib
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from generated import ROOT, settle
from networks import pinned
from tables import NONE, evidence, filled, grid, rungs

from gridbench.bench.admission import admissible
from gridbench.drawing import figure, save
from gridbench.policies.network_file import read_spec
from gridbench.policies.seeded import FOLDER
from gridbench.policies.table import LEARNT

if TYPE_CHECKING:
    from gridbench.policies.nets.page import Spec

HOME = ROOT / "baselines"
CURVES = "curves.svg"
HEAD = ("scenario", "seeds", "steps a seed", "min a seed", "validation, usd", "violating there, %", "test, usd", "score",
        "95 % interval", "violating, %", "admissible")  # fmt: skip


class Training(NamedTuple):
    """The page of one training, and the rows of its log."""

    spec: Spec
    rows: list[dict[str, float]]

    @property
    def best(self) -> dict[str, float]:
        """The row whose weights are published: admissible ones first, then the cheapest."""
        return min(self.rows, key=lambda row: (not row["admissible"], row["validation_usd"]))


def trainings(algorithm: str, scenario: str) -> dict[int, Training]:
    """Return the trainings of an algorithm by seed; none where there are no weights."""
    found = {}
    for home in (HOME / algorithm / scenario).glob(f"{FOLDER}*"):
        with (home / "log.csv").open(newline="", encoding="utf-8") as stream:
            rows = [{name: float(cell) for name, cell in row.items()} for row in csv.DictReader(stream)]
        found[int(home.name.removeprefix(FOLDER))] = Training(read_spec(home), rows)
    return dict(sorted(found.items()))


def table(algorithm: str) -> str:
    """Return what each scenario's trainings took and came to, one row each, and the command that makes them again."""
    rows, commands = [], []
    for rung in rungs():
        own = trainings(algorithm, rung.id)
        if not own:
            continue
        rows.append((rung.id, ", ".join(map(str, own)), *_trained(own), *_scored(rung.id, algorithm)))
        commands.append(f"gridbench train --policy {algorithm} --scenario {rung.id} --steps {_steps(own)} --seed 0")
    caption = (
        "Means over the seeds, on validation days with the least and the most of a seed; minutes are of a busy machine. "
        f"{NONE}: no record of all test days. (`python docs/baselines.py`)"
    )
    return "\n".join([*grid(HEAD, rows), "", caption, "", "```", *commands, "```"])


def _steps(own: dict[int, Training]) -> int:
    """Return after how many steps of the environment the trainings ended."""
    return max(int(one.rows[-1]["steps"]) for one in own.values())


def _trained(own: dict[int, Training]) -> list[str]:
    stated = [one.spec.training for one in own.values() if one.spec.training]
    best = [one.best for one in own.values()]
    usd = [row["validation_usd"] for row in best]
    return [
        f"{_steps(own):,}",
        f"{mean(one.seconds for one in stated) / 60:.1f}",
        f"{mean(usd):.2f} ({min(usd):.2f} to {max(usd):.2f})",
        f"{100 * mean(row['violating'] for row in best):.2f}",
    ]


def _scored(scenario: str, policy: str) -> list[str]:
    record = evidence(scenario).record(policy)
    if record is None:
        return [NONE] * 5
    s = record.scores
    low, high = s.score_ci95
    return [
        f"{s.cost_usd_mean:.2f}", f"{s.score_iqm:.4f}", f"{low:.4f} to {high:.4f}", f"{100 * s.violating_steps_share:.2f}",
        "yes" if admissible(s, evidence(scenario).scenario.violating_share_max) else "no",
    ]  # fmt: skip


def draw(algorithm: str, path: Path) -> None:
    """Write the validation curves of an algorithm: a panel a scenario, a line a seed, the published weights marked."""
    known = {rung.id: own for rung in rungs() if (own := trainings(algorithm, rung.id))}
    across = 2 if len(known) > 1 else 1
    down = -(-len(known) // across)
    drawn = figure(f"{algorithm}: validation days", 5.2 * across, 0.6 + 2.9 * down)
    panels = drawn.subplots(down, across, squeeze=False).ravel()
    for panel, (scenario, own) in zip(panels, known.items(), strict=False):
        for seed, one in own.items():
            steps, usd = ([row[name] for row in one.rows] for name in ("steps", "validation_usd"))
            line = panel.plot([step / 1e3 for step in steps], usd, lw=1.2, label=f"seed {seed}")
            panel.plot([one.best["steps"] / 1e3], [one.best["validation_usd"]], "o", ms=5, color=line[0].get_color())
        panel.set_title(scenario, fontsize=10)
        panel.set_xlabel("environment steps (thousands)")
        panel.set_ylabel("usd a day")
        panel.grid(alpha=0.3)
        panel.legend(fontsize=7)
    for panel in panels[len(known) :]:
        panel.set_visible(False)
    save(drawn, path)


def written() -> dict[Path, bytes]:
    """Return every page and picture by its path; no pictures under another matplotlib than the pinned one: its bytes differ."""
    found = {}
    with TemporaryDirectory() as folder:
        for algorithm in LEARNT:
            page = HOME / algorithm / "README.md"
            found[page] = filled(page.read_text(encoding="utf-8"), {"trained": lambda one=algorithm: table(one)}).encode()
            if pinned():
                picture = Path(folder) / f"{algorithm}.svg"
                draw(algorithm, picture)
                found[HOME / algorithm / CURVES] = picture.read_bytes()
    return found


def main(arguments: list[str]) -> int:
    """Write the pages and the pictures, or compare them."""
    return settle(written(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
