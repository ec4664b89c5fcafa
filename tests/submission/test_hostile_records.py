"""Records that are not what they say: every fault is told, and nothing outside scratch is touched."""

import io
import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest
from submission_kit import DAYS, REPOSITORY, SCENARIO

from gridbench.bench import intervals
from gridbench.bench.actions_file import write_actions
from gridbench.bench.files import MOST_BYTES, read_arrays, write_arrays
from gridbench.cli import main
from gridbench.plant.layout import layout
from gridbench.policies.bundle import open_bundle
from gridbench.scenario.catalogue import load_scenario
from gridbench.submission.verification import Wanted, verification

pytestmark = pytest.mark.usefixtures("untouched")


def faults(folder, **wanted):
    """What a verification finds, by the function as by the command."""
    return verification(folder, Wanted(**wanted)).faults


def edit(folder, change):
    """Change record.json."""
    document = json.loads((folder / "record.json").read_text())
    change(document)
    (folder / "record.json").write_text(json.dumps(document))
    (folder / "marks.json").unlink(missing_ok=True)


def cells(folder, column, value):
    """Write a value into the first row of a column of episodes.csv."""
    header, first, *rest = (folder / "episodes.csv").read_text().splitlines()
    line = first.split(",")
    line[header.split(",").index(column)] = value
    (folder / "episodes.csv").write_text("\n".join([header, ",".join(line), *rest]) + "\n")


@pytest.mark.parametrize("form", ["python", "network"])
def test_honest_records_hold(form, record):
    found = verification(record(form), Wanted(rerun=True))
    assert found.faults == []
    assert found.notes == [f"the policy asks for the same in {DAYS} episodes, to the last bit"]


def test_edited_scores(record):
    folder = record()
    edit(folder, lambda one: one["scores"].update(score_iqm=0.99, cost_usd_mean=1.0))
    told = faults(folder)
    assert [fault.split(":")[0] for fault in told] == ["scores, score_iqm", "scores, cost_usd_mean"]


def test_edited_episodes(record):
    folder = record()
    cells(folder, "cost_usd", "900.0")
    assert any("seed 0, day 12, cost_usd: 900.0 should be" in fault for fault in faults(folder))


@pytest.mark.parametrize("value", ["9" * 400, "9" * 5000, "nan", "inf", "1e400", "0x10", "=cmd|' /C calc'!A0"])
def test_numbers_that_are_none(value, record):
    folder = record()
    cells(folder, "blackout_steps", value)
    cells(folder, "cost_usd", "inf")
    assert any(fault.startswith("episodes.csv") for fault in faults(folder))


def test_giant_integers_of_a_record(record):
    folder = record()
    edit(folder, lambda one: one["scores"].update(blackout_steps=10**400))
    assert any(fault.startswith("scores, blackout_steps: 1000") for fault in faults(folder))
    edit(folder, lambda one: one["protocol"].update(seeds=[10**30], days=10**18))
    told = faults(folder)
    assert any("has 24" in fault for fault in told)
    assert any(fault.startswith("actions.npz: seeds") for fault in told)


def test_actions_that_are_stale(record):
    """Those of another version of the scenario, whose digest the record states."""
    folder = record()
    edit(folder, lambda one: one["scenario"].update(digest="sha256:" + "1" * 64))
    assert any(fault.startswith("scenario.digest: sha256:1111") for fault in faults(folder))
    edit(folder, lambda one: one["scenario"].update(id="ieee34-v1"))
    told = faults(folder)
    assert any(fault.startswith("actions.npz: names") for fault in told)
    assert any("scenarios: the bundle is for ieee13-v1, not for ieee34-v1" in fault for fault in told)


def test_a_record_that_brings_its_own_scenario(record, tmp_path):
    folder, own = record(), tmp_path / "easy"
    shutil.copytree(REPOSITORY / "scenarios" / SCENARIO, own)
    for named in (f"{own}/", "../easy/", "easy/scenario.toml", "x\u202e"):
        edit(folder, lambda one, named=named: one["scenario"].update(id=named))
        assert any("is no name of a scenario" in fault for fault in faults(folder, rerun=True))


def test_failures_that_were_left_out_and_failures_that_never_were(record):
    folder = record()
    kept = json.loads((folder / "record.json").read_text())
    failure = {"seed": 0, "day": 12, "step": 3, "reason": "none"}
    edit(folder, lambda one: one.update(failures=[failure, {**failure, "day": 99}]))
    told = faults(folder, rerun=True)
    assert "failures: seed 0, day 99: is no episode of the protocol, or stands twice" in told
    assert "rerun: seed 0, day 12: the record says lost from step 3 on, the policy is not lost" in told
    assert any(fault.startswith("episodes.csv: seed 0, day 12, lost_steps: 0.0 should be 21") for fault in told)
    assert kept["failures"] == []


def test_actions_of_another_policy_are_found_by_replay(record):
    folder, other = record("python"), record("network")
    shutil.copy(other / "actions.npz", folder / "actions.npz")
    assert any(fault.startswith("episodes.csv: seed 0, day 12, cost_usd") for fault in faults(folder))


def oracle_record(folder):
    """Make a record of the oracle's actions, with all numbers right, beside the bundle of another policy."""
    from gridbench.bench.runner import run  # noqa: PLC0415

    bundle, kept = (folder / "bundle.zip").read_bytes(), json.loads((folder / "record.json").read_text())
    for name in ("record.json", "marks.json"):
        (folder / name).unlink()
    run(SCENARIO, "foresight", days=DAYS, out=folder, quiet=True)
    edit(folder, lambda one: one.update(policy=kept["policy"]))
    (folder / "bundle.zip").write_bytes(bundle)


def test_copied_actions_of_the_oracle_are_found_by_running_the_policy(record):
    folder = record()
    oracle_record(folder)
    assert faults(folder) == [], "the replay holds: they are possible actions"
    (told,) = faults(folder, rerun=True)
    assert told.startswith(f"rerun: {DAYS} of {DAYS} episodes differ, first at seed 0, day 12, step 0, ask ")
    assert "the record asks for" in told


def test_a_bundle_of_another_policy(record):
    folder, other = record("python"), record("network")
    shutil.copy(other / "bundle.zip", folder / "bundle.zip")
    told = faults(folder, rerun=True)
    assert any(fault.startswith("bundle.zip: policy.digest: the record says 'sha256:") for fault in told)
    assert any(fault == "bundle.zip: policy.name: the record says 'my_python', the bundle 'my_network'" for fault in told)
    assert any(fault.startswith(f"rerun: {DAYS} of {DAYS} episodes differ") for fault in told)


def test_one_changed_byte_of_a_bundle(record):
    folder = record()
    data = (folder / "bundle.zip").read_bytes()
    (folder / "bundle.zip").write_bytes(data.replace(b"0.25 *", b"0.24 *"))
    assert any("bundle.zip: is no zip archive, or damaged" in fault for fault in faults(folder))
    files = open_bundle(record_of(folder, data)).files
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    (folder / "bundle.zip").write_bytes(buffer.getvalue())
    assert any("is packed in another way" in fault for fault in faults(folder))


def record_of(folder, data):
    """Put the bytes of a bundle back and return its path."""
    (folder / "bundle.zip").write_bytes(data)
    return folder / "bundle.zip"


def test_a_bundle_with_more_in_it_than_its_files(record):
    folder = record()
    data = (folder / "bundle.zip").read_bytes()
    record_of(folder, b"#!/bin/sh\ntouch evil\n" + data)
    assert any("holds more than its files" in fault for fault in faults(folder))
    (folder / "bundle.zip").unlink()
    (folder / "bundle.zip").symlink_to("/etc/passwd")
    told = faults(folder, rerun=True)
    assert any(fault == "'bundle.zip': is a link; put the file itself there" for fault in told)
    assert any(fault.startswith("rerun: is a link") for fault in told)


def test_files_that_belong_to_no_record(record):
    folder = record()
    (folder / "index.html").write_text("<script>alert(1)</script>")
    (folder / "a\u202eb").mkdir()
    told = faults(folder)
    assert "'index.html': is no file of a record; remove it" in told
    assert "'a\\u202eb': is no file of a record; remove it" in told


@pytest.mark.parametrize("name", ["rule\u202e", "ru\u200ble", "\x1b[2Jrule"])
def test_names_that_do_not_show_as_they_read(name, record, capfd):
    folder = record()
    edit(folder, lambda one: one["policy"].update(name=name))
    assert any(fault.startswith("policy.name: holds U+") for fault in faults(folder))
    assert main(["verify", str(folder)]) == 1
    assert all(
        line.isprintable() for line in capfd.readouterr().err.replace("\r", "\n").splitlines() if "fault" in line or "  -" in line
    )


def test_keys_that_act_on_the_terminal(record, capfd):
    folder = record()
    edit(folder, lambda one: one.update({"\x1b[2J\x1b[31mall is well": 1}))
    assert main(["verify", str(folder)]) == 1
    assert "\x1b" not in capfd.readouterr().err


def test_a_bomb_and_a_pickle_for_actions(record, monkeypatch):
    folder = record()
    monkeypatch.setattr("gridbench.bench.files.MOST_BYTES", 2**20)
    write_arrays(folder / "actions.npz", {"asks": np.zeros(2**20, np.float32)})
    assert any(fault.startswith("actions.npz: inflates to more than") for fault in faults(folder))
    monkeypatch.setattr("gridbench.bench.files.MOST_BYTES", MOST_BYTES)
    np.savez(folder / "actions.npz", asks=np.array([{"evil": pickle.dumps(print)}], dtype=object))
    assert any("actions.npz: is no archive of arrays: Object arrays cannot be loaded" in fault for fault in faults(folder))
    header = b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }"
    with zipfile.ZipFile(folder / "actions.npz", "w") as archive:
        archive.writestr("asks.npy", header.ljust(128))
    assert any("actions.npz: is no archive of arrays" in fault for fault in faults(folder))


def test_nan_among_the_actions(record):
    folder = record()
    arrays = read_arrays(folder / "actions.npz")
    arrays["asks"][0, 0, 0, 0] = np.nan
    scenario = load_scenario(SCENARIO)
    write_actions(folder, [0], arrays["days"].tolist(), layout(scenario).asks, arrays["asks"])
    assert "actions.npz: asks: hold NaN or infinite numbers" in faults(folder)


def test_marks_of_another_record_and_marks_that_were_never_made(record):
    folder = record()
    marks = json.loads((folder / "marks.json").read_text())
    (folder / "marks.json").write_text(json.dumps({**marks, "rerun": True}))
    found = verification(folder, Wanted())
    assert found.faults == []
    assert found.notes == ["marks.json says that the policy was run again: not looked at now, --rerun does"]
    (folder / "marks.json").write_text(json.dumps({**marks, "record": "sha256:" + "0" * 64}))
    assert any("are of another record.json, and count for nothing" in fault for fault in faults(folder))
    (folder / "marks.json").write_text(json.dumps({**marks, "rerun": "yes", "gold": True}))
    told = faults(folder)
    assert any("rerun" in fault for fault in told)
    assert any("gold" in fault for fault in told)


def test_marks_of_fresh_days_that_are_not_so(record):
    folder = record("network")
    marks = json.loads((folder / "marks.json").read_text())
    told = {"seed": 5, "days": 1, "score_iqm": 0.9, "violating_steps_share": 0.0}
    (folder / "marks.json").write_text(json.dumps({**marks, "fresh": told}))
    assert any(fault.startswith("marks.json, fresh:") for fault in faults(folder, fresh=5, days=1))


def test_a_cost_below_its_bound(record, monkeypatch):
    from dataclasses import replace  # noqa: PLC0415

    known = intervals.interval
    monkeypatch.setattr(intervals, "interval", lambda *of: replace(known(*of), bound_usd=1e5))
    assert any(fault.startswith("replayed cost below the bound: seed 0, day 12") for fault in faults(record()))


def test_faults_of_several_records_are_told_of_each(record, capsys):
    folders = record("python"), record("network")
    for folder in folders:
        edit(folder, lambda one: one["scores"].update(score_iqm=0.99))
    assert main(["verify", *map(str, folders), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [one["record"] for one in told] == [str(folder) for folder in folders]
    assert all(one["faults"] for one in told)
