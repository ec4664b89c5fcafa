"""Frozen series: integers in an npz file that is the same bytes for the same content, and is checked when read."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gridbench.archive import write_member
from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.series.columns import Ints, dequantise, kind_of, quantise
from gridbench.scenario.series.series import Series

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = "gridbench-series-1"
META = "meta"
MEND = "restore the file, or make it again (freeze_years, or `gridbench data`)"
UNREADABLE = (OSError, ValueError, EOFError, KeyError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
FIELDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "preset": str,
    "seed": int,
    "step_h": (int, float),
    "start": str,
    "utc_offset_h": (int, float),
}


def freeze(series: Series) -> dict[str, Ints]:
    """The columns as the integers that are stored, each int32 of shape (n,)."""
    return {name: quantise(name, values) for name, values in series.columns.items()}


def describe(series: Series) -> dict[str, object]:
    """What is stored beside the columns: format, name, preset, seed, time base, and unit and scale of each column."""
    columns = {name: {"unit": kind_of(name).unit, "scale": kind_of(name).scale} for name in series.columns}
    own = {field: getattr(series, field) for field in FIELDS}
    return {"format": FORMAT, "steps": series.n, **own, "columns": columns}


def content_digest(series: Series) -> str:
    """SHA-256 (hex) of canonical JSON of `describe`, then of each column in order of name: name, NUL, little-endian int32."""
    return _digest(describe(series), freeze(series))


def save(series: Series, path: Path) -> str:
    """Write the series to `path` and return its content digest; the same content gives the same bytes."""
    meta, stored = describe(series), freeze(series)
    digest = _digest(meta, stored)
    text = json.dumps(meta | {"sha256": digest}, sort_keys=True)
    members: dict[str, npt.NDArray[np.generic]] = {META: np.frombuffer(text.encode(), dtype=np.uint8)}
    members |= {name: stored[name].astype("<i4") for name in sorted(stored)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, values in members.items():
            write_member(archive, name, values)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())
    return digest


def load(path: Path) -> Series:
    """Read a series that `save` wrote, and refuse it with all its faults if anything is missing, damaged or changed."""
    members, faults = _read_members(path)
    meta = _read_meta(members.pop(META, None), faults)
    faults += _member_faults(members, meta)
    if faults:
        raise InvalidInput(str(path), faults)
    stored = {name: values.astype(np.int32) for name, values in members.items()}
    digest = _digest({key: value for key, value in meta.items() if key != "sha256"}, stored)
    if digest != meta["sha256"]:
        faults.append(f"content has SHA-256 {digest}, {META!r} says {meta['sha256']}; {MEND}")
    fields: dict[str, Any] = {field: meta[field] for field in FIELDS}
    try:
        series = Series(**fields, columns={name: dequantise(name, values) for name, values in stored.items()})
    except InvalidInput as error:
        faults += [f"{fault} ({MEND})" for fault in error.faults]
        raise InvalidInput(str(path), faults) from error
    expected = describe(series) | {"sha256": meta["sha256"]}
    odd = sorted(key for key in expected.keys() | meta.keys() if expected.get(key) != meta.get(key))
    if odd:
        faults.append(f"{META!r}: {', '.join(odd)} not as this version writes it; {MEND}")
    if faults:
        raise InvalidInput(str(path), faults)
    return series


def _digest(meta: Mapping[str, object], stored: Mapping[str, Ints]) -> str:
    digest = hashlib.sha256(json.dumps(meta, sort_keys=True, separators=(",", ":")).encode())
    for name in sorted(stored):
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(stored[name], dtype="<i4").tobytes())
    return digest.hexdigest()


def _read_members(path: Path) -> tuple[dict[str, npt.NDArray[np.generic]], list[str]]:
    members: dict[str, npt.NDArray[np.generic]] = {}
    faults: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                name = entry.removesuffix(".npy")
                try:
                    members[name] = np.lib.format.read_array(io.BytesIO(archive.read(entry)), allow_pickle=False)
                except UNREADABLE as error:
                    faults.append(f"column {name!r}: damaged ({error}); {MEND}")
    except FileNotFoundError as error:
        raise InvalidInput(str(path), ["no such file; check the path, or write it (freeze_years, `gridbench data`)"]) from error
    except UNREADABLE as error:
        raise InvalidInput(str(path), [f"no complete npz file ({error}); {MEND}"]) from error
    return members, faults


def _read_meta(raw: npt.NDArray[np.generic] | None, faults: list[str]) -> dict[str, object]:
    try:
        meta = json.loads(raw.astype(np.uint8, casting="equiv").tobytes()) if raw is not None else None
    except (ValueError, TypeError, RecursionError):
        meta = None
    if not isinstance(meta, dict):
        faults.append(f"{META!r}: no JSON object in it; {MEND}")
        return {}
    known: dict[str, type | tuple[type, ...]] = FIELDS | {"format": str, "steps": int, "columns": dict, "sha256": str}
    faults += [
        f"{META!r}: {key} is missing or of the wrong type; {MEND}"
        for key, kind in known.items()
        if not isinstance(meta.get(key), kind)
    ]
    if isinstance(meta.get("format"), str) and meta["format"] != FORMAT:
        faults.append(f"{META!r}: format {meta['format']!r} is not {FORMAT!r}; read it with the version that wrote it")
    return meta


def _member_faults(members: Mapping[str, npt.NDArray[np.generic]], meta: Mapping[str, object]) -> list[str]:
    columns, steps = meta.get("columns"), meta.get("steps")
    faults: list[str] = []
    if isinstance(columns, dict):
        faults += [
            f"column {name!r}: listed in {META!r}, but not there to read; {MEND}" for name in columns if name not in members
        ]
        faults += [f"column {name!r}: not listed in {META!r}; {MEND}" for name in members if name not in columns]
    for name, values in members.items():
        try:
            kind_of(name)
        except UnknownName as error:
            faults.append(f"column {name!r}: {error}")
        if np.issubdtype(values.dtype, np.floating):
            bad = int(np.count_nonzero(~np.isfinite(values)))
            faults.append(f"column {name!r}: {values.dtype} with {bad} NaN or infinite values, not int32; {MEND}")
        elif values.dtype != np.int32:
            faults.append(f"column {name!r}: {values.dtype}, not int32; {MEND}")
        if isinstance(steps, int) and values.shape != (steps,):
            faults.append(f"column {name!r}: shape {values.shape}, not ({steps},); {MEND}")
    return faults
