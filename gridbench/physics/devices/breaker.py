"""A breaker between a device and its bus, which a series opens and closes."""

from __future__ import annotations


def connected(column: str | None) -> dict[str, str]:
    """Return the input that tells whether the breaker is closed (1) or open (0), none for a device without such a column.

    Between 0 and 1 it is closed for that share of the step. No forecast of it is read or shown: nobody announces outages.
    """
    return {} if column is None else {"connection": column}
