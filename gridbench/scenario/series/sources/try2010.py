"""TRY 2010: hours of the German weather service's test reference years, means of 1988 to 2007 in fifteen regions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from gridbench.scenario.series.columns import Floats

REGIONS = range(1, 16)
HOURS = 8760
FIELDS = 19
PLACE = re.compile(r"Lage:\s*(\d+)\D{1,3}(\d+)\D{1,3}N\D*?(\d+)\D{1,3}(\d+)\D{1,3}O")
"""Latitude and longitude, degrees and minutes each."""


@dataclass(frozen=True)
class ReferenceYear:
    """Place, and hours from midnight of UTC+1, each (8760,): air temperature, wind at 10 m, direct and diffuse irradiance."""

    station: str
    latitude_deg: float
    longitude_deg: float
    temperature_c: Floats
    wind_m_s: Floats
    direct_w_m2: Floats
    diffuse_w_m2: Floats


def region_file(region: int) -> str:
    """The path of a region's file in demandlib. Raises InvalidInput for a region that is not there."""
    if region not in REGIONS:
        raise InvalidInput("test reference year", [f"there is no region {region}; choose 1 to 15"])
    return f"demandlib/vdi/resources_weather/TRY2010_{region:02d}_Jahr.dat"


def read_reference_year(text: str, where: str) -> ReferenceYear:
    """Return the year of a file in DWD's form of 2010. Raises InvalidInput with what is wrong with it."""
    head, _, body = text.partition("***")
    place, station = PLACE.search(head), re.search(r"Station:\s*(\S+)", head)
    rows = [line.split() for line in body.splitlines() if line.strip()]
    faults = [] if place and station else ["its head names no station and place"]
    if len(rows) != HOURS or any(len(row) != FIELDS for row in rows):
        faults.append(f"has not {HOURS} rows of {FIELDS} numbers")
    if faults or not place or not station:
        raise InvalidInput(where, [f"{fault}; install demandlib 0.2 again" for fault in faults])
    try:
        table = np.array(rows, dtype=np.float64)
    except ValueError as error:
        raise InvalidInput(where, [f"holds text where numbers belong ({error}); install demandlib 0.2 again"]) from error
    if (table[:, 4] != np.tile(np.arange(1, 25), HOURS // 24)).any():
        raise InvalidInput(where, ["its hours do not run from 1 to 24; install demandlib 0.2 again"])
    latitude, longitude = (float(place[i]) + float(place[i + 1]) / 60.0 for i in (1, 3))
    return ReferenceYear(station[1], latitude, longitude, table[:, 8], table[:, 7], table[:, 13], table[:, 14])
