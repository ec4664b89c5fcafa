"""A small scenario in code to vary: the 13-bus feeder with a diesel generator and a battery."""

from gridbench.networks import IEEE13Bus
from gridbench.physics.devices import Generator, Storage
from gridbench.scenario.assembly import assemble
from gridbench.scenario.scenario import AgentGroup

DIESEL = Generator(
    name="diesel", bus="633", p_min_mw=0.5, p_max_mw=2.0, s_max_mva=2.5, cost_usd_per_mwh=60.0, start_mw=1.0, ramp_mw_per_h=1.0
)
BATTERY = Storage(name="battery", bus="634", power_mw=1.0, s_max_mva=1.1, energy_mwh=5.0, missing_usd_per_mwh=250.0)
OPERATOR = AgentGroup("operator", (), ())
OWNER = AgentGroup("owner", ("diesel", "battery"), ("633", "634"))


def microgrid(feeder=None, devices=(DIESEL, BATTERY), agents=(OPERATOR, OWNER), **numbers):
    return assemble("microgrid", feeder or IEEE13Bus("MG1"), devices, agents, **numbers)
