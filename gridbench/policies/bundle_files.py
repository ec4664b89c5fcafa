"""The files of a bundle: which may be in it, how large they may be, and the digest that names them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.policies.bundle_path import path_faults

if TYPE_CHECKING:
    from collections.abc import Iterable

Files = Mapping[str, bytes]
"""The bytes of each file by its path, relative to the bundle, folders separated by /."""

MOST_FILES = 200
MOST_BYTES = 64 * 2**20
"""Of all files of a bundle together, and of its archive."""
SUFFIXES = (".json", ".safetensors", ".onnx", ".py", ".md", ".txt", ".toml")
PICKLES = frozenset({".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin", ".npy", ".npz", ".joblib", ".dill"})
"""Suffixes of formats that may run code when they are read."""
LEFT_OUT = "__pycache__"
"""What Python writes beside code; it is no part of a bundle."""


def bundle_digest(files: Files) -> str:
    """Return the sha256 over path, size and bytes of the files, sorted by path."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path}\0{len(files[path])}\0".encode())
        total.update(files[path])
    return f"sha256:{total.hexdigest()}"


def name_faults(paths: Iterable[str]) -> list[str]:
    """Return what is wrong with the paths of a bundle's files: each by itself, then beside each other."""
    listed = list(paths)
    faults = [fault for path in listed for fault in path_faults(path) or _suffix_faults(path)]
    if len(listed) > MOST_FILES:
        faults.append(f"holds {len(listed)} files, may hold {MOST_FILES}: leave out what the policy does not read")
    faults += [f"{path!a}: is there {n} times; keep one" for path, n in sorted(Counter(listed).items()) if n > 1]
    first: dict[str, str] = {}
    for path in sorted(set(listed)):
        other = first.setdefault(path.casefold(), path)
        if other != path:
            faults.append(f"{path!a} and {other!a} differ by case alone, and are one file on some systems; rename one")
    folders = {parent.as_posix().casefold() for path in listed for parent in PurePosixPath(path).parents}
    return faults + [f"{path!a}: is a file and a folder; rename one" for path in sorted({*listed}) if path.casefold() in folders]


def _suffix_faults(path: str) -> list[str]:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in PICKLES:
        return [f"{path!a}: may hold a pickle, which runs code when it is read; write weights as .safetensors or .onnx"]
    if suffix not in SUFFIXES:
        return [f"{path!a}: only files that end in {' '.join(SUFFIXES)} are taken; rename it, or leave it out"]
    return []


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by path, `__pycache__` left out; links are refused, never followed.

    Raises InvalidInput with every fault.
    """
    found: list[tuple[str, Path, os.stat_result]] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != LEFT_OUT)
        for name in [*folders, *sorted(names)]:
            path = Path(place) / name
            found.append((path.relative_to(folder).as_posix(), path, path.lstat()))
        if len(found) > 4 * MOST_FILES:
            raise InvalidInput(str(folder), [f"holds more than {MOST_FILES} files: give the folder of the bundle alone"])
    special = [f"{name!a}: is a link or no plain file; put the file itself there" for name, _, of in found if not _plain(of)]
    files = [(name, path, of.st_size) for name, path, of in found if stat.S_ISREG(of.st_mode)]
    faults = [*special, *name_faults(name for name, _, _ in files)]
    if sum(size for _, _, size in files) > MOST_BYTES:
        faults.append(too_large(sum(size for _, _, size in files)))
    if faults:
        raise InvalidInput(str(folder), faults)
    return {name: path.read_bytes() for name, path, _ in files}


def _plain(of: os.stat_result) -> bool:
    return stat.S_ISREG(of.st_mode) or stat.S_ISDIR(of.st_mode)


def too_large(size: int) -> str:
    """Return the fault of a bundle of `size` bytes."""
    return f"holds {size} bytes, may hold {MOST_BYTES}: export actors only, leave out training data"


def write_files(files: Files, folder: Path) -> None:
    """Write files into an empty folder, none outside it; they have passed `name_faults`."""
    for path in sorted(files):
        place = folder.joinpath(*path.split("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as stream:
            stream.write(files[path])
