"""A bundle as one archive: packed to the same bytes everywhere, and read with nothing in it trusted."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

from gridbench.archive import EPOCH, UNIX
from gridbench.errors import InvalidInput
from gridbench.policies.bundle_files import MOST_BYTES, MOST_FILES, Files, name_faults, too_large

if TYPE_CHECKING:
    from pathlib import Path

MOST_RATIO = 200
"""A member may inflate to this many times its packed size, once it is larger than CHUNK: more is a bomb."""
CHUNK = 2**20
ENTRY = b"PK\x01\x02"
"""What every entry of an archive's directory begins with."""
ENCRYPTED = 0x1


def pack(files: Files) -> bytes:
    """Return the files as a zip whose bytes depend on them alone: sorted, of one time and mode, and stored as they are.

    Stored and not deflated, for libraries of deflate differ in their bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.create_system, entry.external_attr = UNIX, (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def read_zip_file(path: Path) -> dict[str, bytes]:
    """Return the files in an archive by path; raises InvalidInput with every fault."""
    try:
        with path.open("rb") as stream:
            data = stream.read(2 * MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(str(path), [f"cannot be read: {error.strerror or error}; check the path"]) from None
    return read_zip(data, str(path))


def read_zip(data: bytes, where: str) -> dict[str, bytes]:
    """Return the files in the bytes of a zip by path, inflated in memory under limits; nothing is written.

    Raises InvalidInput at `where` with every fault: names that lead outside, links, duplicates, encryption, size, suffixes.
    """
    if len(data) > 2 * MOST_BYTES:
        raise InvalidInput(where, [too_large(len(data))])
    if data.count(ENTRY) > 4 * MOST_FILES:
        raise InvalidInput(where, [f"its directory has {data.count(ENTRY)} entries, may have {MOST_FILES}"])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if not _is_folder(one)]
            faults = [fault for one in archive.infolist() for fault in _member_faults(one)]
            faults += name_faults(one.orig_filename for one in members)
            files = {} if faults else _inflated(archive, members, faults)
    except Exception as error:  # noqa: BLE001 - the reader of the format raises whatever damage leads it to
        raise InvalidInput(where, [f"is no zip archive, or damaged: {ascii(str(error))[:200]}; pack it again"]) from None
    if faults:
        raise InvalidInput(where, faults)
    return files


def _is_folder(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is the entry of a plain folder inside the bundle, which holds nothing."""
    name = member.orig_filename
    return name.endswith("/") and member.file_size == 0 and ".." not in name.split("/") and not name.startswith("/")


def _member_faults(member: zipfile.ZipInfo) -> list[str]:
    name, kind = ascii(member.orig_filename)[:160], stat.S_IFMT(member.external_attr >> 16)
    faults = []
    if member.flag_bits & ENCRYPTED:
        faults.append(f"{name}: is encrypted; pack it without a password")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        what = "a link" if kind == stat.S_IFLNK else "a special file"
        faults.append(f"{name}: is {what}; put the file itself there")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        faults.append(f"{name}: is packed by method {member.compress_type}; use plain zip (deflate)")
    return faults


def _inflated(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], faults: list[str]) -> dict[str, bytes]:
    """Return the contents, counted as they inflate, whatever the directory says of their size; faults go to `faults`."""
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for member in members:
        parts, size = [], 0
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                parts.append(chunk)
                size += len(chunk)
                if size > max(CHUNK, MOST_RATIO * member.compress_size):
                    faults.append(f"{member.orig_filename!a}: inflates to more than {MOST_RATIO} times its size: a zip bomb")
                    return {}
                if size > left:
                    faults.append(too_large(MOST_BYTES - left + size))
                    return {}
        left -= size
        files[member.orig_filename] = b"".join(parts)
    return files
