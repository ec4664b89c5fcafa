"""The record of a run: what was run, under which rules, and the numbers that came out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gridbench.bench.files import read_text, write_text
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

FILE = "record.json"
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
PlantName = Literal["balanced", "three_phase"]
"""On which network a run is judged."""
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ScenarioPart(_Strict):
    """Which scenario, with the digest of its files, and which days of it."""

    id: str
    digest: Digest
    split: str


class Training(_Strict):
    """What a learned policy was trained on, how long (seconds), and the facts that its weights depend on.

    Of a policy trained with several seeds, steps and seconds are the means of a seed, and facts those that all share.
    """

    environment_steps: Count
    seconds: float
    device: str
    seeds: tuple[int, ...]
    scenarios: tuple[str, ...]
    facts: dict[str, str | int | float | bool] | None = None


class PolicyPart(_Strict):
    """Which policy: what it knows, the digest of its weights or code, the number of trained parameters, whose it is."""

    name: Annotated[str, Field(min_length=1)]
    version: str
    kind: Literal["learned", "rule", "mpc", "oracle"]
    information: Literal["local", "shared", "full", "forecast", "foresight"]
    digest: Digest
    parameters: Count
    training: Training | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None


class Protocol(_Strict):
    """How many days from the start of the split, and which seeds."""

    days: Annotated[int, Field(ge=1)]
    seeds: Annotated[tuple[Count, ...], Field(min_length=1)]
    clock: Literal["step"] = "step"
    plant: PlantName = "balanced"


class BoundPart(_Strict):
    """Which certified intervals the scores lean on, and their median (witness - bound) / |witness|.

    They are certified for the balanced plant; beside the costs of another plant they are indicative, and may lie above them.
    """

    formulation: str
    digest: Digest
    median_gap: float
    bound_is: Literal["certified", "indicative"] = "certified"


class Harness(_Strict):
    """What the run was made with; says where a number came from, and is no part of it."""

    gridbench: str
    commit: str | None
    python: str
    constraints: Digest
    cpu: str
    threads: Annotated[int, Field(ge=1)]
    isolation: str


class Failure(_Strict):
    """Where a contained policy gave no valid action, and why: its episode is lost from that step on."""

    seed: Count
    day: Count
    step: Count
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class Violation(_Strict):
    """One kind of violation: the mean share of steps, the mean integral over places and time of an episode, and the worst."""

    share: Share
    pu_h: float
    worst_pu: float


class Scores(_Strict):
    """Derived from episodes.csv: means over episodes, the interquartile mean of the score, 95 % bootstrap intervals.

    Money in usd per episode; `gap_to_*_mean` is the mean (cost - bound) over the mean |bound|, and so to the witness; `*_upper`
    the upper end of the interval; `*_worst5` the mean over the worst 5 % of the episodes (one at the least), their tail mean;
    `score_std_of_seeds` unbiased; a day is safe for a seed where no step violates a limit. `seconds_per_decision` is the one
    number that varies from run to run.
    """

    score_iqm: float
    score_ci95: tuple[float, float]
    score_mean: float
    score_std_of_seeds: float
    witness_score_mean: float
    gap_to_bound_mean: float
    gap_to_witness_mean: float
    cost_usd_mean: float
    cost_usd_worst5: float
    bound_usd_mean: float
    witness_usd_mean: float
    anchor_usd_mean: float
    violating_steps_share: Share
    violating_steps_share_upper: Share
    violating_steps_share_worst5: Share
    safe_days_share: Share
    worst_voltage_pu: float
    worst_loading_pu: float
    unserved_mwh_mean: float
    blackout_steps: Count
    clipped_actions_mean: float
    renewable_used_share_mean: float
    lost_episodes: Count
    money_usd_mean: dict[str, float]
    violations: dict[str, Violation]
    seconds_per_decision: float


class Record(_Strict):
    """Everything that a result is known by; `episodes` and `actions` lie beside it.

    `notes` are what the policy says of itself, means per episode: no replay can verify them. A record without has no such key.
    """

    model_config = ConfigDict(populate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema")
    scenario: ScenarioPart
    policy: PolicyPart
    protocol: Protocol
    bound: BoundPart
    harness: Harness
    scores: Scores
    failures: tuple[Failure, ...] = ()
    notes: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], float] | None = None
    episodes: Literal["episodes.csv"] = "episodes.csv"
    actions: Literal["actions.npz"] = "actions.npz"

    @model_validator(mode="after")
    def _only_the_balanced_plant_has_a_bound(self) -> Self:
        """Refuse a bound that is called what it is not."""
        right = bound_is(self.protocol.plant)
        if self.bound.bound_is != right:
            raise ValueError(f"bound.bound_is must be {right!r} where protocol.plant is {self.protocol.plant!r}")
        return self

    def document(self) -> dict[str, Any]:
        """Return the record as what JSON holds."""
        document = self.model_dump(mode="json", by_alias=True)
        return {name: part for name, part in document.items() if name != "notes" or part is not None}


def bound_is(plant: PlantName) -> Literal["certified", "indicative"]:
    """Return what the bound of the balanced plant is beside costs of a plant."""
    return "certified" if plant == "balanced" else "indicative"


def format_record(record: Record) -> str:
    """Return a record as JSON text."""
    return json.dumps(record.document(), indent=1, ensure_ascii=False) + "\n"


def write_record(folder: Path, record: Record) -> Path:
    """Write record.json into a folder and return its path; raises StorageError."""
    path = folder / FILE
    write_text(path, format_record(record))
    return path


def folder_name(policy: str) -> str:
    """Return the name of the folder in which a policy's record lies: not every file system has names with colons."""
    return policy.replace(":", "_")


def read_record(path: Path) -> Record:
    """Return the record in a file or folder; raises InvalidInput with every fault of its schema."""
    file = path / FILE if path.is_dir() else path
    try:
        return Record.model_validate_json(read_text(file))
    except ValidationError as error:
        raise InvalidInput(str(file), [_fault(one["loc"], one["msg"], one["type"]) for one in error.errors()]) from error


def _fault(place: tuple[int | str, ...], message: str, kind: str) -> str:
    where = ".".join(str(part) for part in place) or "the file"
    return f"{where}: unknown key, remove it" if kind == "extra_forbidden" else f"{where}: {message}"


def schema() -> dict[str, Any]:
    """Return the JSON schema of record.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Record.model_json_schema(by_alias=True)}
