"""Hostile bundles: each is refused before anything of it runs, its fault told, and nothing outside scratch is touched."""

import json
import os
import pickle
import stat
import struct
import zipfile

import numpy as np
import pytest
from archives import folder_members, member, packed
from safetensors.numpy import save
from submission_kit import rewrite

from gridbench.cli import main
from gridbench.envs.observation import Observer
from gridbench.errors import InvalidInput
from gridbench.plant.layout import layout
from gridbench.policies import make_policy
from gridbench.policies.bundle import open_bundle
from gridbench.policies.network_file import digest_of
from gridbench.scenario.catalogue import load_scenario

pytestmark = pytest.mark.usefixtures("untouched")


class Evil:
    """Writes where it must not when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch evil",)


def refused(path, capfd):
    """The message with which a bundle is refused, by the command as by the function."""
    with pytest.raises(InvalidInput) as error:
        open_bundle(path)
    assert main(["submit", str(path)]) == 3
    assert str(error.value).splitlines()[1:] == capfd.readouterr().err.splitlines()[1:]
    return str(error.value)


ZIPS = {
    "traversal": (("../evil.py", b""), "leaves the bundle by '..'"),
    "deep traversal": (("a/../../evil.py", b""), "leaves the bundle by '..'"),
    "absolute": (("/evil.py", b""), "is absolute"),
    "home": (("~/evil.py", b""), "is absolute"),
    "drive": (("C:evil.py", b""), "a backslash or a drive letter"),
    "backslash": (("..\\evil.py", b""), "a backslash or a drive letter"),
    "nul": (("policy.py\0.txt", b""), "control characters"),
    "newline": (("a\nb.py", b""), "control characters"),
    "bidi": (("a\u202eyp.py", b""), "control characters or others than plain ASCII"),
    "hidden": ((".git/hooks/post-checkout.py", b""), "is hidden or empty"),
    "device": (("aux.py", b""), "is the name of a device"),
    "pickle": (("weights.pkl", pickle.dumps(Evil())), "may hold a pickle, which runs code"),
    "torch": (("weights.pt", pickle.dumps(Evil())), "may hold a pickle, which runs code"),
    "object array": (("weights.npy", b""), "may hold a pickle, which runs code"),
    "nested zip": (("inner.zip", packed([])), "only files that end in"),
    "library": (("evil.so", b"\x7fELF"), "only files that end in"),
    "link": ((member("notes.txt", stat.S_IFLNK), b"/etc/passwd"), "is a link"),
    "fifo": ((member("notes.txt", stat.S_IFIFO), b""), "is a special file"),
    "twice": (("policy.py", b"evil"), "is there 2 times"),
    "case": (("Policy.py", b""), "differ by case alone"),
    "file and folder": (("policy.py/evil.py", b""), "is a file and a folder"),
    "bzip2": ((member("notes.txt", method=zipfile.ZIP_BZIP2), b"x"), "is packed by method 12"),
    "bomb": (("notes.txt", bytes(32 * 2**20)), "a zip bomb"),
    "binary text": (("notes.md", b"\xff\xfe"), "is no UTF-8 text"),
    "trojan source": (("notes.py", "x = 1 # \u202e".encode()), "U+202E"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_archives(name, templates, tmp_path, capfd):
    evil, message = ZIPS[name]
    path = tmp_path / "evil.zip"
    path.write_bytes(packed([*folder_members(templates["python"]), evil]))
    assert message in refused(path, capfd)


def test_all_faults_of_an_archive_are_told_at_once(templates, tmp_path, capfd):
    path = tmp_path / "evil.zip"
    evil = [("../a.py", b""), ("b.pkl", b""), (member("c.txt", stat.S_IFLNK), b"/etc"), ("policy.py", b"")]
    path.write_bytes(packed([*folder_members(templates["python"]), *evil]))
    text = refused(path, capfd)
    assert text.startswith(f"{path}: 4 fault(s)")
    for message in ("leaves the bundle", "may hold a pickle", "is a link", "is there 2 times"):
        assert message in text


def test_sizes_that_the_directory_states_are_not_believed(templates, tmp_path, capfd):
    data = bytearray(packed([*folder_members(templates["python"]), ("notes.txt", bytes(32 * 2**20))]))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.rfind(signature)
        data[at + place : at + place + 4] = struct.pack("<I", 10)  # says that it has 10 bytes
    path = tmp_path / "evil.zip"
    path.write_bytes(bytes(data))
    text = refused(path, capfd)
    assert "damaged" in text or "bomb" in text


def test_an_encrypted_member_and_a_flood_of_entries(templates, tmp_path, capfd):
    data = bytearray(packed(folder_members(templates["python"])))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        data[at + place] |= 1
    path = tmp_path / "evil.zip"
    path.write_bytes(bytes(data))
    assert "is encrypted" in refused(path, capfd)
    path.write_bytes(packed([(f"notes_{n}.txt", b"") for n in range(201)]))
    assert "holds 201 files, may hold 200" in refused(path, capfd)
    path.write_bytes(packed([(f"notes_{n}.txt", b"") for n in range(5000)]))
    assert "its directory has 5000 entries" in refused(path, capfd)


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + b"\xff" * 18, b"no zip", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_archive(data, tmp_path, capfd):
    path = tmp_path / "evil.zip"
    path.write_bytes(data)
    assert "is no zip archive" in refused(path, capfd)


def test_links_and_special_files_in_a_folder_are_never_followed(bundle, tmp_path, capfd):
    folder = bundle()
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    (folder / "up").symlink_to("..", target_is_directory=True)
    os.mkfifo(folder / "pipe.txt")
    text = refused(folder, capfd)
    assert text.count("is a link or no plain file") == 3
    (tmp_path / "link.zip").symlink_to("/etc/passwd")
    assert "is no zip archive" in refused(tmp_path / "link.zip", capfd)


PAGES = {
    "html": ({"name": "<script>alert(1)</script>"}, "name: '<script>alert(1)</script>' is refused"),
    "built-in": ({"name": "foresight"}, "is taken by a policy of gridbench"),
    "device": ({"name": "con"}, "is taken"),
    "traversing name": ({"name": "../rule"}, "name: '../rule' is refused"),
    "newline": ({"name": "ok\n"}, "is refused"),
    "homoglyph": ({"name": "rul\u0435"}, "is refused"),
    "bidi": ({"authors": ["\u202eevil"]}, "authors.0: holds U+202E"),
    "invisible": ({"authors": ["a\u200bb"]}, "holds U+200B"),
    "escape": ({"description": "\x1b[31mred"}, "holds U+001B"),
    "not composed": ({"description": "e\u0301"}, "is not in composed form"),
    "towers": ({"description": "x" + "\u0334" * 9}, "marks on a letter"),
    "url": ({"url": "javascript:alert(1)"}, "url: 'javascript:alert(1)' is refused"),
    "attribute": ({"url": 'https://x.org/" onload="'}, "is refused"),
    "long": ({"description": "x" * 10_000}, "at most 500 characters"),
    "foresight": ({"information": "foresight"}, "information"),
    "unknown key": ({"run": "rm -rf /"}, "run: unknown key"),
    "entry": ({"policy": {"format": "python", "entry": "../../etc/passwd"}}, "leaves the bundle"),
    "entry elsewhere": ({"policy": {"format": "python", "entry": "other.py"}}, "there is no 'other.py' in the bundle"),
    "schema": ({"schema": 2}, "schema"),
    "text for a number": ({"schema": "1"}, "schema"),
    "no training": ({"kind": "learned"}, "a learned policy states its training"),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages(name, bundle, capfd):
    change, message = PAGES[name]
    folder = bundle()
    rewrite(folder, change)
    text = refused(folder, capfd)
    assert message in text
    assert all(line.isprintable() for line in text.splitlines()), "nothing of it acts on the terminal"


RAW = {
    "nan": ('"seconds": NaN', "seconds"),
    "giant": ('"seconds": 1' + "0" * 5000, "out of range"),
    "infinite": ('"seconds": 1e999', "seconds"),
    "more than counts": ('"seconds": 1.0, "environment_steps": 99999999999999999999999999', "environment_steps"),
    "twice": ('"seconds": 1.0, "seconds": 2.0', "states 'seconds' twice"),
    "deep": ('"seconds": ' + "[" * 30_000 + "]" * 30_000, "Invalid JSON: recursion limit"),
    "large": ('"seconds": 1.0' + " " * 70_000, "may have 65536"),
}


@pytest.mark.parametrize("name", RAW)
def test_numbers_of_pages(name, bundle, capfd):
    raw, message = RAW[name]
    folder = bundle("network")
    text = (folder / "bundle.json").read_text()
    assert '"seconds": 0.0' in text
    (folder / "bundle.json").write_text(text.replace('"seconds": 0.0', raw))
    assert message in refused(folder, capfd)


CODE = {
    "syntax": ("class Policy(:", "cannot be parsed"),
    "nul": ("x = 1\0", "U+0000"),
    "parentheses": ("(" * 400 + ")" * 400, "cannot be parsed"),
    "deep": ("-" * 200_000 + "1", "nested too deeply"),
    "no policy": ("x = 1", "has no class Policy"),
    "no act": ("class Policy:\n    def __init__(self, task): ...\n    def reset(self, seed): ...", "class Policy has no act()"),
}


@pytest.mark.parametrize("name", CODE)
def test_code_is_parsed_and_not_run(name, bundle, capfd):
    code, message = CODE[name]
    folder = bundle()
    (folder / "policy.py").write_text(code)
    assert message in refused(folder, capfd)


def reweighted(folder, data):
    """Put other bytes into the place of the weights, with the digest that they have."""
    home = next(path for path in folder.iterdir() if path.is_dir())
    (home / "weights.safetensors").write_bytes(data)
    spec = json.loads((home / "policy.json").read_text())
    (home / "policy.json").write_text(json.dumps({**spec, "sha256": digest_of(data)}))
    return home


def arrays_of(folder):
    """The arrays of a network bundle."""
    from safetensors.numpy import load  # noqa: PLC0415

    return load(next(folder.glob("*/weights.safetensors")).read_bytes())


def test_weights_that_are_none(bundle, capfd):
    folder = bundle("network")
    arrays = arrays_of(folder)
    name = next(iter(arrays))
    broken = np.where(np.arange(arrays[name].size).reshape(arrays[name].shape) == 0, np.nan, arrays[name]).astype(np.float32)
    for data, message in (
        (pickle.dumps(Evil()), "is no safetensors file"),
        (struct.pack("<Q", 2**62) + b"{}", "is no safetensors file"),
        (save({**arrays, name: broken}), "are NaN or infinite"),
        (save({**arrays, name: arrays[name][:1]}), "needs float32 of shape"),
        (save({**arrays, "evil": arrays[name]}), "belongs to no module"),
    ):
        reweighted(folder, data)
        assert message in refused(folder, capfd)


def test_weights_of_another_digest_and_a_page_that_contradicts(bundle, capfd):
    folder = bundle("network")
    home = reweighted(folder, save(arrays_of(folder)))
    spec = json.loads((home / "policy.json").read_text())
    (home / "policy.json").write_text(json.dumps({**spec, "sha256": "sha256:" + "0" * 64}))
    assert "its sha256 is not the one" in refused(folder, capfd)
    (home / "policy.json").write_text(json.dumps({**spec, "name": "<b>evil", "information": "full"}))
    text = refused(folder, capfd)
    assert "policy.json, name: '<b>evil', the bundle's page says 'my_network'" in text
    assert "policy.json, information: 'full'" in text
    (home / "policy.json").write_text('{"modules": {"m": {"sizes": [1' + "0" * 5000 + "]}}}")
    assert "cannot be read" in refused(folder, capfd)
    (home / "policy.json").write_text('{"\x1b[31m": 1, "a\\u202e": 2}'.replace("\x1b", "\\u001b"))
    assert all(line.isprintable() for line in refused(folder, capfd).splitlines())


def test_code_in_the_metadata_of_weights_is_data_that_nobody_reads(bundle):
    folder, scenario = bundle("network"), load_scenario("ieee13-v1")
    before = make_policy(folder, scenario)
    code = {"__reduce__": "os.system('touch evil')", "format": "__import__('os').system('touch evil')"}
    reweighted(folder, save(arrays_of(folder), metadata=code))
    after = make_policy(folder, scenario)
    assert after.digest != before.digest, "it is another bundle"
    sizes = Observer(scenario, layout(scenario)).sizes
    seen = {agent: np.zeros((1, size), np.float32) for agent, size in sizes.items()}
    assert all(np.array_equal(a, b) for a, b in zip(before.act(seen).values(), after.act(seen).values(), strict=True))


def test_a_bundle_for_another_scenario_is_refused(bundle):
    with pytest.raises(InvalidInput, match="is for ieee13-v1, not for ieee34-v1"):
        make_policy(bundle(), load_scenario("ieee34-v1"))
