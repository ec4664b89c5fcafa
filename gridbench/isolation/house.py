"""House: copies of what a child needs, in a folder of their own that goes when the policy goes."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from itertools import count
from multiprocessing.util import Finalize
from pathlib import Path

from gridbench.errors import InvalidInput
from gridbench.isolation.inside import folders

MOST_FILES, MOST_BYTES = 4096, 512 * 2**20
INSIDE = Path(__file__).resolve().parent / "inside"


class House:
    """Holds `worker/` (the code of the other side), `policy/` (a copy of a bundle) and a scratch folder per child.

    Raises InvalidInput, with all faults, where the bundle holds anything but plain files and folders, or too much.
    """

    def __init__(self, bundle: Path | None) -> None:
        """Copy a bundle, or nothing."""
        files = _listing(bundle) if bundle is not None else []
        self.folder = Path(tempfile.mkdtemp(prefix="gridbench-")).resolve()
        # Unlike those of weakref, this one also runs at the end of a process that multiprocessing started, and in no fork.
        self._end = Finalize(self, folders.remove, args=(self.folder,), exitpriority=0)
        self.worker, self.policy, self.root = (self.folder / name for name in ("worker", "policy", "root"))
        for place in (self.folder, self.worker, self.worker / "inside", self.policy, self.root):
            place.mkdir(exist_ok=True)
            place.chmod(0o755)
        for source in sorted(INSIDE.glob("*.py")):
            _copy(source, self.worker / "inside" / source.name)
        for source in files:
            _copy(source, self.policy / source.relative_to(bundle or source))
        self._numbers = count()

    def scratch(self) -> Path:
        """Return a new empty folder."""
        place = self.folder / f"scratch-{next(self._numbers)}"
        place.mkdir(mode=0o700)
        return place

    def close(self) -> None:
        """Remove everything."""
        self._end()


def _listing(bundle: Path) -> list[Path]:
    if not bundle.is_dir() or bundle.is_symlink():
        raise InvalidInput(str(bundle), ["is no folder: give the folder of the policy"])
    files, faults, size = [], [], 0
    for folder, names, plain in os.walk(bundle):
        for name in sorted([*names, *plain]):
            path = Path(folder, name)
            mode = path.lstat()
            if stat.S_ISREG(mode.st_mode):
                files.append(path)
                size += mode.st_size
            elif not stat.S_ISDIR(mode.st_mode):
                kind = "a link" if stat.S_ISLNK(mode.st_mode) else "no plain file"
                faults.append(f"{path.relative_to(bundle).as_posix()!r}: is {kind}; a policy holds files and folders alone")
    if len(files) > MOST_FILES or size > MOST_BYTES:
        faults.append(f"holds {len(files)} files of {size} bytes; no more than {MOST_FILES} files of {MOST_BYTES} bytes")
    if faults:
        raise InvalidInput(str(bundle), faults)
    return sorted(files)


def _copy(source: Path, target: Path) -> None:
    """Copy a plain file, which must not have become a link meanwhile."""
    for parent in reversed(target.parents):
        if not parent.exists():
            parent.mkdir()
            parent.chmod(0o755)
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream, target.open("wb") as copy:  # noqa: PTH123 - a descriptor is no path
        shutil.copyfileobj(stream, copy)
    target.chmod(0o644)
