"""Feeders: published data, the records they are made of, building and joining them."""

from gridbench.networks.catalog import (
    NETWORKS,
    IEEE13Bus,
    IEEE34Bus,
    IEEE123Bus,
    case33bw,
    cigre_lv,
    cigre_mv,
    european_lv,
    ieee13,
    ieee34,
    ieee123,
    network,
)
from gridbench.networks.compose import Transformer, join
from gridbench.networks.feeder import Branch, Bus, Feeder, NominalLoad, Shunt, Switch, TreeArrays
from gridbench.networks.radial import RawGrid, radial

__all__ = [
    "NETWORKS",
    "Branch",
    "Bus",
    "Feeder",
    "IEEE13Bus",
    "IEEE34Bus",
    "IEEE123Bus",
    "NominalLoad",
    "RawGrid",
    "Shunt",
    "Switch",
    "Transformer",
    "TreeArrays",
    "case33bw",
    "cigre_lv",
    "cigre_mv",
    "european_lv",
    "ieee13",
    "ieee34",
    "ieee123",
    "join",
    "network",
    "radial",
]
