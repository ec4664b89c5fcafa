"""Zips that no honest tool packs."""

import io
import stat
import warnings
import zipfile

PAGE = "bundle.json"


def member(name, kind=stat.S_IFREG, method=zipfile.ZIP_DEFLATED):
    """The entry of a member, its name as it is given."""
    entry = zipfile.ZipInfo("x")
    entry.filename = entry.orig_filename = name
    entry.external_attr, entry.compress_type = (kind | 0o644) << 16, method
    return entry


def packed(members):
    """A zip of (entry or name, bytes)."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")  # names that stand twice are the point
        for entry, data in members:
            archive.writestr(member(entry) if isinstance(entry, str) else entry, data)
    return buffer.getvalue()


def folder_members(folder):
    """The files of a folder as members."""
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]
