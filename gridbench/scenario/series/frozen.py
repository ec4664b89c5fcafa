"""Frozen series: integers in an npz file that is the same bytes for the same content, and is checked when read."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gridbench.errors import InvalidInput
from gridbench.scenario.series.columns import Ints, dequantise, kind_of, quantise
from gridbench.scenario.series.series import Series

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = "gridbench-series-1"
META = "meta"
MEND = "restore the file, or regenerate it with freeze_years"
UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)
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
            _write_member(archive, name, values)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())
    return digest


def load(path: Path) -> Series:
    """Read a series that `save` wrote, and refuse it with all its faults if anything is missing, damaged or changed."""
    members, faults = _read_members(path)
    meta = _read_meta(members.pop(META, None), faults)
    columns = meta.get("columns")
    named = list(columns) if isinstance(columns, dict) else list(members)
    faults += [f"column {n!r}: listed in {META!r}, but could not be read; {MEND}" for n in named if n not in members]
    faults += [f"column {n!r}: not listed in {META!r}; {MEND}" for n in members if n not in named]
    for name, values in members.items():
        faults += _stored_faults(name, values, meta.get("steps"))
    if faults:
        raise InvalidInput(str(path), faults)
    stored = {name: members[name].astype(np.int32) for name in named}
    try:
        series = Series(
            **{field: meta[field] for field in FIELDS}, columns={name: dequantise(name, v) for name, v in stored.items()}
        )
    except InvalidInput as error:
        raise InvalidInput(str(path), [f"{fault} ({MEND})" for fault in error.faults]) from error
    _verify(path, meta, series, stored)
    return series


def _verify(path: Path, meta: Mapping[str, object], series: Series, stored: Mapping[str, Ints]) -> None:
    bare = {key: value for key, value in meta.items() if key != "sha256"}
    digest = _digest(bare, stored)
    faults = [] if digest == meta["sha256"] else [f"content has SHA-256 {digest}, {META!r} says {meta['sha256']}; {MEND}"]
    if bare != describe(series):
        keys = [key for key, value in describe(series).items() if bare.get(key) != value] + sorted(
            bare.keys() - describe(series).keys()
        )
        faults.append(f"{META!r}: {', '.join(keys)} not as this version writes it; {MEND}")
    if faults:
        raise InvalidInput(str(path), faults)


def _digest(meta: Mapping[str, object], stored: Mapping[str, Ints]) -> str:
    digest = hashlib.sha256(json.dumps(meta, sort_keys=True, separators=(",", ":")).encode())
    for name in sorted(stored):
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(stored[name], dtype="<i4").tobytes())
    return digest.hexdigest()


def _write_member(archive: zipfile.ZipFile, name: str, values: npt.NDArray[np.generic]) -> None:
    entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr, entry.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
    content = io.BytesIO()
    np.lib.format.write_array(content, values, version=(1, 0), allow_pickle=False)
    archive.writestr(entry, content.getvalue())


def _read_members(path: Path) -> tuple[dict[str, npt.NDArray[np.generic]], list[str]]:
    members: dict[str, npt.NDArray[np.generic]] = {}
    faults: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                try:
                    members[entry.removesuffix(".npy")] = np.lib.format.read_array(
                        io.BytesIO(archive.read(entry)), allow_pickle=False
                    )
                except UNREADABLE as error:
                    faults.append(f"column {entry.removesuffix('.npy')!r}: damaged ({error}); {MEND}")
    except FileNotFoundError as error:
        raise InvalidInput(str(path), ["no such file; check the path, or write it with freeze_years"]) from error
    except UNREADABLE as error:
        raise InvalidInput(str(path), [f"no complete npz file ({error}); {MEND}"]) from error
    return members, faults


def _read_meta(raw: npt.NDArray[np.generic] | None, faults: list[str]) -> dict[str, object]:
    try:
        meta = json.loads(raw.astype(np.uint8, casting="equiv").tobytes()) if raw is not None else None
    except (ValueError, TypeError):
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


def _stored_faults(name: str, values: npt.NDArray[np.generic], steps: object) -> list[str]:
    if np.issubdtype(values.dtype, np.floating):
        bad = int(np.count_nonzero(~np.isfinite(values)))
        return [f"column {name!r}: {values.dtype} with {bad} NaN or infinite values, not int32; {MEND}"]
    faults = [] if values.dtype == np.int32 else [f"column {name!r}: {values.dtype}, not int32; {MEND}"]
    if isinstance(steps, int) and values.shape != (steps,):
        faults.append(f"column {name!r}: shape {values.shape}, not ({steps},); {MEND}")
    return faults
