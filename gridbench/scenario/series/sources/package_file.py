"""Files of a package: found where it is installed, or inside a downloaded wheel, without importing it."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A package of open data: its name on PyPI, the extra that installs it, the licence of its data, and whom to name."""

    name: str
    extra: str
    licence: str
    attribution: str


@dataclass(frozen=True)
class Origin:
    """Where numbers come from: package, version, file, SHA-256 (hex) of the file's bytes, licence and attribution."""

    package: str
    version: str
    file: str
    sha256: str
    licence: str
    attribution: str


def package_file(package: Package, file: str, wheel: Path | None = None) -> tuple[bytes, Origin]:
    """Return the bytes of a file of a package, and their origin. Raises InvalidInput where there is no such package or file."""
    version, content = _in_wheel(package, file, wheel) if wheel is not None else _installed(package, file)
    digest = hashlib.sha256(content).hexdigest()
    return content, Origin(package.name, version, file, digest, package.licence, package.attribution)


def _installed(package: Package, file: str) -> tuple[str, bytes]:
    mend = (
        f"install it (pip install 'gridbench[{package.extra}]'), or fetch its wheel (pip download --no-deps {package.name}) "
        f"and give that"
    )
    try:
        found = distribution(package.name)
    except PackageNotFoundError as error:
        raise InvalidInput(package.name, [f"the package is not installed; {mend}"]) from error
    path = found.locate_file(file)
    try:
        with open(str(path), "rb") as opened:  # noqa: PTH123 a path of importlib's own kind
            return found.version, opened.read()
    except OSError as error:
        fault = f"version {found.version} has no file {file} ({error.strerror}); install a version that has"
        raise InvalidInput(package.name, [fault]) from error


def _in_wheel(package: Package, file: str, wheel: Path) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            version = next((one[1] for name in names if (one := _version(package, name))), None)
            if version is None:
                raise InvalidInput(
                    str(wheel), [f"is no wheel of {package.name}; fetch one: pip download --no-deps {package.name}"]
                )
            return version, archive.read(file)
    except KeyError as error:
        raise InvalidInput(str(wheel), [f"has no file {file}; fetch a version that has"]) from error
    except (OSError, zipfile.BadZipFile) as error:
        raise InvalidInput(str(wheel), [f"cannot be read as a wheel ({error}); fetch it again"]) from error


def _version(package: Package, name: str) -> re.Match[str] | None:
    return re.fullmatch(rf"{re.escape(package.name)}-([^/-]+)\.dist-info/METADATA", name)
