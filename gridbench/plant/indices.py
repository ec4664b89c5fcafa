"""Where the kernel's arrays hold what: the columns of the table of devices, the limits, and the outputs of an element."""

from __future__ import annotations

from gridbench.physics import terms

# columns of the device table; PLACE is the bus, or the branch of a regulator; BANK is 1 for a capacitor bank
KIND, PARAMETER, STATE, ASK, INPUT, CONTROL, PLACE, AGENT, CLOSES, BANK = range(10)
# numbers of the network limits
TRIP_LOW, TRIP_HIGH, TRIP_LOADING, TIE_TRIP, BASE_MVA, U_ROOT, STEP_H, BLACKOUT_USD = range(8)
# outputs that are one number an element
ROOT_P, ROOT_Q, DARK, CLIPPED = range(4)
BLACKOUT_MONEY = terms.MONEY.index("blackout")
VOLTAGE_MONEY = terms.MONEY.index("voltage")
LOADING_MONEY = terms.MONEY.index("loading")
