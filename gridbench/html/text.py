"""Text that anyone may have written, made safe to show: names, authors and links of others are data, never markup."""

from __future__ import annotations

import re
import unicodedata
from html import escape

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that show nothing or turn what stands around them: controls (ANSI), bidi marks, surrogates."""
INSTEAD = "\ufffd"
_WEB = re.compile(r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?([/?#][!#-&(-;=?-~]*)?\Z")
_BESIDE = re.compile(r"(#[A-Za-z0-9_./-]*|[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*)\Z")


def printable(text: object) -> str:
    """Return a text on one line in which every character is seen: what is hidden or turns the direction shows as U+FFFD."""
    shown = "".join(INSTEAD if unicodedata.category(one) in HIDDEN else one for one in re.sub(r"[\t\r\n]+", " ", str(text)))
    return shown.strip()


def escaped(text: object) -> str:
    """Return a text as HTML, for elements and for attributes in double quotes; hidden characters show as U+FFFD."""
    return escape(printable(text), quote=True)


def isolated(text: object) -> str:
    """Return a name as HTML that keeps its direction of writing to itself."""
    return f"<bdi>{escaped(text)}</bdi>"


def is_link(address: str) -> bool:
    """Return whether an address may be followed: http(s) of plain characters, a part of the page, or a file beside it."""
    return bool(_WEB.match(address) or _BESIDE.match(address))


def link(address: str | None, label: object, *, title: str = "") -> str:
    """Return a link as HTML, the label alone where there is no address or it may not be followed (javascript:, data:, ..)."""
    if address is None or not is_link(address):
        return isolated(label)
    away = ' rel="nofollow noopener noreferrer"' if address.startswith("http") else ""
    hint = f' title="{escaped(title)}"' if title else ""
    return f'<a href="{escaped(address)}"{away}{hint}>{isolated(label)}</a>'


def slug(text: object) -> str:
    """Return a text as a part of an address: letters, digits, `_`, `-` and `.`; two texts may give the same slug."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", printable(text)).strip("-.") or "x"
