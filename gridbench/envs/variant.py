"""Variant: an environment of a scenario by three words: who decides, what counts as visible, how the microgrids' heads speak."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, cast

from gridbench.envs.agents.trader import BLOCKS
from gridbench.envs.declaration import GRANULARITIES, declare
from gridbench.errors import InvalidInput, UnknownName
from gridbench.heron.protocols import PeerToPeerTradingProtocol, PriceSignalProtocol
from gridbench.heron.visibility import TAGS
from gridbench.plant.layout import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridbench.envs.declaration import Granularity
    from gridbench.heron.declaration import Declaration
    from gridbench.heron.protocols import Protocol
    from gridbench.scenario.scenario import Scenario

PROTOCOLS = ("own", "price", "peer_to_peer")
"""`own` is what `agents` means: setpoints of the heads that decide, and none where each device decides for itself."""
PRICES_USD_PER_MWH = (0.0, 300.0)
"""Between these a head may name a price."""


@dataclass(frozen=True)
class Variant:
    """The words, as `declare` and docs/grid.md explain them; a protocol of its own needs agents "microgrid".

    `price`: each microgrid tells its devices a price. `peer_to_peer`: the microgrids trade, and their devices follow the trade;
    the operator's devices decide for themselves. Raises InvalidInput for words that are none, or contradict each other.
    """

    agents: str = "microgrid"
    observability: str = "system"
    protocol: str = "own"

    def __post_init__(self) -> None:
        """Check the words."""
        known = {"agents": GRANULARITIES, "observability": TAGS, "protocol": PROTOCOLS}
        faults = [str(UnknownName(name, word, known[name])) for name, word in asdict(self).items() if word not in known[name]]
        if not faults and self.protocol != "own" and self.agents != "microgrid":
            faults = [f"protocol={self.protocol} with agents={self.agents}: give agents=microgrid, or leave the protocol out"]
        if faults:
            raise InvalidInput("environment", faults)

    @classmethod
    def read(cls, words: Iterable[str]) -> Variant:
        """Return the variant of words like `agents=device`. Raises InvalidInput."""
        pairs = [word.partition("=") for word in words]
        names = [field.name for field in fields(cls)]
        faults = [str(UnknownName("word of an environment", name, names)) for name, _, _ in pairs if name not in names]
        if faults:
            raise InvalidInput("environment", faults)
        return cls(**{name: word for name, _, word in pairs})

    def __str__(self) -> str:
        """Return the words."""
        return " ".join(f"{name}={word}" for name, word in asdict(self).items())

    def declare(self, scenario: Scenario, split: str = "train", days: Sequence[int] | None = None) -> Declaration:
        """Return the declaration of a scenario on days of a split. Raises InvalidInput, UnknownName, DeclarationError."""
        return declare(
            scenario, agents=cast("Granularity", self.agents), observability=self.observability, split=split,
            protocols=self._protocols(scenario), days=days,
        )  # fmt: skip

    def _protocols(self, scenario: Scenario) -> dict[str, Protocol]:
        lay = layout(scenario)
        operator = lay.agents[lay.device_agents[lay.devices.index(scenario.tie.name)]]
        if self.protocol == "peer_to_peer":
            return {operator: PeerToPeerTradingProtocol(blocks=BLOCKS)}
        if self.protocol == "price":
            return {name: PriceSignalProtocol(*PRICES_USD_PER_MWH, "usd/MWh") for name in lay.agents if name != operator}
        return {}
