"""The same year in every process, and under the oldest NumPy and SciPy that gridbench supports."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from gridbench.scenario.series.presets import PRESETS

ROOT = Path(__file__).parents[3]
OLDEST = ("numpy==2.0.*", "scipy==1.13.*")
DIGEST = """
import sys
from pathlib import Path
from gridbench.scenario.series import save
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import preset_named
print(save(generate(preset_named(sys.argv[1]), 5, days=60), Path(sys.argv[2])))
"""


OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in [*PRESETS, "caiso_like_shifted"] if name != "caiso_like"]


@pytest.mark.parametrize("preset", ["caiso_like", *OTHERS])
def test_two_processes_write_the_same_bytes(preset, tmp_path):
    """Of other seeds of hashing, which order sets and the like."""
    found = []
    for seed in ("0", "4711"):
        command = [sys.executable, "-c", DIGEST, preset, str(tmp_path / f"{seed}.npz")]
        done = subprocess.run(  # noqa: S603
            command, check=True, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        found.append((done.stdout, (tmp_path / f"{seed}.npz").read_bytes()))
    assert found[0] == found[1]


@pytest.mark.slow
def test_the_oldest_numpy_and_scipy_give_the_same_digest(tmp_path):
    """In an environment made for it; `tox -e numpy-oldest` does the same."""
    venv.create(tmp_path / "oldest", with_pip=True)
    python = tmp_path / "oldest" / ("Scripts" if os.name == "nt" else "bin") / "python"
    plain = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"} | {"PYTHONPATH": str(ROOT)}
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *OLDEST]
    made = subprocess.run(install, check=False, capture_output=True, text=True, env=plain)  # noqa: S603
    if made.returncode:
        pytest.skip(f"{' '.join(OLDEST)} cannot be installed here: {made.stderr.strip()[-200:]}")
    script = Path(__file__).with_name("regenerate.py")
    done = subprocess.run([python, script], check=False, capture_output=True, text=True, env=plain, cwd=tmp_path)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["numpy"].startswith("2.0.")
