"""A bundle: a submitted policy as a folder or a zip, checked whole before any of it is used, and the policy it holds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gridbench.errors import InvalidInput
from gridbench.policies.bundle_contents import content_faults
from gridbench.policies.bundle_files import Files, bundle_digest, read_folder, write_files
from gridbench.policies.bundle_page import PAGE, Page, parse_page
from gridbench.policies.bundle_zip import pack, read_zip_file
from gridbench.policies.contained import Contained
from gridbench.policies.network import Network

if TYPE_CHECKING:
    from gridbench.policies.policy import Policy
    from gridbench.scenario.scenario import Scenario

ZIP = ".zip"


@dataclass(frozen=True, eq=False)
class Bundle:
    """The page and the files of a policy, both checked."""

    page: Page
    files: Files

    @cached_property
    def digest(self) -> str:
        """The sha256 over the files, which names the policy in a record."""
        return bundle_digest(self.files)

    @cached_property
    def packed(self) -> bytes:
        """The bundle as a zip: the same bytes for the same files."""
        return pack(self.files)


def is_bundle(path: Path) -> bool:
    """Return whether a path means a bundle: a zip, or a folder with a bundle.json."""
    return path.suffix.lower() == ZIP or (path / PAGE).is_file()


def open_bundle(path: Path) -> Bundle:
    """Return the bundle in a folder or a zip; nothing is written and none of it runs.

    Raises InvalidInput with every fault of its names and sizes, else of its page, else of its contents.
    """
    files = read_folder(path) if path.is_dir() else read_zip_file(path)
    if PAGE not in files:
        fault = f"has no {PAGE} at its top; `gridbench new policy` writes a bundle to begin with"
        raise InvalidInput(str(path), [fault])
    page = parse_page(files[PAGE], f"{path}: {PAGE}")
    faults = content_faults(page, files)
    if faults:
        raise InvalidInput(str(path), faults)
    return Bundle(page, files)


def bundle_policy(bundle: Bundle, scenario: Scenario) -> Policy:
    """Return the policy of a bundle for a scenario: a network in this process, any code contained in one of its own.

    Raises InvalidInput where the two do not fit, IsolationError where code would have to run and nothing here can lock it in.
    """
    page = bundle.page
    if scenario.id not in page.scenarios:
        fault = f"is for {', '.join(page.scenarios)}, not for {scenario.id}: add it to `scenarios` in {PAGE}, or run another"
        raise InvalidInput(f"bundle {page.name!r}", [fault])
    make = _network if page.policy.format == "network" else _contained
    with tempfile.TemporaryDirectory(prefix="gridbench-bundle-") as scratch:
        write_files(bundle.files, Path(scratch))
        return make(bundle, scenario, Path(scratch))


def _network(bundle: Bundle, scenario: Scenario, folder: Path) -> Policy:
    page = bundle.page
    made = Network(scenario, folder / page.entry(scenario.id))
    made.kind, made.deterministic, made.digest = page.kind, page.deterministic, bundle.digest
    made.authors, made.url, made.training = page.authors, page.url, training(page)
    return made


def _contained(bundle: Bundle, scenario: Scenario, folder: Path) -> Policy:
    page = bundle.page
    form: Literal["python", "onnx"] = "onnx" if page.policy.format == "onnx" else "python"
    made = Contained(
        scenario, folder, format=form, entry=page.entry(scenario.id), name=page.name, version=page.version,
        kind=page.kind, information=page.information, digest=bundle.digest, training=training(page), authors=page.authors,
        url=page.url,
    )  # fmt: skip
    made.deterministic = page.deterministic
    return made


def training(page: Page) -> dict[str, Any] | None:
    """Return how a policy was trained, as a record states it."""
    return None if page.training is None else page.training.model_dump()
