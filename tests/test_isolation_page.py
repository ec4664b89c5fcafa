"""docs/isolation.md: its policy runs, its model page is read, its limits are the defaults, its reasons are those given."""

import json
import re
from dataclasses import asdict

import numpy as np
from laboratory import SIZES, Laboratory
from pages import DOCS

from gridbench.isolation.choice import best
from gridbench.isolation.limits import Limits
from gridbench.isolation.reasons import ended
from gridbench.policies.onnx_page import OnnxPage

TEXT = (DOCS / "isolation.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| (.*) \|$", TEXT, re.MULTILINE)


def test_the_policy_of_the_page_runs(tmp_path):
    source = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
    first, second = (Laboratory(best(), tmp_path / "bundle").run_source(source) for _ in range(2))
    assert first.reason is None
    assert {agent: action.shape for agent, action in first.actions[0].items()} == {agent: (n,) for agent, n in SIZES.items()}
    assert all(np.array_equal(first.actions[1][agent], second.actions[1][agent]) for agent in SIZES)


def test_the_page_of_models_is_one():
    page = OnnxPage.model_validate(json.loads(re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)[0]))
    assert list(page.agents) == ["mg_0", "mg_1", "dso"]


def test_the_limits_are_the_defaults():
    assert {name: float(value) for name, value, _ in ROWS} == {name: float(value) for name, value in asdict(Limits()).items()}


def test_the_reasons_are_those_given():
    said = {name: words for name, _, words in ROWS}
    for name in ("memory_bytes", "processor_s", "processes", "file_bytes", "output_bytes"):
        why = {"file_bytes": "files"}.get(name, name.partition("_")[0])
        assert said[name].split(",")[0] in ended({"why": why, "number": 0}, Limits())
