"""House: copies of what a child needs, in a folder of their own that goes when the policy goes."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import weakref
from itertools import count
from multiprocessing.util import Finalize
from pathlib import Path

from gridbench.errors import InvalidInput
from gridbench.isolation.inside import folders

MOST_FILES, MOST_BYTES = 4096, 512 * 2**20
PREFIX, LOCK = "gridbench-", "lock"
INSIDE = Path(__file__).resolve().parent / "inside"


class House:
    """Holds `worker/` (the code of the other side), `policy/` (a copy of a bundle) and a scratch folder per child.

    Raises InvalidInput, with all faults, where the bundle holds anything but plain files and folders, or too much.
    """

    def __init__(self, bundle: Path | None) -> None:
        """Copy a bundle, or nothing."""
        files = _listing(bundle) if bundle is not None else []
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        self._lock = _locked(self.folder)
        # Unlike those of weakref, this one also runs at the end of a process that multiprocessing started, and in no fork.
        self._end = Finalize(self, folders.remove, args=(self.folder,), exitpriority=0)
        weakref.finalize(self, os.close, self._lock)
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


def _locked(folder: Path) -> int:
    """Return a descriptor that holds the lock of a folder for as long as a process has it open."""
    import fcntl  # noqa: PLC0415 - Windows has none, where this is imported but not run

    place = folder / f".{LOCK}"
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    place.rename(folder / LOCK)  # it is never there without being held, but behind a process that was killed
    return descriptor


def _sweep() -> None:
    """Remove the houses of this user whose processes were killed: nobody holds their locks."""
    import fcntl  # noqa: PLC0415

    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with contextlib.suppress(OSError):
            if lock.parent.is_symlink() or lock.parent.lstat().st_uid != os.getuid():
                continue
            descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                folders.remove(lock.parent)
            finally:
                os.close(descriptor)


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
