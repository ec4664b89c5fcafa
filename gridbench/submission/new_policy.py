"""A new policy: the folder of a bundle that can be submitted at once, and is to be edited."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.archive import write_bytes
from gridbench.envs.codec import ActionCodec
from gridbench.envs.observation import Observer
from gridbench.errors import InvalidInput
from gridbench.plant.layout import layout
from gridbench.policies.bundle import open_bundle
from gridbench.policies.bundle_page import PAGE, SCENARIO, parse_page
from gridbench.policies.idle import idle_asks
from gridbench.policies.network import fields_digest
from gridbench.policies.network_file import write_network
from gridbench.scenario.catalogue import load_scenario
from gridbench.submission.readme import readme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.policies.bundle_page import Page
    from gridbench.scenario.scenario import Scenario

CODE = "policy.py"
FORMATS = ("python", "network")
HIDDEN = 32
"""Numbers in the hidden layer of a new network."""
SEED = 0
"""Of its first weights."""


def new_policy(name: str, scenarios: Sequence[str], into: Path, *, format: str = "python", authors: Sequence[str] = ()) -> Path:  # noqa: A002
    """Write the bundle `<into>/<name>` for scenarios (names, ids or folders) and return its folder; it passes every check.

    `python` is a small controller to edit; `network` one untrained perceptron per agent and scenario, which leaves every
    device alone. Raises InvalidInput with all faults, UnknownName, StorageError.
    """
    loaded = [load_scenario(one) for one in scenarios]
    page = _page(name, loaded, format, authors)
    folder = into / name
    if folder.exists():
        raise InvalidInput("gridbench new policy", [f"{folder}: stands there already; choose another name or --into"])
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=f".{name}.") as part:
        draft = Path(part) / name
        write_bytes(
            draft / PAGE, (json.dumps(page.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False) + "\n").encode()
        )
        write_bytes(draft / "README.md", readme(page).encode())
        if format == "python":
            write_bytes(draft / CODE, (Path(__file__).parent / "template" / CODE).read_bytes())
        else:
            for scenario in loaded:
                _network(draft / scenario.id, page, scenario)
        open_bundle(draft)
        draft.rename(folder)
    return folder


def _page(name: str, scenarios: Sequence[Scenario], format: str, authors: Sequence[str]) -> Page:  # noqa: A002
    ids = [one.id for one in scenarios]
    learned = format == "network"
    document: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "version": "1",
        "kind": "learned" if learned else "rule",
        "information": "local",
        "authors": list(authors) or ["Anonymous"],
        "description": "An untrained network." if learned else "Storages by the price, taps by the voltage.",
        "url": None,
        "license": "MIT",
        "policy": {"format": format, "entry": SCENARIO if learned else CODE},
        "scenarios": ids,
        "deterministic": True,
        "training": _training(ids) if learned else None,
    }
    return parse_page(json.dumps(document).encode(), "gridbench new policy")


def _training(ids: Sequence[str]) -> dict[str, Any]:
    return {
        "environment_steps": 0,
        "seconds": 0.0,
        "device": "none",
        "seeds": [SEED],
        "scenarios": [f"{one}:train" for one in ids],
    }


def _network(folder: Path, page: Page, scenario: Scenario) -> None:
    """Write a network of one module per agent that begins by leaving every device alone."""
    plan = layout(scenario)
    observer, codec = Observer(scenario, plan), ActionCodec(plan)
    rest = codec.encode(idle_asks(scenario)[None])
    generator = np.random.default_rng(SEED)
    modules, agents, arrays = {}, {}, {}
    for agent, size in codec.sizes.items():
        inputs = observer.sizes[agent]
        modules[agent] = {"sizes": [inputs, HIDDEN, size]}
        agents[agent] = {"module": agent, "fields": fields_digest(observer, agent)}
        arrays[f"{agent}.0.weight"] = generator.normal(0.0, inputs**-0.5, (HIDDEN, inputs)).astype(np.float32)
        arrays[f"{agent}.0.bias"] = np.zeros(HIDDEN, dtype=np.float32)
        arrays[f"{agent}.1.weight"] = np.zeros((size, HIDDEN), dtype=np.float32)
        arrays[f"{agent}.1.bias"] = rest[agent][0].astype(np.float32)
    named = {"name": page.name, "version": page.version, "information": page.information}
    write_network(folder, {**named, "modules": modules, "agents": agents}, arrays)
