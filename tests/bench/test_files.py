"""Archives: the same bytes for the same arrays, and any damage is one refusal."""

import numpy as np
import pytest

from gridbench.bench.files import read_arrays, read_text, write_arrays
from gridbench.errors import InvalidInput

ARRAYS = {"asks": np.linspace(0.0, 1.0, 600).reshape(20, 30), "days": np.arange(20)}


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_archive_is_refused_with_its_path(tmp_path, share):
    path = tmp_path / "a.npz"
    write_arrays(path, ARRAYS)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(InvalidInput, match=r"a\.npz.*\n.*restore it"):
        read_arrays(path)


def test_a_changed_byte_is_refused_or_leaves_the_arrays_as_they_were(tmp_path):
    path = tmp_path / "a.npz"
    write_arrays(path, ARRAYS)
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = read_arrays(path)
        except InvalidInput:
            refused += 1
            continue
        assert all(np.array_equal(found.get(name, array), array) for name, array in ARRAYS.items())
    assert refused > 0.5 * len(whole) / 7


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(InvalidInput, match="No such file or directory; check the path"):
        read_text(tmp_path / "record.json")
