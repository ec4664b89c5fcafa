"""Writes docs/networks.md and the pictures of docs/pictures: the built-in networks, their sizes, sources and looks.

python docs/networks.py            # write
python docs/networks.py --check    # exit code 1 where the page is stale, or a picture under the pinned matplotlib
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from gridbench.bench.network_sizes import markdown, sizes
from gridbench.diagram import draw_network
from gridbench.networks import NETWORKS
from gridbench.networks.folder import FORMS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "networks.md"
PICTURES = ROOT / "docs" / "pictures"
SCENARIO = "ieee34_ieee13"
INTRODUCTION = """\
# Networks

Written by `python docs/networks.py`. `gridbench list networks` prints the table, `gridbench draw --network ieee34` draws a
picture. A scenario file names them in its tables `[[feeder]]`; in Python, `gridbench.networks.network("cigre_lv")` is a feeder.
All are trees of balanced networks; figures stand in `gridbench/networks/data`, and `SOURCES.md` there says where each comes
from. pandapower is needed for none of them; the tests compare the last four with its own networks (within 1e-6 pu at every
bus)."""
CAPTION = """\
At the nominal demand with capacitors on and regulators at the mean of their published taps (`gridbench list networks`). The
floor of impedances (1e-4 pu on 1 MVA) raises ten short sections of `european_lv`, none of which feeds a load."""
TEXTS = {
    "ieee13": "IEEE 13-node test feeder, balanced equivalent: short, heavily loaded, one regulator. W. H. Kersting, 2001.",
    "ieee34": "IEEE 34-node test feeder, balanced equivalent: long, lightly loaded, two regulators. W. H. Kersting, 2001.",
    "ieee123": "IEEE 123-node test feeder, balanced equivalent: four regulators, four capacitors. W. H. Kersting, 2001.",
    "cigre_lv": (
        "CIGRE European low-voltage benchmark: a residential (R), an industrial (I) and a commercial (C) tree, each behind its "
        "own transformer from one medium-voltage bus. CIGRE Task Force C6.04.02, Technical Brochure 575, 2014. Ratings of "
        "lines are ours."
    ),
    "cigre_mv": (
        "CIGRE European medium-voltage benchmark: two trees below one high-voltage bus, the ring open at S1, S2 and S3. The "
        "lines that are open leave their charging at their closed ends. CIGRE Task Force C6.04.02, Technical Brochure 575, 2014."
    ),
    "case33bw": (
        "The 33-bus system of Baran and Wu without its five ties. M. E. Baran and F. F. Wu, IEEE Trans. Power Delivery 4(2), "
        "1989. Ratings are ours."
    ),
    "european_lv": (
        "IEEE European low-voltage test feeder, balanced equivalent: 906 buses at 416 V behind one transformer, 55 houses of "
        "1 kW at a power factor of 0.95, drawn where they stand. IEEE PES Test Feeder Working Group, 2015. "
        "Ratings of lines are ours."
    ),
}

OWN = """\
## A network of your own

A scenario may hold its network in a folder beside its `scenario.toml`, named with a slash: `network = "network/"` in its table
`[[feeder]]`. The files are part of the scenario's digest, and `gridbench check` tells all their faults by file and line.
`gridbench new scenario street --pandapower street.json` writes them from a net of pandapower ([tutorial](tutorial.md)),
`gridbench.networks.folder_writer.write_network` from any `Feeder`, and `gridbench.networks.folder.network_in` reads them.

`feeder.toml` states `source_bus` (the root), `source_voltage_pu`, and a `name` if you like. Tables are CSV in UTF-8, cells parted
by commas; only `buses.csv` must be there, and it alone makes no network:"""
OWN_NOTES = """\
Lines are stated for their whole length (A, ohm, microsiemens), transformers in percent of `rated_kva`; `ratio` is 1 at the
nominal voltages. Loads (kW, kvar) draw where they are positive, shunts draw theirs at 1 pu: a capacitor has a negative
`q_kvar`. `open_at` names the end at which a line is open, `closed` is 1 or 0. Branches are called by their ends, `1-2`, or
by `name`, which parallel ones need. The whole must be a tree from the root. Impedances below 1e-4 pu on 1 MVA are raised to
that, as in the built-in networks, for solvers lose digits on less: state what has none as a closed switch."""


def columns() -> str:
    """Return the table of the tables of a network of one's own."""
    rows = [f"| `{table}.csv` | {_listed(form.needed)} | {_listed(form.optional)} |" for table, form in FORMS.items()]
    return "\n".join(["| file | columns | may be left out |", "|---|---|---|", *rows])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def page() -> str:
    """Return the page."""
    parts = [INTRODUCTION, markdown(sizes()), CAPTION]
    for name in NETWORKS:
        parts += [f"## {name}", TEXTS[name], f"![The network {name}](pictures/{name}.svg)"]
    parts += [OWN, columns(), OWN_NOTES]
    parts += [
        f"## A scenario: {SCENARIO}",
        f"`gridbench draw --scenario {SCENARIO}`: branches in the colour of the agent whose buses they feed, with all devices.",
        f"![The scenario {SCENARIO}](../scenarios/{SCENARIO}-v1/picture.svg)",
    ]
    return "\n\n".join(parts) + "\n"


def draw(folder: Path) -> list[Path]:
    """Write all pictures into a folder, and return their paths."""
    for name in NETWORKS:
        draw_network(name, folder / f"{name}.svg")
    return sorted(folder.glob("*.svg"))


def pinned() -> bool:
    """Return whether matplotlib is the one of constraints.txt: others may draw other bytes."""
    stated = re.search(r"^matplotlib==(\S+)$", (ROOT / "constraints.txt").read_text(), flags=re.MULTILINE)
    return stated is not None and stated[1] == version("matplotlib")


def stale() -> list[Path]:
    """Return what would be written otherwise."""
    found = [] if PAGE.exists() and PAGE.read_text() == page() else [PAGE]
    if not pinned():
        return found
    with TemporaryDirectory() as folder:
        for path in draw(Path(folder)):
            kept = PICTURES / path.name
            if not kept.exists() or kept.read_bytes() != path.read_bytes():
                found.append(kept)
    return found


def main(arguments: list[str]) -> int:
    """Write the page and the pictures, or compare them."""
    if "--check" in arguments:
        return 1 if stale() else 0
    PAGE.write_text(page())
    draw(PICTURES)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
