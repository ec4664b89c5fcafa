"""A broken contract, and how two numbers are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridbench.physics.terms import Device, Number

TOLERANCE = 1e-8
"""A span or a row may be missed by this much (unit of the number; relative to it above 1)."""
REACHED = 1e-6
"""A corner of the oracle may be missed by this much."""


class ContractError(AssertionError):
    """A device breaks a contract: names the device and the law, and gives the numbers."""

    def __init__(self, device: str, law: str, numbers: str) -> None:
        """State who breaks what, and by which numbers."""
        super().__init__(f"{device}: {law}: {numbers}")
        self.device = device
        self.law = law
        self.numbers = numbers


def close(device: Device, law: str, a: Number, b: Number, tolerance: float, story: str) -> None:
    """Raise ContractError where two numbers differ by more than the tolerance, relative to the larger above 1."""
    if not abs(float(a) - float(b)) <= tolerance * max(1.0, abs(float(a)), abs(float(b))):
        raise ContractError(device.name, law, f"{float(a)!r} is not {float(b)!r}; {story}")
