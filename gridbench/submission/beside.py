"""The bundle beside a record: whether it is what the record says it is, and the policy in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridbench.bench.plan import named_policy, policy_part
from gridbench.bench.record import FILE as RECORD
from gridbench.bench.record import Training
from gridbench.errors import GridbenchError, InvalidInput, UnknownName
from gridbench.policies import POLICIES
from gridbench.policies.bundle import Bundle, bundle_policy, open_bundle, training
from gridbench.policies.shield import PREFIX
from gridbench.standings.entries import BUNDLE
from gridbench.standings.marks import FILE as MARKS

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.bench.record import Record
    from gridbench.policies import Policy
    from gridbench.scenario.scenario import Scenario

PLAIN = ("name", "version", "kind", "information", "authors", "url")
"""What a bundle's page and a record say alike."""

__all__ = ["BUNDLE", "beside_faults", "has_bundle", "recorded_policy", "unlike"]


def has_bundle(folder: Path) -> bool:
    """Return whether a record is that of a submission."""
    return (folder / BUNDLE).exists() or (folder / BUNDLE).is_symlink()


def beside_faults(record: Record, folder: Path) -> list[str]:
    """Return what is wrong with what lies beside the record of a submission: its files, and what the bundle says of itself."""
    if not has_bundle(folder):
        return []
    wanted = {RECORD, record.episodes, record.actions, BUNDLE, MARKS}
    faults = [f"{path.name!a}: is no file of a record; remove it" for path in sorted(folder.iterdir()) if path.name not in wanted]
    faults += [f"{path.name!a}: is a link; put the file itself there" for path in sorted(folder.iterdir()) if path.is_symlink()]
    try:
        bundle = _open(folder)
    except InvalidInput as error:
        return faults + [f"{BUNDLE}: {fault}" for fault in error.faults]
    return faults + [f"{BUNDLE}: {fault}" for fault in _page_faults(record, bundle)]


def _open(folder: Path) -> Bundle:
    path = folder / BUNDLE
    if path.is_symlink():
        raise InvalidInput(str(path), ["is a link; put the file itself there"])
    bundle = open_bundle(path)
    if bundle.packed != path.read_bytes():
        raise InvalidInput(str(path), ["holds more than its files, or is packed in another way: `gridbench submit` packs it"])
    return bundle


def _page_faults(record: Record, bundle: Bundle) -> list[str]:
    own: dict[str, Any] = {name: getattr(bundle.page, name) for name in PLAIN if hasattr(record.policy, name)}
    trained = training(bundle.page)
    own |= {"digest": bundle.digest, "training": Training.model_validate(trained).model_dump() if trained else None}
    stated = record.policy.model_dump()
    faults = [
        f"policy.{name}: the record says {stated[name]!a}, the bundle {one!a}" for name, one in own.items() if stated[name] != one
    ]
    if record.scenario.id not in bundle.page.scenarios:
        faults.append(f"scenarios: the bundle is for {', '.join(bundle.page.scenarios)}, not for {record.scenario.id}")
    return faults


def recorded_policy(record: Record, folder: Path, scenario: Scenario) -> Policy:
    """Return the policy that a record is of: that of the bundle beside it, else the built-in one of its name.

    Raises InvalidInput where there is neither.
    """
    if has_bundle(folder):
        return bundle_policy(_open(folder), scenario)
    try:
        if record.policy.name.removeprefix(PREFIX) not in POLICIES:
            raise UnknownName("built-in policy", record.policy.name, POLICIES)
        return named_policy(record.policy.name, scenario)
    except GridbenchError as error:
        fault = f"no {BUNDLE} lies beside the record, and the policy cannot be run by its name: {error}"
        raise InvalidInput(str(folder), [fault]) from None


def unlike(record: Record, policy: Policy) -> list[str]:
    """Return in what a policy is not the one that a record states: its digest above all."""
    own, stated = policy_part(policy).model_dump(), record.policy.model_dump()
    return [
        f"policy.{name}: the record says {stated[name]!a}, the policy here {own[name]!a}"
        for name in own
        if own[name] != stated[name]
    ]
