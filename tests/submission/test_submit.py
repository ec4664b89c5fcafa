"""From a template to the table: submitting, doing so twice, in two places, again after a change, and after a kill."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from submission_kit import DAYS, SCENARIO, rewrite, snapshot

from gridbench.bench.record import read_record
from gridbench.cli import main
from gridbench.errors import InvalidInput
from gridbench.policies.bundle import open_bundle
from gridbench.policies.task import task
from gridbench.scenario.catalogue import load_scenario
from gridbench.standings.files import stale
from gridbench.standings.marks import read_marks
from gridbench.submission.likeness import unlike_records
from gridbench.submission.submit import Choices, submit
from gridbench.submission.verification import Wanted, verification

FILES = ["actions.npz", "bundle.zip", "episodes.csv", "marks.json", "record.json"]


@pytest.mark.parametrize("form", ["python", "network"])
def test_a_template_reaches_the_table(form, bundle, tmp_path, capfd):
    folder, results = bundle(form), tmp_path / "results"
    assert main(["submit", str(folder), "--results", str(results), "--days", "1", "--jobs", "1"]) == 0
    printed = capfd.readouterr()
    header, _, row = printed.out.splitlines()
    assert header.split()[:5] == ["scenario", "split", "days", "class", "rank"]
    assert row.split()[:4] == [SCENARIO, "test", "1", "local"]
    home = results / SCENARIO / f"my_{form}"
    assert f"filed: {home}" in printed.err
    assert sorted(path.name for path in home.iterdir()) == FILES
    record, filed = read_record(home), open_bundle(home / "bundle.zip")
    assert filed.digest == open_bundle(folder).digest == record.policy.digest
    assert record.policy.authors == ("Anonymous",)
    marks = read_marks(home)
    assert (marks.replayed, marks.rerun, marks.fresh) == (True, False, None)
    assert stale(results) == []
    assert record.scores.lost_episodes == 0
    assert main(["verify", str(home), "--rerun", "--mark"]) == 0
    assert "marked: replayed, rerun" in capfd.readouterr().out
    assert read_marks(home).rerun
    text = (home / "marks.json").read_bytes()
    assert main(["verify", str(home), "--mark"]) == 0
    assert (home / "marks.json").read_bytes() == text, "what was found once of these bytes is kept"


def test_a_model_as_onnx_reaches_the_table(bundle, tmp_path):
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    folder = bundle("network")
    (agent, part) = next(iter(task(load_scenario(SCENARIO))["agents"].items()))
    weight = np.zeros((len(part["observation"]), len(part["action"])), np.float32)
    kind, helper = onnx.TensorProto.FLOAT, onnx.helper
    seen, done = (
        helper.make_tensor_value_info(*one) for one in (("seen", kind, [1, len(weight)]), ("done", kind, [1, weight.shape[1]]))
    )
    nodes, values = [helper.make_node("MatMul", ["seen", "weight"], ["done"])], [onnx.numpy_helper.from_array(weight, "weight")]
    graph = helper.make_graph(nodes, "linear", [seen], [done], initializer=values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    shutil.rmtree(folder / SCENARIO)
    (folder / f"{agent}.onnx").write_bytes(model.SerializeToString())
    rewrite(folder, {"policy": {"format": "onnx", "entry": "{agent}.onnx"}})
    (home,) = submit(folder, tmp_path / "results", Choices(days=1))
    assert read_record(home).failures == ()
    assert verification(home, Wanted(rerun=True)).faults == []


def test_the_python_template_is_better_than_leaving_everything_alone(filed):
    scores = read_record(filed / SCENARIO / "my_python").scores
    assert scores.score_iqm > 0.1
    assert read_record(filed / SCENARIO / "my_network").scores.score_iqm == pytest.approx(0.0, abs=1e-6)


def test_two_places_get_the_same_bytes(filed, templates, tmp_path, capsys):
    other = tmp_path / "elsewhere"
    submit(templates["python"], other, Choices(days=DAYS))
    one, two = filed / SCENARIO / "my_python", other / SCENARIO / "my_python"
    assert unlike_records(one, two) == []
    for name in ("actions.npz", "bundle.zip"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    assert main(["verify", str(two), "--against", str(one)]) == 0
    assert f"the same bytes as {one}, but for harness and seconds" in capsys.readouterr().out


def test_records_that_differ_are_told_apart(filed):
    one, two = (filed / SCENARIO / f"my_{form}" for form in ("python", "network"))
    told = "\n".join(verification(one, Wanted(against=two)).faults)
    for part in (
        "record.json, policy.name: 'my_python', there 'my_network'",
        "rows differ",
        "actions.npz: other bytes",
        "bundle.zip",
    ):
        assert part in told


def test_the_same_again_changes_nothing_and_other_contents_need_another_version(bundle, tmp_path):
    folder, results = bundle("network"), tmp_path / "results"
    submit(folder, results, Choices(days=1))
    before = {path: data for path, (_, _, data) in snapshot(results).items()}
    submit(folder, results, Choices(days=1))
    after = {path: data for path, (_, _, data) in snapshot(results).items()}
    fixed = [path for path in before if path.endswith((".npz", ".zip"))]
    assert [after[path] for path in fixed] == [before[path] for path in fixed]
    rewrite(folder, {"description": "Another text."})
    with pytest.raises(InvalidInput, match="version 1 is filed already, with other contents; raise `version`"):
        submit(folder, results, Choices(days=1))
    assert {path: data for path, (_, _, data) in snapshot(results).items()} == after
    rewrite(folder, {"version": "2"})
    spec = folder / SCENARIO / "policy.json"
    spec.write_text(json.dumps({**json.loads(spec.read_text()), "version": "2"}))
    (home,) = submit(folder, results, Choices(days=2))
    assert read_record(home).policy.version == "2"
    with pytest.raises(InvalidInput, match="holds a record of 2 days; leave out --days"):
        submit(folder, results, Choices(days=1))


def test_the_place_of_others_is_theirs(bundle, tmp_path):
    folder, results = bundle("network"), tmp_path / "results"
    (home,) = submit(folder, results, Choices(days=1))
    rewrite(folder, {"authors": ["Someone Else"]})
    with pytest.raises(InvalidInput, match="the name 'my_network' is taken by Anonymous"):
        submit(folder, results, Choices(days=1))
    (home / "bundle.zip").unlink()
    with pytest.raises(InvalidInput, match="is no submission"):
        submit(folder, results, Choices(days=1))


def test_all_faults_of_the_wanted_scenarios_are_told_before_anything_runs(bundle, tmp_path):
    folder = bundle("network")
    rewrite(folder, {"scenarios": [SCENARIO, "ieee99-v1"]})
    (folder / "ieee99-v1").mkdir()
    for path in (folder / SCENARIO).iterdir():
        shutil.copy(path, folder / "ieee99-v1" / path.name)
    with pytest.raises(InvalidInput, match="unknown scenario 'ieee99-v1'"):
        submit(folder, tmp_path / "results")
    with pytest.raises(InvalidInput, match=r"bundle\.json names ieee13-v1, ieee99-v1; add it there"):
        submit(folder, tmp_path / "results", Choices(scenarios=("ieee34",)))
    rewrite(folder, {"scenarios": ["ieee34-v1"]})
    (folder / "ieee99-v1").rename(folder / "ieee34-v1")
    with pytest.raises(InvalidInput, match="ieee34-v1: agents"):
        submit(folder, tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_a_killed_submission_goes_on_and_files_what_an_undisturbed_one_does(templates, filed, tmp_path, own_cache):
    results = tmp_path / "results"
    command = [sys.executable, "-m", "gridbench.cli", "submit", str(templates["python"]), "--results", str(results)]
    command += ["--days", str(DAYS), "--jobs", "1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ) as child:  # noqa: S603
        work = own_cache / "gridbench" / "submissions"
        deadline = time.monotonic() + 60.0
        while time.monotonic() < deadline and child.poll() is None and not list(work.glob("*/*/journal.sqlite")):
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
    if not (results / SCENARIO).exists():
        assert list(work.glob("*/bundle.zip")), "what was begun is kept in the cache, nothing among the results"
        with pytest.raises(InvalidInput, match="an unfinished submission of this bundle is here: go on with --resume"):
            submit(templates["python"], results, Choices(days=DAYS))
    submit(templates["python"], results, Choices(days=DAYS, resume=True))
    assert unlike_records(results / SCENARIO / "my_python", filed / SCENARIO / "my_python") == []
    assert not list(work.glob("*/bundle.zip"))


def test_a_record_that_does_not_hold_is_not_filed(templates, tmp_path, monkeypatch):
    monkeypatch.setattr("gridbench.submission.verification.verify", lambda *_, **__: ["a fault"])
    with pytest.raises(InvalidInput, match="a fault"):
        submit(templates["network"], tmp_path / "results", Choices(days=1))
    assert not (tmp_path / "results").exists()
    monkeypatch.undo()
    submit(templates["network"], tmp_path / "results", Choices(days=1))
