"""A controller to begin with: storages by the price, taps by the voltage behind them, everything else left alone.

It runs in a process of its own that sees nothing but this folder. NumPy is there; the network and other files are not.
"""

import numpy as np

AIM_PU = 1.02  # behind a tap, for voltage falls along a feeder
NEAR_PU = 0.01  # a voltage this near to it needs nothing done
STEP_PU = 0.00625  # what a position of a tap changes
DEAD_PU = 0.76  # a reading below is that of a dead network


class Policy:
    """Reads fields of the observation by name and asks in units; `task` tells both, the same for every scenario."""

    def __init__(self, task):
        """Keep what is told before the first day: steps, hours a step, fields and entries of each agent."""
        self.agents = task["agents"]
        self.fields = {name: _numbers(one["observation"], "offset", "scale") for name, one in self.agents.items()}

    def reset(self, seed):
        """Begin a day; draw random numbers, if you need any, from np.random.default_rng(seed)."""
        self.first_mwh = {}

    def act(self, observations):
        """Return one array in [-1, 1] for each agent, an entry for each of its actions in order."""
        return {name: self._actions(name, self._read(name, observations[name])) for name in self.agents}

    def _read(self, name, observed):
        """Return an agent's observation in units, by the names of its fields."""
        offset, scale = self.fields[name]
        named = (field["name"] for field in self.agents[name]["observation"])
        return dict(zip(named, (offset + scale * observed).tolist()))

    def _actions(self, name, seen):
        entries = self.agents[name]["action"]
        asks = np.array([self._ask(entry, seen) for entry in entries])
        low, high = _numbers(entries, "low", "high")
        share = (asks - low) / (high - low)
        whole = np.array([entry["integer"] for entry in entries])
        middles = (np.rint(asks - low) + 0.5) / (high - low + 1)  # an integer cuts [-1, 1] into equal bins
        return np.clip(2.0 * np.where(whole, middles, share) - 1.0, -1.0, 1.0)

    def _ask(self, entry, seen):
        """Return what is asked for one entry, in its unit."""
        device, _, what = entry["name"].rpartition(".")
        if what == "position":
            return self._position(device, entry, seen)
        if what.endswith("ceiling_mw"):
            return entry["high"]  # all the sun, wind and charging that there is
        if what == "p_mw" and f"{device}.energy_mwh" in seen:
            return self._storage(device, entry, seen)
        return min(max(0.0, entry["low"]), entry["high"])  # off, at rest, nothing shed

    def _position(self, device, entry, seen):
        """Move a tap towards the voltage wanted behind it, two positions at the most, for others move too; leave a bank."""
        now, behind = seen[f"{device}.position"], seen.get(f"{device}.v_pu")
        if behind is None or behind < DEAD_PU or abs(AIM_PU - behind) < NEAR_PU:
            return now
        return np.clip(now + np.clip(np.rint((AIM_PU - behind) / STEP_PU), -2.0, 2.0), entry["low"], entry["high"])

    def _storage(self, device, entry, seen):
        """Charge in the cheapest quarter of the prices of the day to come, give in the dearest, end as full as at first."""
        energy = seen[f"{device}.energy_mwh"]
        spare = energy - self.first_mwh.setdefault(device, energy)
        least, most, price = seen["price_rest_min"], seen["price_rest_max"], seen["price"]
        worth = most - least > 0.3 * abs(most)
        if worth and price <= least + 0.25 * (most - least):
            return 0.5 * entry["low"]
        if spare > 0.0 and price >= most - 0.25 * (most - least):
            return min(0.5 * entry["high"], 0.9 * spare)
        return 0.0


def _numbers(rows, *keys):
    return [np.array([row[key] for row in rows], dtype=float) for key in keys]
