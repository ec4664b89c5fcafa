"""New policies: a bundle that passes every check, whose README's code runs, for scenarios of any kind."""

import json
import re

import pytest

from gridbench.cli import main
from gridbench.errors import InvalidInput
from gridbench.policies import make_policy
from gridbench.policies.bundle import open_bundle
from gridbench.policies.network_file import read_spec
from gridbench.scenario.catalogue import load_scenario
from gridbench.submission.new_policy import FORMATS, new_policy


@pytest.mark.parametrize("form", FORMATS)
def test_one_bundle_for_several_scenarios(form, tmp_path):
    folder = new_policy("mine", ["ieee13", "cigre_lv"], tmp_path, format=form, authors=["Åsa", "B"])
    page = open_bundle(folder).page
    assert page.scenarios == ("ieee13-v1", "cigre_lv-v1")
    assert page.authors == ("Åsa", "B")
    for scenario in page.scenarios:
        assert make_policy(folder, load_scenario(scenario)).digest == open_bundle(folder).digest


def test_the_same_words_write_the_same_bundle(tmp_path):
    one, two = (open_bundle(new_policy("mine", ["ieee13"], tmp_path / name, format="network")) for name in ("a", "b"))
    assert one.packed == two.packed


def test_the_code_of_a_readme_runs(tmp_path, monkeypatch, capsys):
    folder = new_policy("mine", ["ieee13"], tmp_path, format="network")
    monkeypatch.chdir(folder)
    before = read_spec(folder / "ieee13-v1")
    (code,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {"__name__": "page"})  # noqa: S102 - the page is ours
    assert "mg.0.weight (32, 67)" in capsys.readouterr().out
    assert read_spec(folder / "ieee13-v1") == before


def test_faults_are_told_and_nothing_is_left(tmp_path, capsys):
    for name in ("Big", "rule", "../up"):
        with pytest.raises(InvalidInput, match="name: "):
            new_policy(name, ["ieee13"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    command = ["new", "policy", "mine", "--scenario", "ieee13", "--into", str(tmp_path), "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["files"] == ["README.md", "bundle.json", "policy.py"]
    assert main(command) == 3
    assert "stands there already" in capsys.readouterr().err
