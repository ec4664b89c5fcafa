"""Draws plans: branches by voltage level or owner, symbols by kind of device, names of buses, a legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridbench import drawing
from gridbench.diagram.plan import UNIT_IN, plan
from gridbench.diagram.subject import Subject, of_network, of_scenario
from gridbench.drawing import COLOURS
from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.scenario.scenario import Scenario

FORMATS = ".svg", ".png"
LEAST_IN = 6.4
FONT = 6.2
"""Points of the names of buses, which `plan.LETTER` leaves room for."""
ROW_IN, HEAD_IN, MARGIN_IN = 0.24, 0.4, 0.3
OWNERS = "#4477AA", "#CC3311", "#228833", "#AA7700", "#AA3377", "#009988", "#555555", "#882255"
MOST_OWNERS = 16
"""How many agents the legend names."""
LEVELS = "#222222", "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GLYPHS = {"grid_tie": "~", "generator": "G", "wind": "W", "renewable": "PV", "storage": "B", "capacitor_bank": "C"}
NAMES = {"grid_tie": "upstream grid", "wind": "wind", "renewable": "solar", "storage": "storage (battery)"}
BANK = "#F0E442"
ARROW: dict[str, Any] = {"arrowstyle": "-|>", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 4}
OTHER = "#CC79A7"
"""Colour of kinds that have none of their own."""


def draw_network(name: str, path: Path) -> None:
    """Write a picture of a built-in network, .svg or .png. Raises UnknownName, InvalidInput, StorageError."""
    _write(of_network(name), path)


def draw_scenario(scenario: Scenario, path: Path) -> None:
    """Write a picture of a scenario with its devices and agents, .svg or .png. Raises InvalidInput, StorageError."""
    _write(of_scenario(scenario), path)


def _write(subject: Subject, path: Path) -> None:
    """Write the same bytes for the same subject."""
    if path.suffix not in FORMATS:
        raise InvalidInput(str(path), [f"pictures end in {' or '.join(FORMATS)}, not in {path.suffix!r}; mend: name it so"])
    drawing.save(Picture(subject).drawn(), path)


class Picture:
    """One picture on its way; lengths are in units of one step between two buses."""

    def __init__(self, subject: Subject) -> None:
        """Make the plan, and the page for it."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415

        self.subject, self.plan = subject, plan(subject)
        self.unit_in = self.plan.unit_in
        left, low, right, high = self.plan.extent
        wide, tall = (right - left) * self.unit_in + 2 * MARGIN_IN, (high - low) * self.unit_in + 2 * MARGIN_IN
        self.width = max(wide, LEAST_IN)
        self.legend = self._legend()
        columns = max(1, int(self.width // 1.65))
        self.columns = min(columns, len(self.legend))
        foot = ROW_IN * -(-len(self.legend) // self.columns) + 0.15
        self.height = tall + HEAD_IN + foot
        self.figure = Figure(figsize=(self.width, self.height), dpi=150)
        FigureCanvasAgg(self.figure)
        self.axis = self.figure.add_axes((0.0, foot / self.height, 1.0, tall / self.height))
        spare = (self.width - wide) / 2 / self.unit_in
        margin = MARGIN_IN / self.unit_in
        self.axis.set_xlim(left - margin - spare, right + margin + spare)
        self.axis.set_ylim(low - margin, high + margin)
        self.axis.set_axis_off()

    def drawn(self) -> Any:  # noqa: ANN401
        """Return the figure."""
        self._wires()
        self._inside()
        self._buses()
        self._devices()
        for label in self.plan.labels:
            self.axis.text(
                label.x, label.y, label.text, ha=label.ha, va="center", rotation=label.angle, fontsize=FONT, color="#333333"
            )
        self.figure.text(0.5, 1.0 - 0.22 / self.height, self.subject.title, ha="center", va="center", fontsize=10)
        self.figure.legend(
            handles=self.legend, loc="lower center", ncols=self.columns, frameon=False, fontsize=7, handlelength=1.6,
            columnspacing=1.2, borderaxespad=0.3,
        )  # fmt: skip
        return self.figure

    def _owner(self, bus: int) -> str:
        owners = list(dict.fromkeys(self.subject.owner))
        return OWNERS[owners.index(self.subject.owner[bus]) % len(OWNERS)]

    def _level(self, bus: int) -> int:
        return self.subject.levels_kv.index(self.subject.feeder.buses[bus].base_kv)

    def _colour(self, bus: int) -> str:
        return self._owner(bus) if self.subject.owner else LEVELS[self._level(bus) % len(LEVELS)]

    def _width(self, level: int) -> float:
        thickest = 1.6 if self.plan.compact else 2.4
        return max(0.8, thickest - 0.6 * level)

    def _wires(self) -> None:
        """Draw the branches in the colour of what they feed; a transformer's half in that of its sending bus."""
        from matplotlib.collections import LineCollection  # noqa: PLC0415

        parent = self.subject.feeder.arrays.parent.tolist()
        pieces = []
        for k, wire in enumerate(self.plan.wires):
            if self.subject.transforms(self.subject.feeder.branches[k]):
                middle, _ = self.plan.middle(k)
                pieces.append(((*wire[:-1], middle), parent[k]))
                pieces.append(((middle, wire[-1]), k + 1))
            else:
                pieces.append((wire, k + 1))
        lines = LineCollection(
            [corners for corners, _ in pieces], colors=[self._colour(bus) for _, bus in pieces],
            linewidths=[self._width(self._level(bus)) for _, bus in pieces], capstyle="round", zorder=1,
        )  # fmt: skip
        self.axis.add_collection(lines)

    def _inside(self) -> None:
        """Draw what stands in branches: two rings for a transformer, a ring with an arrow for a regulator."""
        size = 0.26 * UNIT_IN * 72
        for k, branch in enumerate(self.subject.feeder.branches):
            (x, y), (dx, dy) = self.plan.middle(k)
            colour = self._colour(k + 1)
            if k in self.subject.regulated:
                self._ring(x, y, 1.5 * size, colour)
                reach = 0.24 * UNIT_IN / self.unit_in
                ends = (x + reach, y + reach), (x - reach, y - reach)
                self.axis.annotate("", *ends, arrowprops={**ARROW, "color": colour}, zorder=4)
            elif self.subject.transforms(branch):
                apart = 0.09 * UNIT_IN / self.unit_in
                above = self._colour(self.subject.feeder.bus_index(branch.from_bus))
                for side, filled, own in ((-1, True, above), (1, True, colour), (-1, False, above)):
                    self._ring(x + side * apart * dx, y + side * apart * dy, size, own, filled=filled)

    def _ring(self, x: float, y: float, size: float, colour: str, *, filled: bool = True) -> None:
        face = "white" if filled else "none"
        style: dict[str, Any] = {"markerfacecolor": face, "markeredgecolor": colour, "markeredgewidth": 0.9}
        self.axis.plot([x], [y], marker="o", markersize=size, **style, zorder=3)

    def _buses(self) -> None:
        """Draw the buses: full where something is consumed, hollow elsewhere; only the full ones in a large network."""
        for loaded in (False, True):
            shown = [bus for bus in range(len(self.plan.spots)) if (bus in self.subject.loaded) == loaded]
            if not shown or (self.plan.compact and not loaded):
                continue
            colours = [self._colour(bus) for bus in shown]
            # caps are stated: left open, the bytes of an SVG differed with the libraries loaded
            xs, ys = zip(*(self.plan.spots[bus] for bus in shown), strict=True)
            self.axis.scatter(
                xs, ys, s=12 if self.plan.compact else 14,
                facecolors=colours if loaded else "white", edgecolors=colours, linewidths=0.9, capstyle="round", zorder=3,
            )  # fmt: skip

    def _devices(self) -> None:
        """Draw the devices, each on a stem from its bus."""
        for bus, kind, (x, y) in self.plan.symbols:
            at_x, at_y = self.plan.spots[bus]
            self.axis.plot([at_x, x], [at_y, y], color="#555555", linewidth=0.7, zorder=2)
            size = 0.42 * UNIT_IN * 72
            self.axis.plot([x], [y], **_marker(kind, size), zorder=5)
            self.axis.text(
                x, y, _glyph(kind), ha="center", va="center_baseline", fontsize=0.5 * size, fontweight="bold",
                color=_ink(kind), zorder=6,
            )  # fmt: skip

    def _legend(self) -> list[Any]:
        """Return what the legend explains: owners or levels, buses, what stands in branches, devices."""
        from matplotlib.lines import Line2D  # noqa: PLC0415

        subject = self.subject
        owners = {name: self._owner(subject.owner.index(name)) for name in dict.fromkeys(subject.owner)}
        if len(owners) > MOST_OWNERS:
            owners = {f"{len(owners)} agents, in turns of {len(OWNERS)} colours": OWNERS[0]}
        found = [Line2D([], [], color=colour, linewidth=2.0, label=name) for name, colour in owners.items()]
        for level, kv in enumerate(subject.levels_kv):
            colour = "#777777" if subject.owner else LEVELS[level % len(LEVELS)]
            found.append(Line2D([], [], color=colour, linewidth=self._width(level), label=f"{kv:g} kV"))
        dot: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 3.8, "markeredgecolor": "#333333"}
        found.append(Line2D([], [], **dot, markerfacecolor="#333333", label="bus with demand"))
        if not self.plan.compact and len(subject.loaded) < len(subject.feeder.buses):
            found.append(Line2D([], [], **dot, markerfacecolor="white", label="bus"))
        ring: dict[str, Any] = {"linestyle": "", "markersize": 8.5, "color": "#333333", "markeredgewidth": 0.3}
        if any(subject.transforms(branch) for branch in subject.feeder.branches):
            found.append(Line2D([], [], **ring, marker="$\u26ad$", label="transformer"))
        if subject.regulated:
            found.append(Line2D([], [], **ring, marker="$\u2300$", label="regulator"))
        for kind in sorted({kind for kinds in subject.devices.values() for kind in kinds}, key=_order):
            mark = _marker(kind, 7.5)
            name = NAMES.get(kind, kind.replace("_", " "))
            found.append(Line2D([], [], **mark, label=f"{_glyph(kind)}  {name}"))
        return found


def _order(kind: str) -> tuple[int, str]:
    known = list(GLYPHS)
    return (known.index(kind) if kind in known else len(known)), kind


def _glyph(kind: str) -> str:
    """Return the letters in a symbol; kinds of their own have the first two of their name."""
    return GLYPHS.get(kind, kind[:2].upper())


def _marker(kind: str, size: float) -> dict[str, Any]:
    shape = {"grid_tie": "s", "storage": "s", "capacitor_bank": "s"}.get(kind, "o")
    colour = BANK if kind == "capacitor_bank" else COLOURS.get(kind, OTHER)
    return {"linestyle": "", "marker": shape, "markersize": size, "markerfacecolor": colour, "markeredgecolor": "black",
            "markeredgewidth": 0.6}  # fmt: skip


def _ink(kind: str) -> str:
    return "white" if kind in {"generator", "storage", "wind"} else "black"
