"""Verifying a record: its actions are replayed in the plant and every number is computed again. No torch, no ray."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridbench.bench import intervals
from gridbench.bench.actions_file import read_actions
from gridbench.bench.files import read_text
from gridbench.bench.journal import Finished
from gridbench.bench.metrics import measure
from gridbench.bench.progress import progress
from gridbench.bench.record import Record, read_record
from gridbench.bench.rows import CONTROL, INTERVAL, TIMING, key, parse_rows
from gridbench.bench.score import BoundError
from gridbench.bench.scoring import anchor_costs, bound_part, scored_rows
from gridbench.bench.summary import summarise
from gridbench.bench.world import World
from gridbench.errors import GridbenchError, InvalidInput
from gridbench.plant.layout import layout
from gridbench.scenario.catalogue import load_scenario
from gridbench.text import hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from gridbench.bench.rows import Row
    from gridbench.scenario.scenario import Scenario

    Rows = Mapping[tuple[int, int], Row]
    Asks = Mapping[tuple[int, int], NDArray[np.float32]]

RELATIVE = 1e-6
"""How far a number may be from the recomputed one, relative to it."""
ABSOLUTE = 1e-8


def verify(path: Path | str, *, scenario: Path | str | None = None, quiet: bool = True) -> list[str]:
    """Return every fault of a record (its file or folder), none where it holds.

    `scenario` is the folder of a scenario that is not built in. Raises SolverError where an interval cannot be solved.
    """
    place = Path(path)
    try:
        record = read_record(place)
    except InvalidInput as error:
        return list(error.faults)
    return _Check(record, place if place.is_dir() else place.parent, scenario, quiet=quiet).faults()


def recorded_scenario(record: Record, scenario: Path | str | None = None) -> Scenario:
    """Return the scenario of a record: the built-in one that it names, or that in the folder `scenario`.

    A record may name no folder, for it would bring its own rules. Raises UnknownName, InvalidInput.
    """
    named = record.scenario.id
    if scenario is None and not re.fullmatch(r"\w+(-v\d+)?", named, flags=re.ASCII):
        fault = f"{ascii(named)[:80]} is no name of a scenario; give the folder of your own by --scenario"
        raise InvalidInput("scenario.id", [fault])
    return load_scenario(named if scenario is None else scenario)


class _Check:
    """One verification: the record, the folder it lies in, and the faults found so far."""

    def __init__(self, record: Record, folder: Path, scenario: Path | str | None, *, quiet: bool) -> None:
        self.record, self.folder, self.named, self.quiet = record, folder, scenario, quiet
        self.found: list[str] = []

    def faults(self) -> list[str]:
        self._shown()
        rows, scenario = self._rows(), self._scenario()
        if scenario is None:
            return self.found
        days = self._days(scenario)
        self._episodes(rows, days)
        asks, world = self._asks(scenario, days), self._world(scenario)
        if asks is not None and world is not None:
            self._replayed(world, days, asks, rows)
        return self.found

    def _shown(self) -> None:
        """Refuse texts that do not show as they read: they end in tables and pages."""
        for where, text in _texts(self.record.document(), ""):
            if odd := hidden(text):
                self.found.append(f"{where}: holds {', '.join(odd[:5])}; leave out control, direction and invisible characters")

    def _world(self, scenario: Scenario) -> World | None:
        try:
            return World(scenario, self.record.protocol.plant)
        except InvalidInput as error:
            self.found += [f"protocol.plant: {fault}" for fault in error.faults]
            return None

    def _asks(self, scenario: Scenario, days: tuple[int, ...]) -> dict[tuple[int, int], NDArray[np.float32]] | None:
        seeds = self.record.protocol.seeds
        try:
            asks = read_actions(self.folder, seeds, days, layout(scenario).asks, scenario.steps)
        except InvalidInput as error:
            self.found += [f"{self.record.actions}: {fault}" for fault in error.faults]
            return None
        return {(seed, day): asks[i, j] for i, seed in enumerate(seeds) for j, day in enumerate(days)}

    def _scenario(self) -> Scenario | None:
        part = self.record.scenario
        try:
            scenario = recorded_scenario(self.record, self.named)
            scenario.split(part.split)
        except GridbenchError as error:
            self.found.append(f"scenario: {error}")
            return None
        if scenario.id != part.id:
            self.found.append(f"scenario.id: {part.id!r} is not the full name; write {scenario.id!r}")
        if scenario.digest != part.digest:
            self.found.append(f"scenario.digest: {part.digest} is not that of the files here, {scenario.digest}")
        return scenario

    def _rows(self) -> dict[tuple[int, int], Row]:
        try:
            rows = parse_rows(read_text(self.folder / self.record.episodes), self.record.episodes)
        except InvalidInput as error:
            self.found += [f"{self.record.episodes}: {fault}" for fault in error.faults]
            return {}
        except OverflowError:
            self.found.append(f"{self.record.episodes}: holds a whole number beyond every float")
            return {}
        return {key(row): row for row in rows}

    def _days(self, scenario: Scenario) -> tuple[int, ...]:
        listed = scenario.split(self.record.scenario.split).days
        if self.record.protocol.days > len(listed):
            self.found.append(f"protocol.days: {self.record.protocol.days}, the split has {len(listed)}")
        return tuple(sorted(listed[: self.record.protocol.days]))

    def _episodes(self, rows: Rows, days: tuple[int, ...]) -> None:
        seeds = self.record.protocol.seeds
        if sorted(set(seeds)) != list(seeds):
            self.found.append(f"protocol.seeds: {list(seeds)} must be sorted, each once")
        wanted = {(seed, day) for seed in seeds for day in days}
        name = self.record.episodes
        self.found += [f"{name}: seed {s}, day {d}: row is missing" for s, d in sorted(wanted - rows.keys())]
        self.found += [f"{name}: seed {s}, day {d}: is no episode of the protocol" for s, d in sorted(rows.keys() - wanted)]
        failed = [(one.seed, one.day) for one in self.record.failures]
        odd = sorted({pair for pair in failed if pair not in wanted or failed.count(pair) > 1})
        self.found += [f"failures: seed {s}, day {d}: is no episode of the protocol, or stands twice" for s, d in odd]

    def _replayed(self, world: World, days: tuple[int, ...], asks: Asks, rows: Rows) -> None:
        split, name = self.record.scenario.split, self.record.episodes
        episodes = progress(sorted(asks), "replay", quiet=self.quiet)
        done = [self._measured(world, *pair, asks[pair], rows.get(pair, {})) for pair in episodes]
        for one in done:
            self._compare(f"{name}: seed {one.seed}, day {one.day}", rows.get((one.seed, one.day), {}), one.numbers)
        found = [intervals.interval(world.scenario, split, day) for day in days]
        try:
            again = scored_rows(done, {one.day: one for one in found}, anchor_costs(world, split, days), world.judge)
        except BoundError as error:
            self.found += [f"replayed cost below the bound: {episode}" for episode in error.episodes]
            return
        for row in again:
            intervals_of = {column: row[column] for column in INTERVAL}
            self._compare(f"{name}: seed {key(row)[0]}, day {key(row)[1]}", rows.get(key(row), {}), intervals_of)
        right = bound_part(found, world.judge)
        if self.record.bound.digest != right.digest or self.record.bound.formulation != right.formulation:
            self.found.append(f"bound: {self.record.bound.digest} is not that of the intervals here, {right.digest}")
        self._compare("bound", {"median_gap": self.record.bound.median_gap}, {"median_gap": right.median_gap})
        scores = _flat(summarise(again).model_dump())
        if rows.keys() != asks.keys():
            scores = {name: number for name, number in scores.items() if name not in TIMING}
        self._compare("scores", _flat(self.record.scores.model_dump()), scores)

    def _measured(self, world: World, seed: int, day: int, asks: NDArray[np.float32], row: Row) -> Finished:
        split = self.record.scenario.split
        run = world.replay(split, day, asks)
        lost = [world.scenario.steps - one.step for one in self.record.failures if (one.seed, one.day) == (seed, day)]
        told = {**{name: float(sum(lost)) for name in CONTROL}, **{name: row.get(name, 0.0) for name in TIMING}}
        return Finished(seed, day, run.asks, {**measure(world.scenario, world.scenario.window(split, day), run), **told})

    def _compare(self, where: str, stated: Row, right: Row) -> None:
        for name, number in right.items():
            if name in stated and not _close(stated[name], number):
                self.found.append(f"{where}, {name}: {stated[name]!r} should be {number!r}")


def _close(stated: float, right: float) -> bool:
    try:
        return math.isclose(stated, right, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    except OverflowError:  # a whole number beyond every float
        return False


def _texts(part: object, where: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a record and the place that it stands at."""
    if isinstance(part, str):
        yield where, part
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield from _texts(value, f"{where}.{name}".lstrip("."))


def _flat(scores: Mapping[str, Any], within: str = "") -> dict[str, float]:
    """Return nested numbers by their path."""
    flat: dict[str, float] = {}
    for name, value in scores.items():
        path = f"{within}{name}"
        if isinstance(value, tuple):
            flat |= {f"{path}[{i}]": part for i, part in enumerate(value)}
        elif isinstance(value, dict):
            flat |= _flat(value, f"{path}.")
        else:
            flat[path] = value
    return flat
