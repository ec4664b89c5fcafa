"""The workflows of pull requests: their commands exist, nothing of a stranger's text becomes code, and they do what they say."""

import contextlib
import json
import re
import shlex
import shutil
import subprocess

import pytest
import yaml
from submission_kit import REPOSITORY, SCENARIO

from gridbench.cli import main, parser

HOME = REPOSITORY / ".github" / "workflows"
MARK = "<!-- gridbench submission -->"


def workflow(name):
    """A workflow as YAML holds it; `on` is true there."""
    return yaml.safe_load((HOME / name).read_text())


def steps(name):
    """The steps of the only job of a workflow."""
    (job,) = workflow(name)["jobs"].values()
    return job["steps"]


def commands():
    """The commands of gridbench in the verifying workflow: arguments, and where standard output goes."""
    found = []
    for step in steps("submission.yml"):
        for line in step.get("run", "").splitlines():
            if line.strip().startswith("gridbench "):
                words = shlex.split(line)[1:]
                redirected = next((i for i, word in enumerate(words) if word in {">", "2>", "2>>"}), len(words))
                places = dict(zip(words[redirected::2], words[redirected + 1 :: 2], strict=True))
                found.append((words[:redirected], places))
    return found


def test_commands_exist_and_the_right_to_write_stays_away_from_code():
    assert len(commands()) == 3
    for words, _ in commands():
        parser().parse_args(words)
    verifying, commenting = workflow("submission.yml"), workflow("submission_comment.yml")
    assert set(verifying[True]) == {"pull_request"}
    assert verifying["permissions"] == {"contents": "read"}
    assert set(commenting[True]) == {"workflow_run"}
    assert commenting["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert commenting[True]["workflow_run"]["workflows"] == [verifying["name"]]
    assert not any("run" in step or "checkout" in step.get("uses", "") for step in steps("submission_comment.yml"))


@pytest.mark.parametrize("name", ["submission.yml", "submission_comment.yml"])
def test_no_text_of_a_stranger_is_pasted_into_code(name):
    for step in steps(name):
        code = step.get("run", "") + step.get("with", {}).get("script", "")
        assert "${{" not in code
        assert "secrets." not in json.dumps(step)
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@pytest.fixture
def proposed(filed, tmp_path, monkeypatch):
    """Stand where the workflow stands: one record is filed in the base, the pull request adds the other."""
    shutil.copytree(filed, tmp_path / "base" / "results")
    shutil.copytree(filed, tmp_path / "proposed" / "results")
    shutil.rmtree(tmp_path / "base" / "results" / SCENARIO / "my_python")
    (tmp_path / "report").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "proposed" / "results"


def ran(home):
    """Run the commands as the workflow does; return their exit codes."""
    codes = []
    for words, places in commands():
        with contextlib.ExitStack() as stack:
            for sign, place in places.items():
                stream = stack.enter_context((home / place).open("a" if sign == "2>>" else "w"))
                stack.enter_context((contextlib.redirect_stdout if sign == ">" else contextlib.redirect_stderr)(stream))
            codes.append(main(words))
    return codes


def test_a_pull_request_with_a_good_record(proposed, tmp_path):
    from gridbench.standings.files import write_leaderboard  # noqa: PLC0415

    write_leaderboard(proposed)
    assert ran(tmp_path) == [0, 0, 0]
    told = (tmp_path / "report" / "verification.txt").read_text()
    assert f"proposed/results/{SCENARIO}/my_python: replayed, every number holds" in told
    assert "the policy asks for the same" in told
    assert "my_network" not in told, "it is in the base already"
    assert "| my_python | 1 |" in (tmp_path / "report" / "change.md").read_text()


def test_a_pull_request_with_edited_scores_and_files_of_its_own(proposed, tmp_path):
    path = proposed / SCENARIO / "my_python" / "record.json"
    document = json.loads(path.read_text())
    document["scores"]["score_iqm"] = 0.99
    path.write_text(json.dumps(document))
    (proposed / "evil.html").write_text("<script>")
    (proposed / "link").symlink_to("/etc")
    shutil.rmtree(proposed / SCENARIO / "my_network")
    assert ran(tmp_path)[0] == 1
    faults = (tmp_path / "report" / "faults.txt").read_text()
    for fault in ("scores, score_iqm: 0.99 should be", "'evil.html': belongs to no record", "'link': belongs to no record"):
        assert fault in faults


SCRIPT = """
const calls = [];
const pulls = {get: async () => ({data: {head: {sha: HEAD}}})};
const issues = {
  listComments: 'list',
  createComment: async call => calls.push(['create', call]),
  updateComment: async call => calls.push(['update', call]),
};
const github = {rest: {pulls, issues}, paginate: async () => COMMENTS};
const context = {repo: {owner: 'o', repo: 'r'}, payload: {workflow_run: {head_sha: 'abc', conclusion: 'success'}}};
const core = {notice: text => calls.push(['notice', text])};
(async () => {
  await (async () => { BODY })();
  console.log(JSON.stringify(calls));
})().catch(error => { console.log(JSON.stringify([['error', error.message]])); });
"""


def commented(home, head="abc", comments=()):
    """What the commenting workflow would do with a report."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    (step,) = (step for step in steps("submission_comment.yml") if "script" in step.get("with", {}))
    code = SCRIPT.replace("HEAD", json.dumps(head)).replace("COMMENTS", json.dumps(list(comments)))
    (home / "comment.js").write_text(code.replace("BODY", "\n" + step["with"]["script"] + "\n"))
    done = subprocess.run([node, "comment.js"], cwd=home, env={"REPORT": str(home)}, capture_output=True, text=True, check=True)  # noqa: S603
    return json.loads(done.stdout)


def test_the_comment_holds_nothing_but_text(tmp_path):
    (tmp_path / "number.txt").write_text("7\n")
    evil = "| a | <script>alert(1)</script> @everyone `x` [l](javascript:y) ![i](z) \u202e |\n"
    (tmp_path / "change.md").write_text("### Change of the table\n" + evil)
    (tmp_path / "verification.txt").write_text("replay:  0%\rreplay: 100%\rdone\n</pre><img src=x>\x1b[31m\n", newline="")
    ((what, call),) = commented(tmp_path)
    assert (what, call["issue_number"]) == ("create", 7)
    body = call["body"]
    assert body.startswith(MARK)
    assert set(re.findall(r"<[^>]*>", body)) == {MARK, "<details>", "<summary>", "</summary>", "<pre>", "</pre>", "</details>"}
    assert not any(evil in body for evil in ("@everyone", "`", "](", "\u202e", "\x1b"))
    assert "done" in body
    assert "replay" not in body
    ((what, _),) = commented(tmp_path, comments=[{"id": 3, "user": {"type": "Bot"}, "body": MARK}])
    assert what == "update"


def test_a_report_speaks_for_its_own_pull_request_alone(tmp_path):
    (tmp_path / "number.txt").write_text("7\n")
    ((what, _),) = commented(tmp_path, head="another")
    assert what == "notice"
    for number in ("", "x", "-1", "1e3; rm"):
        (tmp_path / "number.txt").write_text(number)
        assert commented(tmp_path) == [["error", "the report names no pull request"]]
