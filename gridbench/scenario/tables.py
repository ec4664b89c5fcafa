"""The tables of a scenario file that are no devices: their fields are the file's schema, units are in the names."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from annotated_types import MinLen

from gridbench.physics.quantities import Count, NonNegative, Positive, PositiveCount, Share

Name = Annotated[str, MinLen(1)]
Anchor: TypeAlias = Literal["idle", "rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The keys above the first table: identity, anchor of the score, tolerance of safety, scale of the reward.

    `anchor` is the policy whose cost scores 0, `violating_share_max` the share of steps with a violation that an
    admissible entry may have, and a reward of -1 stands for `reward_usd`.
    """

    name: Name
    version: PositiveCount
    title: Name
    anchor: Anchor
    violating_share_max: Share
    reward_usd: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTable:
    """[time]: an episode is `steps` steps of `step_h` hours, from midnight of a day of the series."""

    step_h: Positive
    steps: PositiveCount

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        span_h, a_day = self.step_h * self.steps, 24 / self.step_h
        faults = [] if span_h <= 24 + 1e-6 else [f"steps * step_h is {span_h:g} h; mend: an episode is a day, 24 h at most"]
        whole = abs(a_day - round(a_day)) < 1e-6
        return faults if whole else [*faults, f"step_h = {self.step_h:g} does not divide the day; mend: choose one that does"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackoutTable:
    """[blackout]: what a step without supply costs beside the value of all demand."""

    blackout_usd: NonNegative


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerTable:
    """The transformer that a feeder hangs from: impedance per unit on its own rating."""

    rating_mva: Positive
    r_pu: NonNegative
    x_pu: Positive
    ratio: Positive = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeederTable:
    """[[feeder]]: a network; the first is the root, the others hang `at` a bus of those before, behind a transformer.

    `network` names a built-in one, or with a slash a folder beside scenario.toml (`network/`, see gridbench.networks.folder).
    Buses and branches of the first keep their names, those of the others become `<name>.<bus>`. Constant-power load models
    turn all published demand into devices that follow their series; under "zip" a share stays a fixed shunt.
    """

    name: Name
    network: Name
    root: Name | None = None
    root_voltage_pu: Positive | None = None
    at: Name | None = None
    transformer: TransformerTable | None = None
    load_scale: NonNegative = 1.0
    capacitor_scale: NonNegative = 1.0
    rating_factor: Positive = 1.0
    neutral_regulators: bool = True
    load_model: Literal["constant_power", "zip"] = "constant_power"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingTable:
    """[[rating]]: another rating of one branch, in MVA at nominal voltage or as a factor on the feeder's own."""

    branch: Name
    rating_mva: Positive | None = None
    factor: Positive | None = None

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        one = (self.rating_mva is None) != (self.factor is None)
        return [] if one else ["states both or neither of rating_mva and factor; mend: state one of them"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadsTable:
    """[[loads]]: the nominal loads of one feeder, or of all where none is named, as devices `load.<bus>` that follow a series.

    `sheddable_share` applies to `sheddable_buses`, or to every load of the group where they are left out.
    """

    feeder: Name | None = None
    profile: Name
    lost_load_usd_per_mwh: Positive
    sheddable_share: Share = 0.0
    sheddable_buses: tuple[Name, ...] | None = None

    def faults(self) -> list[str]:
        """Return what is contradictory in the fields."""
        idle = self.sheddable_buses and self.sheddable_share == 0.0
        return ["sheddable_buses with sheddable_share = 0; mend: state a share above 0, or drop the buses"] if idle else []


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTable:
    """[[agent]]: the devices of one agent by name, and the buses whose voltages are its concern, by feeder or by name."""

    name: Name
    devices: tuple[Name, ...]
    feeders: tuple[Name, ...] = ()
    buses: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTable:
    """[[split]]: the series files of one split, in order, and the days used; all days where none are listed."""

    name: Name
    series: Annotated[tuple[Name, ...], MinLen(1)]
    days: Annotated[tuple[Count, ...], MinLen(1)] | None = None
