"""What a bundle holds, looked at before anything of it runs: text that shows as it reads, code that parses, weights that fit."""

from __future__ import annotations

import ast
import json
import unicodedata
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.policies.bundle_page import AGENT
from gridbench.policies.network_file import PAGE as NETWORK_PAGE
from gridbench.policies.network_file import WEIGHTS, parse_spec, parse_weights

if TYPE_CHECKING:
    from gridbench.policies.bundle_files import Files
    from gridbench.policies.bundle_page import Page

TEXT = frozenset({".json", ".py", ".md", ".txt", ".toml"})
MOST_TEXT_BYTES = 4 * 2**20
METHODS = ("__init__", "reset", "act")


def content_faults(page: Page, files: Files) -> list[str]:
    """Return what is wrong with the files of a bundle and with what its page says of them; none of it is run."""
    faults = [f"{path}: {fault}" for path in sorted(files) for fault in _file_faults(path, files[path])]
    entries = sorted({page.entry(scenario) for scenario in page.scenarios})
    check = {"network": _network_faults, "onnx": _onnx_faults, "python": _python_faults}[page.policy.format]
    return faults + [fault for entry in entries for fault in check(page, entry, files)]


def _file_faults(path: str, data: bytes) -> list[str]:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in TEXT:
        return []
    if len(data) > MOST_TEXT_BYTES:
        return [f"has {len(data)} bytes, text may have {MOST_TEXT_BYTES}; put numbers into .safetensors or .onnx"]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"is no UTF-8 text ({error.reason} at byte {error.start}); write it as UTF-8"]
    odd = sorted({f"U+{ord(one):04X}" for one in set(text) if unicodedata.category(one) in {"Cc", "Cf", "Cs"}} - LAYOUT)
    if odd:
        return [f"holds {', '.join(odd[:5])}: control, direction and invisible characters hide what a text says; remove them"]
    return _parse_faults(suffix, text)


LAYOUT = frozenset({"U+0009", "U+000A", "U+000D", "U+000C"})
"""Tab, newline, return and page break."""


def _parse_faults(suffix: str, text: str) -> list[str]:
    """Return why code or JSON cannot be read; code is parsed, never run."""
    try:
        if suffix == ".py":
            _tree(text)
        elif suffix == ".json":
            json.loads(text)
    except (SyntaxError, ValueError) as error:
        return [f"cannot be parsed: {ascii(str(error))[1:-1][:150]}; mend that"]
    except (RecursionError, MemoryError):
        return ["cannot be parsed: is nested too deeply; write it flatter"]
    return []


def _tree(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _missing(entry: str, files: Files) -> list[str]:
    near = ", ".join(sorted(files)[:8])
    return [f"policy.entry: there is no {entry!r} in the bundle, which holds {near}; name the right one, or add it"]


def _python_faults(page: Page, entry: str, files: Files) -> list[str]:  # noqa: ARG001 - one shape for all formats
    if not entry.endswith(".py"):
        return [f"policy.entry: {entry!r} must end in .py for the format python"]
    if entry not in files:
        return _missing(entry, files)
    try:
        tree = _tree(files[entry].decode("utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # told of the file already
    found = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "Policy"]
    if not found:
        return [f"{entry}: has no class Policy with __init__(self, task), reset(self, seed) and act(self, observations)"]
    methods = {one.name for one in found[-1].body if isinstance(one, ast.FunctionDef)}
    if found[-1].bases:
        return []  # what it inherits is seen when it runs
    return [f"{entry}: class Policy has no {name}(); see SUBMITTING.md" for name in METHODS if name not in methods]


def _onnx_faults(page: Page, entry: str, files: Files) -> list[str]:  # noqa: ARG001
    if not entry.endswith((".onnx", ".json")):
        return [f"policy.entry: {entry!r} must end in .onnx, or in .json for a page of models, for the format onnx"]
    if AGENT in entry or entry in files:
        return []  # which agents there are is known when the policy is made for its scenario
    return _missing(entry, files)


def _network_faults(page: Page, entry: str, files: Files) -> list[str]:
    """Return the faults of one network's page and weights, and where its page contradicts that of the bundle."""
    names = [f"{entry}/{name}" for name in (NETWORK_PAGE, WEIGHTS)]
    lost = [name for name in names if name not in files]
    if lost:
        return [fault for name in lost for fault in _missing(name, files)]
    try:
        spec = parse_spec(files[names[0]], names[0])
        parse_weights(files[names[1]], spec, names[1])
    except InvalidInput as error:
        return [f"{error.where}: {fault}" for fault in error.faults]
    stated = {"name": (spec.name, page.name), "version": (spec.version, page.version)}
    stated["information"] = (spec.information, page.information)
    return [
        f"{names[0]}, {what}: {ascii(own)[:60]}, the bundle's page says {said!r}; make them agree"
        for what, (own, said) in stated.items()
        if own != said
    ]
