"""What every device must keep, so that the simulator and the oracle agree on it: checks for built-in and plugged-in devices.

| contract | meaning |
|---|---|
| `sound` | whatever is asked in whatever state, what is settled obeys every span and row, and so does the next state |
| `faithful` | what a device has settled it settles again when asked for it |
| `complete` | every corner that the oracle believes possible is a place where the device can be put |
| `compiled` | the compiled step of a scenario does what the laws say when they are interpreted |

Each raises ContractError at the first breach. `sound` also checks `timers`: it names controls, and the states that remember
them step by step. The checks need no test framework; those of one device are

    rng = numpy.random.default_rng(0)
    sound(device, rng); faithful(device, rng); complete(device, rng)

States are those that random walks from the initial state reach, so that they are ones a day can bring about.
"""

from gridbench.contracts.agreement import compiled
from gridbench.contracts.breach import ContractError
from gridbench.contracts.corners import complete
from gridbench.contracts.settled import faithful, sound
from gridbench.contracts.walks import walk

__all__ = ["ContractError", "compiled", "complete", "faithful", "sound", "walk"]
