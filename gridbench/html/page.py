"""The frame of a page: one self-contained document that asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from gridbench.html.text import escaped


@cache
def asset(name: str) -> str:
    """Return a style or a script of this package: `style.css` is in every page, `sort.js` sorts tables."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def document(title: str, body: str, *, header: str = "", footer: str = "", script: str = "", style: str = "") -> str:
    """Return a whole page as HTML; the same arguments are the same bytes.

    `title` is text; `body`, `header` and `footer` are HTML that is safe already; `script` is run at its end, and `style` follows
    the frame's own.
    The page's policy lets nothing run or load but these: no `style=` or `on..=` attribute works, no file, font or address is
    fetched, whatever a name in the body holds.
    """
    sheet, code = asset("style.css") + style, script
    policy = (
        f"default-src 'none'; style-src '{_digest(sheet)}'; script-src '{_digest(code)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escaped(title)}</title>\n<style>{sheet}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the content</a>\n'
        f'<header>{header}</header>\n<main id="main" tabindex="-1">\n{body}\n</main>\n<footer>{footer}</footer>\n'
        f"<script>{code}</script>\n</body>\n</html>\n"
    )


def _digest(code: str) -> str:
    """Return the digest of an inline block as a content security policy states it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"
