"""The leaderboard as one self-contained page: no file beside it, no network, tables that sort on a click."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.bench.standings import Section

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:96rem;padding:0 1rem;color:#1a1a1a;background:#fff}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid #ddd}th:nth-child(2),td:nth-child(2){text-align:left}
th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid #0072b2}
th[aria-sort=ascending] button::after{content:" \\2191"}th[aria-sort=descending] button::after{content:" \\2193"}
tbody.below{color:#666}tbody.below tr:first-child td{border-top:3px double #d55e00}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}th,td{border-color:#444}tbody.below{color:#aaa}}
"""
SCRIPT = """
for(const table of document.querySelectorAll("table"))table.querySelectorAll("th").forEach((head,i)=>
head.firstElementChild.addEventListener("click",()=>{
const up=head.getAttribute("aria-sort")!=="ascending";
table.querySelectorAll("th").forEach(other=>other.removeAttribute("aria-sort"));
head.setAttribute("aria-sort",up?"ascending":"descending");
const value=row=>{const text=row.cells[i].textContent;const number=parseFloat(text);return isNaN(number)?text:number};
for(const body of table.tBodies)[...body.rows].sort((a,b)=>{const x=value(a),y=value(b);
const order=typeof x===typeof y?(x<y?-1:x>y?1:0):(typeof x==="number"?-1:1);
return up?order:-order}).forEach(row=>body.append(row));
}));
"""


def page(sections: Sequence[Section], meaning: str, header: Sequence[str], tables: Sequence[Sequence[Sequence[str]]]) -> str:
    """Return the page as HTML; `tables` are the cells of each section's lines, `meaning` says what a score is."""
    body = "\n".join(_section(one, header, lines) for one, lines in zip(sections, tables, strict=True))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>gridbench leaderboard</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>gridbench leaderboard</h1>\n"
        f"<p>{escape(meaning)} Below the double line: too many violating steps to be ranked.</p>\n"
        f"{body}\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _section(section: Section, header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col"><button type="button">{escape(name)}</button></th>' for name in header)
    admitted = [entry.admissible for entry in section.entries]
    bodies = "".join(
        _body(name, [line for line, good in zip(lines, admitted, strict=True) if good is wanted])
        for name, wanted in (("admissible", True), ("below", False))
    )
    tolerance = f"Admissible: at most {100 * section.tolerance:g} % violating steps (upper limit of the 95 % interval)."
    return (
        f"<h2>{escape(section.title)}</h2>\n<p>{tolerance}</p>\n"
        f'<div class="wide"><table>\n<thead><tr>{heads}</tr></thead>\n{bodies}</table></div>'
    )


def _body(name: str, lines: Sequence[Sequence[str]]) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>\n" for line in lines)
    return f'<tbody class="{name}">\n{rows}</tbody>\n' if lines else ""
