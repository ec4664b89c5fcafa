"""What the light paths load: the standard library and nothing else; heavy libraries only where they belong."""

import subprocess
import sys

import pytest

import gridbench
import gridbench.oracle

LOADED = """
import sys
before = set(sys.modules)
{code}
own = {{name.partition('.')[0] for name in set(sys.modules) - before}}
print(*sorted(own - sys.stdlib_module_names - {{'gridbench'}}))
"""


def loaded(code):
    command = [sys.executable, "-c", LOADED.format(code=code)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return set(found.stdout.splitlines()[-1].split())


def test_import_loads_the_standard_library_only():
    assert loaded("import gridbench") == set()


def test_help_loads_the_standard_library_only():
    code = "from gridbench.cli import main\ntry:\n    main(['run', '--help'])\nexcept SystemExit:\n    pass"
    assert loaded(code) == set()


def test_the_oracle_loads_no_solver_before_it_is_asked():
    assert loaded("import gridbench.oracle") == set()


@pytest.mark.parametrize("name", gridbench.oracle.__all__)
def test_public_names_of_the_oracle_are_there(name):
    assert callable(getattr(gridbench.oracle, name))
    assert name in dir(gridbench.oracle)


def test_the_ladder_of_scenarios_loads_no_solver_and_no_simulator():
    heavy = {"highspy", "clarabel", "cvxpy", "pyomo", "numba", "scipy", "torch", "ray", "pandapower", "matplotlib", "tqdm"}
    assert not loaded("from gridbench.cli import main\nmain(['list', 'scenarios'])") & heavy


def test_verifying_loads_no_torch_ray_or_pandapower():
    heavy = {"torch", "ray", "pandapower", "cvxpy", "matplotlib"}
    assert not loaded("import gridbench.bench.verify, gridbench.bench.runner") & heavy


def test_an_evaluation_and_its_verification_load_no_torch_ray_or_pandapower(tmp_path):
    heavy = {"torch", "ray", "pandapower", "pandas", "cvxpy", "pyomo", "matplotlib", "duckdb", "onnxruntime"}
    run = ["run", "--scenario", "ieee13", "--policy", "rule", "--days", "1", "--out", str(tmp_path / "run"), "--no-plot"]
    verify = ["verify", str(tmp_path / "run")]
    assert not loaded(f"from gridbench.cli import main\nassert main({run}) == 0\nassert main({verify}) == 0") & heavy
    assert (tmp_path / "run" / "record.json").is_file()


@pytest.mark.parametrize("name", sorted(set(gridbench.__all__) - {"__version__"}))
def test_public_names_are_there(name):
    assert callable(getattr(gridbench, name))
    assert name in dir(gridbench)


def test_an_unknown_name_says_what_is_public():
    with pytest.raises(AttributeError, match="load_scenario"):
        _ = gridbench.load_scenarios
