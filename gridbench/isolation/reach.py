"""Reach: the files of the machine that a child is shown, and those it never is."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")
DETAILS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/sys/devices/system/cpu",
    "/proc/cpuinfo",
    "/proc/meminfo",
)
"""What libraries ask of the machine. The rest of /proc, through which processes reach one another, is not there."""
OTHERS = ("python3*/*-packages/gridbench", "*-packages/gridbench")
"""Where other interpreters' copies of gridbench would lie inside what is shown."""
OWN = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Reach:
    """The interpreter, its libraries and the system's are shown; gridbench, its checkout and `secret` folders are hidden."""

    secret: tuple[Path, ...] = field(default=())

    @cached_property
    def interpreter(self) -> Path:
        """The interpreter itself, not the link of a virtual environment to it."""
        return Path(sys.executable).resolve()

    @cached_property
    def packages(self) -> tuple[Path, ...]:
        """The folders of installed packages; files that add to the path (.pth) have no say in a child."""
        numpy = find_spec("numpy")
        found = [Path(numpy.origin).parent.parent] if numpy is not None and numpy.origin else []
        found += [Path(one) for one in (*site.getsitepackages(), site.getusersitepackages()) if one in sys.path]
        return tuple(dict.fromkeys(one.resolve() for one in found if one.is_dir()))

    @cached_property
    def shown(self) -> tuple[Path, ...]:
        """The folders and files to show, none inside another, links followed."""
        base, paths = Path(sys.base_prefix).resolve(), sysconfig.get_paths()
        libraries = [base / "lib", base / "lib64"] if base != Path("/usr") else []
        linked = [Path(one) for one in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if one]
        every = [self.interpreter, Path(paths["stdlib"]), Path(paths["platstdlib"]), *libraries, *linked, *self.packages]
        every += [Path(one) for one in (*SYSTEM, *DETAILS)]
        return tuple(_outermost(one.resolve() for one in every if one.exists()))

    @cached_property
    def links(self) -> dict[str, str]:
        """The system's folders of libraries that are links, with their aims."""
        return {one: os.readlink(one) for one in SYSTEM if Path(one).is_symlink()}  # noqa: PTH115 - the text of the link

    @cached_property
    def hidden(self) -> tuple[Path, ...]:
        """What lies inside the shown folders and must not be seen."""
        checkout = [OWN.parent] if (OWN.parent / "scenarios").is_dir() else []
        private = [*(one / "gridbench" for one in self.packages), OWN, *checkout, *self.secret]
        private += [one for shown in self.shown for where in OTHERS for one in shown.glob(where)]
        present = {one.resolve() for one in private if one.exists()}
        return tuple(_outermost(one for one in present if any(shown in one.parents for shown in self.shown)))

    @cached_property
    def parted(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The shown files and folders without the hidden ones, and the folders on the way, whose names alone may be listed."""
        read: list[str] = []
        listed: list[str] = []
        for one in self.shown:
            _part(one, self.hidden, read, listed)
        return tuple(read), tuple(listed)

    @cached_property
    def open_to_all(self) -> bool:
        """Whether any user of the machine can reach the interpreter and the packages."""
        return all(parent.stat().st_mode & 0o001 for one in (self.interpreter, *self.packages) for parent in one.parents)


def _outermost(paths: Iterable[Path]) -> Iterator[Path]:
    kept: set[Path] = set()
    for one in sorted(set(paths), key=lambda path: len(path.parts)):
        if not kept & {one, *one.parents}:
            kept.add(one)
            yield one


def _part(place: Path, hidden: tuple[Path, ...], read: list[str], listed: list[str]) -> None:
    if place in hidden:
        return
    if not any(place in one.parents for one in hidden):
        read.append(str(place))
        return
    listed.append(str(place))
    for one in sorted(place.iterdir()):
        if not one.is_symlink():
            _part(one, hidden, read, listed)
