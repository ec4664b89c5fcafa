"""Wheels of the same form as those of the packages, with small invented numbers in them."""

import zipfile
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from gridbench.scenario.series.sources import bdew, nlprices, simbench, try2010

BERLIN = ZoneInfo("Europe/Berlin")
PRICE_HEADER = "Country,Datetime (UTC),Datetime (Local),Price (EUR/MWhe)"
PARTING = "Netherlands,,,0.0"


def wheel(path, package, version, files):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{package}-{version}.dist-info/METADATA", f"Name: {package}\n")
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def profiles(names, seed, days=366):
    """A file of SimBench's form: quarter hours of 2016 in legal time."""
    start = datetime(2015, 12, 31, 23, tzinfo=UTC)
    stamps = [(start + timedelta(minutes=15 * step)).astimezone(BERLIN).strftime("%d.%m.%Y %H:%M") for step in range(96 * days)]
    values = np.random.default_rng(seed).uniform(0.05, 1.0, (len(stamps), len(names))).round(3)
    return "\n".join(
        [";".join(["time", *names]), *(";".join([at, *map(str, row)]) for at, row in zip(stamps, values, strict=True)), ""]
    )


def simbench_wheel(path, days=366):
    loads = [f"{name}_pload" for ours, name in simbench.COLUMNS.items() if ours.startswith("load_")]
    plants = [name for ours, name in simbench.COLUMNS.items() if not ours.startswith("load_")]
    files = {simbench.LOADS: profiles(loads, 1, days), simbench.RENEWABLES: profiles(plants, 2, days)}
    return wheel(path, "simbench", "1.6.0", files)


def price_line(at, price, form):
    return f"Netherlands,{at.strftime(form)},{at.astimezone(BERLIN).strftime(form)},{price}"


def price_lines(start, hours, form):
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return [price_line(first + timedelta(hours=hour), f"{(hour * 7) % 50 + 0.5}", form) for hour in range(hours)]


def prices_wheel(path, lines):
    return wheel(path, "ev2gym", "2.0.0", {nlprices.FILE: "\r\n".join([PRICE_HEADER, *lines, ""])})


def slp(names=("h0", "g1", "g3", "l0")):
    lines = [",period,weekday," + ",".join(names)]
    for at, period in enumerate(("summer", "winter", "transition")):
        for day in range(1, 8):
            for quarter in range(96):
                stamp = f"2007-01-{7 * at + day:02d} {quarter // 4:02d}:{quarter % 4 * 15:02d}:00"
                lines.append(f"{stamp},{period},{day}," + ",".join([f"{100 * at + 10 * day + quarter / 96:.4f}"] * len(names)))
    return "\n".join([*lines, ""])


def reference_year(wind_m_s=6.0, direct=0):
    """A file of DWD's form: constant wind and, from 11 to 13 h, irradiance."""
    head = [
        "TRY04   Invented",
        "Station: Nowhere   WMO-Nummer: 00000",
        "Lage: 52°24'N <- B.  13°06'O <- L.    81 Meter über NN",
        "***",
    ]
    rows = []
    for hour in range(8760):
        day = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        beam, sky = (direct, 100) if 11 <= hour % 24 <= 12 else (0, 0)
        rows.append(f" 4 1 {day.month} {day.day} {hour % 24 + 1} 3 280 {wind_m_s} 10.0 1013.0 3.4 90 0 {beam} {sky} 9 237 -312 9")
    return "\n".join([*head, *rows, ""])


def demandlib_wheel(path, **weather):
    files = {bdew.FILE: slp(), try2010.region_file(4): reference_year(**weather)}
    return wheel(path, "demandlib", "0.2.2", files)
