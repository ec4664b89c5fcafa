"""The page of a bundle, bundle.json: what a submitted policy is called, what it knows, and where it stands in the bundle."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from gridbench.errors import InvalidInput
from gridbench.policies.bundle_path import path_faults, reserved
from gridbench.text import hidden

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = "bundle.json"
MOST_BYTES = 64 * 2**10
SCENARIO, AGENT = "{scenario}", "{agent}"
"""What stands in an entry for the id of the scenario, where each has files of its own, and for an agent of ONNX models."""
MARKS_IN_A_ROW = 2


def _plain(text: str) -> str:
    """Return text that shows as it reads: composed, printable, no control or direction characters, no towers of marks."""
    if text != unicodedata.normalize("NFC", text):
        raise ValueError("is not in composed form (Unicode NFC); write it composed")
    odd = hidden(text)
    if odd:
        raise ValueError(f"holds {', '.join(odd[:5])}: leave out control, direction and invisible characters")
    if text != text.strip():
        raise ValueError("begins or ends with a space; remove it")
    row = 0
    for one in text:
        row = row + 1 if unicodedata.combining(one) else 0
        if row > MARKS_IN_A_ROW:
            raise ValueError(f"heaps more than {MARKS_IN_A_ROW} marks on a letter; leave them out")
    return text


def _matching(pattern: str, mend: str) -> Callable[[str], str]:
    """Return a validator of text by a pattern, which says how to mend what does not fit."""

    def validate(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{ascii(text)[:60]} is refused: {mend}")
        return text

    return validate


def _own_name(name: str) -> str:
    from gridbench.policies.table import POLICIES  # noqa: PLC0415 - the table reads pages

    if name in POLICIES or reserved(name):
        raise ValueError(f"{name!r} is taken by a policy of gridbench or by a system; choose another")
    return name


def _entry(path: str) -> str:
    faults = path_faults(path.replace(SCENARIO, "scenario").replace(AGENT, "agent"))
    if faults:
        raise ValueError(faults[0])
    return path


def _once(scenarios: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(scenarios)) < len(scenarios):
        raise ValueError("names a scenario twice; name each once")
    return scenarios


def _text(most: int) -> Any:  # noqa: ANN401 - a type made at run time
    return Annotated[str, Field(min_length=1, max_length=most), AfterValidator(_plain)]


Name = Annotated[
    str, AfterValidator(_matching("[a-z0-9][a-z0-9_-]{0,39}", "write 1 to 40 of a-z 0-9 _ -")), AfterValidator(_own_name)
]
Version = Annotated[str, AfterValidator(_matching("[0-9A-Za-z][0-9A-Za-z._-]{0,19}", "write 1 to 20 of 0-9 A-Z a-z . _ -"))]
ScenarioId = Annotated[
    str, AfterValidator(_matching("[a-z0-9][a-z0-9_]{0,59}-v[1-9][0-9]{0,3}", "write an id with its version, as ieee13-v1"))
]
Url = Annotated[
    str,
    Field(max_length=300),
    AfterValidator(
        _matching(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#][A-Za-z0-9._~:/?#@!$&()*+,;=%-]*)?", "write https://..")
    ),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Code(_Strict):
    """In which form the policy comes, and where it stands in the bundle.

    `entry` is a folder for a network and a file for Python; for ONNX a model for all agents, `{agent}.onnx` for one each, or a
    page that tells which is whose (`policies.onnx_page`). `{scenario}` in it stands for the id of the scenario.
    """

    format: Literal["network", "onnx", "python"]
    entry: Annotated[str, AfterValidator(_entry)]


class Training(_Strict):
    """What a learned policy was trained on, and how long (seconds)."""

    environment_steps: Annotated[int, Field(ge=0, le=10**15)]
    seconds: Annotated[float, Field(ge=0.0, le=1e10)]
    device: _text(80)  # type: ignore[valid-type]
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**63)], ...], Field(max_length=100)]
    scenarios: Annotated[tuple[_text(80), ...], Field(max_length=50)]  # type: ignore[valid-type]


class Page(_Strict):
    """Everything that a bundle states of its policy; `deterministic` is false where the seed makes a difference."""

    model_config = ConfigDict(populate_by_name=True)

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    version: Version
    kind: Literal["learned", "rule", "mpc"]
    information: Literal["local", "shared", "full", "forecast"]
    authors: Annotated[tuple[_text(80), ...], Field(min_length=1, max_length=50)]  # type: ignore[valid-type]
    description: _text(500)  # type: ignore[valid-type]
    url: Url | None = None
    license: _text(60)  # type: ignore[valid-type]
    policy: Code
    scenarios: Annotated[tuple[ScenarioId, ...], Field(min_length=1, max_length=50), AfterValidator(_once)]
    deterministic: bool = True
    training: Training | None = None

    def entry(self, scenario: str) -> str:
        """Return the path of the policy of a scenario inside the bundle."""
        return self.policy.entry.replace(SCENARIO, scenario)


def parse_page(data: bytes, where: str) -> Page:
    """Return the page in the bytes of a bundle.json; raises InvalidInput at `where` with every fault."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(where, [f"has {len(data)} bytes, may have {MOST_BYTES}: it is a page, data go beside it"])
    try:
        page = Page.model_validate_json(data)
        json.loads(data, object_pairs_hook=_no_key_twice)
    except ValidationError as error:
        faults = [_fault(one["loc"], one["msg"], one["type"]) for one in error.errors(include_input=False, include_url=False)]
        raise InvalidInput(where, faults) from None
    except ValueError as error:
        raise InvalidInput(where, [str(error)]) from None
    if page.kind == "learned" and page.training is None:
        raise InvalidInput(where, ["training: a learned policy states its training: steps, seconds, device, seeds, scenarios"])
    return page


def read_page(folder: Path) -> Page:
    """Return the page of the bundle in a folder; raises InvalidInput with every fault."""
    path = folder / PAGE
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        fault = f"cannot be read: {error.strerror or error}; `gridbench new policy` writes a bundle to begin with"
        raise InvalidInput(str(path), [fault]) from None
    return parse_page(data, str(path))


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({ascii(key)[:60] for key in keys if keys.count(key) > 1})
        raise ValueError(f"states {', '.join(twice)} twice; state each key once")
    return found


def _fault(place: tuple[int | str, ...], message: str, kind: str) -> str:
    where = ".".join(part if isinstance(part, str) and re.fullmatch(r"\w{1,60}", part) else ascii(part)[:62] for part in place)
    if kind == "extra_forbidden":
        return f"{where}: unknown key, remove it"
    return f"{where or 'the page'}: {message.removeprefix('Value error, ')}"
