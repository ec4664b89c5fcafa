"""The calendar of a scenario: which generated years and which of their days train, validate, test and stress a policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from gridbench.scenario.series.columns import FORECAST
from gridbench.scenario.series.frozen import save
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.outage import with_outages
from gridbench.scenario.series.presets import shifted
from gridbench.scenario.series.season import season_days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gridbench.scenario.series.presets import Preset
    from gridbench.scenario.series.series import Series

YEAR = 365
CONTINGENCY, SHIFTED = "n_minus_1", "shifted"


class SplitDays(NamedTuple):
    """One split: its name, the years that it is cut from, and its days, None for all of them."""

    name: str
    years: tuple[str, ...]
    days: tuple[int, ...] | None


@dataclass(frozen=True)
class Calendar:
    """Years of one preset, an own seed each, so that no two splits share weather; days are spread over all seasons and weekdays.

    `train_years` whole years train; every `validation_every`-th day of another year validates, every `test_every`-th of one
    more tests. From a further year come `stress_days` days each of the summer peak, the winter peak and the spring valley, and
    as many with a unit out (N-1); the last year is the preset's shifted sibling, out of distribution.
    """

    preset: Preset
    step_h: float = 1.0
    seed: int = 100
    train_years: int = 3
    validation_every: int = 23
    test_every: int = 11
    stress_days: int = 8

    def seeds(self) -> dict[str, int]:
        """Return the seed of each year."""
        train = {f"train_{k}": self.seed + 1 + k for k in range(self.train_years)}
        others = ("validation", "test", "shifted", "stress")
        return {**train, **{year: self.seed + 1 + 100 * (k + 1) for k, year in enumerate(others)}}

    def splits(self, units: Sequence[str] = ()) -> list[SplitDays]:
        """Return the splits; one with a unit out only where `units` can be."""
        years = tuple(f"train_{k}" for k in range(self.train_years))
        spread = range(17, YEAR, YEAR // self.stress_days)
        return [
            SplitDays("train", years, None),
            SplitDays("validation", ("validation",), tuple(range(10, YEAR, self.validation_every))),
            SplitDays("test", ("test",), tuple(range(12, YEAR - 1, self.test_every))),
            *self._stressed(any_unit=bool(units)),
            SplitDays(SHIFTED, ("shifted",), tuple(spread)[: self.stress_days]),
        ]

    def _stressed(self, *, any_unit: bool) -> list[SplitDays]:
        """Return the splits of the year that stresses: seasons, and other days spread over the year for the outages."""
        seasons = season_days(self._year("stress"), self.stress_days)
        taken = {day for days in seasons.values() for day in days}
        found = [SplitDays(name, ("stress",), days) for name, days in seasons.items()]
        if any_unit:
            free = [day for day in range(YEAR) if day not in taken]
            found.append(SplitDays(CONTINGENCY, ("stress",), tuple(free[5 :: len(free) // self.stress_days][: self.stress_days])))
        return found

    def _year(self, year: str) -> Series:
        preset = shifted(self.preset) if year == "shifted" else self.preset
        return replace(generate(preset, self.seeds()[year], step_h=self.step_h), name=year)

    def write(
        self,
        folder: Path,
        columns: Sequence[str] | None = None,
        units: Sequence[str] = (),
        progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        """Write `<folder>/<year>.npz` for each year.

        `columns` are those to keep beside the forecasts of them, all by default; `units` can be out. `progress` is called
        after each file with the year, the number of files written, and how many there will be.
        """
        folder.mkdir(parents=True, exist_ok=True)
        out = [day for split in self.splits(units) if split.name == CONTINGENCY for day in split.days or ()]
        for done, year in enumerate(self.seeds(), start=1):
            series = with_outages(_kept(self._year(year), columns), units, out if year == "stress" else ())
            save(series, folder / f"{year}.npz")
            if progress is not None:
                progress(year, done, len(self.seeds()))


def _kept(series: Series, columns: Sequence[str] | None) -> Series:
    """Return the series with the columns wanted and their forecasts alone."""
    if columns is None:
        return series
    wanted = {*columns, *(f"{FORECAST}{name}" for name in columns)}
    return replace(series, columns={name: values for name, values in series.columns.items() if name in wanted})


def split_tables(splits: Sequence[SplitDays], folder: str = "series") -> str:
    """Return the tables [[split]] of a scenario file."""
    found = []
    for split in splits:
        paths = ", ".join(f'"{folder}/{year}.npz"' for year in split.years)
        lines = ["[[split]]", f'name = "{split.name}"', f"series = [{paths}]"]
        if split.days is not None:
            lines.append(f"days = [{', '.join(map(str, split.days))}]")
        found.append("\n".join(lines))
    return "\n\n".join(found) + "\n"
