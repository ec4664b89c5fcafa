"""The devices, one file each, and the table of their kinds."""

from gridbench.physics.devices.capacitor_bank import CapacitorBank
from gridbench.physics.devices.ev_charger import EvCharger
from gridbench.physics.devices.flexible_load import FlexibleLoad
from gridbench.physics.devices.generator import Generator
from gridbench.physics.devices.grid_tie import GridTie
from gridbench.physics.devices.load import Load
from gridbench.physics.devices.network_limits import LoadingLimit, VoltageBand
from gridbench.physics.devices.regulator import Regulator
from gridbench.physics.devices.renewable import Renewable
from gridbench.physics.devices.storage import Storage

DEVICES = {
    "generator": Generator,
    "storage": Storage,
    "renewable": Renewable,
    "load": Load,
    "ev_charger": EvCharger,
    "flexible_load": FlexibleLoad,
    "regulator": Regulator,
    "capacitor_bank": CapacitorBank,
    "grid_tie": GridTie,
}

__all__ = [
    "DEVICES",
    "CapacitorBank",
    "EvCharger",
    "FlexibleLoad",
    "Generator",
    "GridTie",
    "Load",
    "LoadingLimit",
    "Regulator",
    "Renewable",
    "Storage",
    "VoltageBand",
]
