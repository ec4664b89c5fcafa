"""Protocols: vertical (setpoints, prices) and horizontal (trading, consensus)."""

from gridbench.heron.protocols.consensus import ConsensusProtocol
from gridbench.heron.protocols.none import NoProtocol
from gridbench.heron.protocols.price_signal import PriceSignalProtocol
from gridbench.heron.protocols.protocol import Group, Protocol
from gridbench.heron.protocols.setpoint import SetpointProtocol
from gridbench.heron.protocols.trading import PeerToPeerTradingProtocol

__all__ = [
    "ConsensusProtocol",
    "Group",
    "NoProtocol",
    "PeerToPeerTradingProtocol",
    "PriceSignalProtocol",
    "Protocol",
    "SetpointProtocol",
]
