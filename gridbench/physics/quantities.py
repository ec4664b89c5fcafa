"""The ranges of the fields of a scenario file, by unit."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Gt, Le

Positive = Annotated[float, Gt(0)]
NonNegative = Annotated[float, Ge(0)]
Share = Annotated[float, Ge(0), Le(1)]
PositiveShare = Annotated[float, Gt(0), Le(1)]
Count = Annotated[int, Ge(0)]
PositiveCount = Annotated[int, Ge(1)]
