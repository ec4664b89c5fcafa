"""Where the trainers are."""

from pathlib import Path

BASELINES = Path(__file__).resolve().parents[2] / "baselines"
