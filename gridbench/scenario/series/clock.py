"""Clock: the steps of a series in local standard time, a fixed offset from UTC without daylight saving."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from datetime import date

    from gridbench.scenario.series.columns import Floats


@dataclass(frozen=True)
class Clock:
    """Steps of `step_h` (h) over `days` days from midnight of `first_day`; every array has shape (n,)."""

    first_day: date
    days: int
    step_h: float

    @property
    def n(self) -> int:
        """Number of steps."""
        return round(self.days * 24 / self.step_h)

    @cached_property
    def hour(self) -> Floats:
        """Hour of the day at the beginning of each step, in [0, 24)."""
        return np.asarray(np.arange(self.n) * self.step_h % 24.0, dtype=np.float64)

    @cached_property
    def mid_hour(self) -> Floats:
        """Hour of the day in the middle of each step."""
        return self.hour + self.step_h / 2.0

    @cached_property
    def day(self) -> npt.NDArray[np.int64]:
        """Days since the first one."""
        return (np.arange(self.n) * self.step_h // 24.0).astype(np.int64)

    @cached_property
    def day_of_year(self) -> npt.NDArray[np.int64]:
        """Day of a 365-day year, 0 on 1 January."""
        return (self.first_day.timetuple().tm_yday - 1 + self.day) % 365

    @cached_property
    def weekend(self) -> npt.NDArray[np.bool_]:
        """Whether the step lies on a Saturday or Sunday."""
        return (self.first_day.weekday() + self.day) % 7 >= 5

    @cached_property
    def season(self) -> Floats:
        """Cosine of the year: +1 in the middle of July, -1 in the middle of January (northern hemisphere)."""
        return np.cos(2.0 * np.pi * (self.day_of_year + self.hour / 24.0 - 200.0) / 365.0)

    def cycle(self, peak_hour: float) -> Floats:
        """Cosine of the day: +1 at `peak_hour` (h), -1 twelve hours later."""
        return np.cos(2.0 * np.pi * (self.hour - peak_hour) / 24.0)

    def mean_over(self, values: Floats, step_h: float) -> Floats:
        """Means of `values` (n,) over longer steps of `step_h` (h); shape (n * self.step_h / step_h,)."""
        return np.asarray(values.reshape(-1, round(step_h / self.step_h)).mean(axis=1), dtype=np.float64)
