"""Questions to records: the numbers are those of the files, and a query can neither reach nor change anything else."""

import csv
import json
import shutil
import sys

import pytest

from gridbench.bench import result_tables
from gridbench.bench.query import ask, query
from gridbench.bench.record import read_record
from gridbench.bench.result_tables import TABLES
from gridbench.bench.rows import COLUMNS
from gridbench.cli import main
from gridbench.errors import GridbenchError, InvalidInput, UnknownName

pytest.importorskip("duckdb")
TRAINED = {"environment_steps": 10, "seconds": 2.5, "device": "cpu", "seeds": [0, 1], "scenarios": ["tiny-v1"]}
LOST = [{"seed": 0, "day": 1, "step": 3, "reason": "the process was killed"}]


@pytest.fixture
def results(played, tmp_path):
    root = tmp_path / "results"
    for name, outcome in played.items():
        shutil.copytree(outcome.folder, root / "tiny-v1" / name)
    return root


def rewrite(folder, change):
    path = folder / "record.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def test_records_hold_what_their_files_hold(results):
    rows = query("SELECT * FROM records ORDER BY policy", results)
    assert [row["policy"] for row in rows] == ["foresight", "idle", "random"]
    for row in rows:
        record = read_record(results / row["folder"])
        scores = record.scores
        assert row["score_iqm"] == scores.score_iqm
        assert (row["score_ci95_low"], row["score_ci95_high"]) == scores.score_ci95
        assert row["money_usd_mean_import"] == scores.money_usd_mean["import"]
        assert row["violations_loading_worst_pu"] == scores.violations["loading"].worst_pu
        assert (row["scenario"], row["split"], row["plant"]) == ("tiny-v1", "test", "balanced")
        assert (row["days"], row["seeds"]) == (record.protocol.days, len(record.protocol.seeds))
        assert (row["digest"], row["scenario_digest"]) == (record.policy.digest, record.scenario.digest)
        assert (row["bound_is"], row["bound_digest"]) == ("certified", record.bound.digest)
        assert row["isolation"] == "none"


def test_episodes_hold_every_row_and_every_digit(results):
    rows = query("SELECT * FROM episodes ORDER BY folder, seed, day", results)
    for row in rows:
        assert row.keys() == {"scenario", "policy", "folder", *COLUMNS}
    wanted = []
    for name in ("foresight", "idle", "random"):
        with (results / "tiny-v1" / name / "episodes.csv").open(newline="") as file:
            wanted += list(csv.DictReader(file))
    assert [[float(row[name]) for name in COLUMNS] for row in rows] == [[float(row[name]) for name in COLUMNS] for row in wanted]


def test_training_and_failures_are_tables_of_their_own(results):
    assert query("SELECT * FROM training", results) == query("SELECT * FROM failures", results) == []
    rewrite(results / "tiny-v1" / "idle", lambda r: r["policy"].update(training=TRAINED))
    rewrite(results / "tiny-v1" / "random", lambda r: r.update(failures=LOST))
    place = {"scenario": "tiny-v1", "policy": "idle", "folder": "tiny-v1/idle"}
    stated = {**place, **TRAINED, "seeds": "0, 1", "scenarios": "tiny-v1", "facts": None}
    assert query("SELECT * FROM training", results) == [stated]
    assert query("SELECT * FROM failures", results) == [{**place, "policy": "random", "folder": "tiny-v1/random", **LOST[0]}]


def test_a_scenario_that_is_not_known_has_no_tolerance(results, tiny_folder):
    asked = "SELECT DISTINCT admissible FROM records WHERE policy = 'foresight'"
    assert query(asked, results) == [{"admissible": None}]
    assert query(asked, results, [tiny_folder.parent]) == [{"admissible": True}]


def test_only_tables_that_a_query_names_are_read(results, monkeypatch):
    monkeypatch.setattr(result_tables, "parse_rows", None)
    assert query("SELECT count(*) AS n FROM records", results) == [{"n": 3}]
    monkeypatch.undo()
    assert [row["name"] for row in query("SHOW TABLES", results)] == sorted(TABLES)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM results",
        "SELECT * FROM sqlite_scan('{file}', 'x')",
        "SELECT * FROM 'https://127.0.0.1:1/x.csv'",
        "SELECT getenv('HOME')",
    ],
)
def test_a_query_reaches_no_file_and_no_network(results, tmp_path, sql):
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nxyzzy\n")
    with pytest.raises(GridbenchError) as caught:
        ask(sql.format(file=secret, folder=tmp_path), results)
    assert "xyzzy" not in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DROP TABLE records", "DROP"),
        ("INSERT INTO records SELECT * FROM records", "INSERT"),
        ("COPY records TO '{out}'", "COPY"),
        ("ATTACH '{out}' AS other", "ATTACH"),
        ("SET enable_external_access = true", "SET"),
        ("INSTALL httpfs", "LOAD"),
        ("SELECT 1; SELECT 2", "SELECT, SELECT"),
        ("SELECT 1; COPY records TO '{out}'", "SELECT, COPY"),
        ("", "nothing"),
        ("-- nothing", "nothing"),
    ],
)
def test_what_is_not_one_select_is_refused(results, tmp_path, sql, found):
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    with pytest.raises(InvalidInput, match=f"must be one SELECT, is {found}"):
        ask(sql.format(out=tmp_path / "out"), results)
    assert not (tmp_path / "out").exists()
    assert before == {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT scor_iqm FROM records", ["column 'scor_iqm'", "'score_iqm'"]),
        ("SELECT r.polcy FROM records r", ["column 'polcy'", "'policy'"]),
        ("SELECT * FROM episode", ["table 'episode'", "'episodes'"]),
        ("SELECT * FROM sqlite_master_of_mine", ["table 'sqlite_master_of_mine'", "records"]),
        ("SELECT policy FROM records WHERE", ["the query", "syntax error"]),
        ("SELECT policy + 1 FROM records", ["the query", "No function matches"]),
        ("SELECT nofunction(policy) FROM records", ["the query", "nofunction"]),
    ],
)
def test_a_query_that_is_wrong_is_told_how(results, sql, words):
    with pytest.raises(UnknownName if "column" in words[0] or "table" in words[0] else InvalidInput) as caught:
        ask(sql, results)
    for word in words:
        assert word in str(caught.value)


def test_damaged_records_are_all_named(results):
    rewrite(results / "tiny-v1" / "idle", lambda r: r.update(extra=1))
    rewrite(results / "tiny-v1" / "random", lambda r: r["scores"].pop("score_iqm"))
    (results / "tiny-v1" / "foresight" / "episodes.csv").write_text("seed,day\n")
    with pytest.raises(InvalidInput) as caught:
        query("SELECT * FROM records, episodes", results)
    for word in ("tiny-v1/idle: extra", "tiny-v1/random: scores.score_iqm", "tiny-v1/foresight: the header"):
        assert word in str(caught.value)


def test_a_folder_without_records_is_refused(tmp_path):
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InvalidInput, match="holds no record"):
            query("SELECT 1 FROM records", place)


def test_two_columns_of_one_name_are_no_dict(results):
    sql = "SELECT a.policy, b.policy FROM records a CROSS JOIN records b"
    assert len(ask(sql, results).rows) == 9
    with pytest.raises(InvalidInput, match="two columns are named 'policy'"):
        query(sql, results)


def test_numbers_of_sql_are_plain(results):
    sql = "SELECT 1.5 AS a, 1 / 0 AS b, sum(days) AS c, [1.5, 2.5] AS d, DATE '2026-01-02' AS e, 'nan'::DOUBLE AS f FROM records"
    assert query(sql, results) == [{"a": 1.5, "b": None, "c": 9, "d": [1.5, 2.5], "e": "2026-01-02", "f": None}]


def test_the_command_prints_a_table_csv_or_json(results, capsys):
    sql = "SELECT policy, cost_usd_mean AS cost FROM records ORDER BY policy"
    cost = {row["policy"]: row["cost"] for row in query(sql, results)}
    assert main(["results", sql, "--results", str(results)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[2:]] == [[name, f"{number:.6g}"] for name, number in cost.items()]
    assert main(["results", sql, "--results", str(results), "--csv"]) == 0
    assert capsys.readouterr().out == "policy,cost\n" + "".join(f"{name},{number!r}\n" for name, number in cost.items())
    assert main(["results", sql, "--results", str(results), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"policy": name, "cost": number} for name, number in cost.items()]
    assert main(["results", "--results", str(results)]) == 0
    assert "money_usd_mean_import" in capsys.readouterr().out
    assert main(["results", "SELECT scor FROM records", "--results", str(results)]) == 3
    assert "unknown column 'scor'" in capsys.readouterr().err


def test_a_name_of_a_stranger_does_nothing_to_the_terminal(results, capsys):
    rewrite(results / "tiny-v1" / "idle", lambda r: r["policy"].update(name="a\x1b[2J\u202eb\nc"))
    assert main(["results", "SELECT policy FROM records WHERE kind = 'rule'", "--results", str(results)]) == 0
    assert "a\\u001b[2J\\u202eb\\u000ac" in capsys.readouterr().out


def test_the_extra_is_named_where_it_is_missing(results, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InvalidInput, match=r"gridbench\[sql\]"):
        query("SELECT 1 FROM records", results)
