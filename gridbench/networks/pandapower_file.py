"""A network in pandapower's own JSON, read as a feeder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gridbench.errors import NetworkError
from gridbench.networks.pandapower import from_pandapower

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.networks.feeder import Feeder

_MEND = "mend: write one with pandapower.to_json(net, 'file.json')"


def pandapower_file(path: Path) -> Feeder:
    """The feeder of a net that `pandapower.to_json` wrote, read as `from_pandapower` reads it; one without a name has the file's.

    Raises NetworkError without the extra `pandapower`, for a file that holds no such net, and for a net that is no feeder.
    """
    where = str(path)
    try:
        import pandapower  # noqa: PLC0415 heavy, and an extra
    except ModuleNotFoundError as error:
        raise NetworkError(where, ["needs pandapower; mend: pip install 'gridbench[pandapower]'"]) from error
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NetworkError(where, [f"cannot be read ({error.strerror}); mend: check the path"]) from error
    except UnicodeDecodeError as error:
        raise NetworkError(where, [f"is no text ({error.reason}); {_MEND}"]) from error
    try:
        net = pandapower.from_json_string(text, convert=True)
    except Exception as error:  # its reader raises whatever the classes named in the text raise
        raise NetworkError(where, [f"is no net of pandapower ({type(error).__name__}: {error!s:.120}); {_MEND}"]) from error
    if not isinstance(net, pandapower.pandapowerNet):
        raise NetworkError(where, [f"holds no net but a {type(net).__name__}; {_MEND}"])
    try:
        feeder = from_pandapower(net)
    except NetworkError as error:
        raise NetworkError(where, error.faults) from error
    return feeder if net.name else replace(feeder, name=path.stem)
