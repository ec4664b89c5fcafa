"""Whatever a policy does, it loses its episode with the reason, under every protection that works here, and nothing else."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from laboratory import TIGHT, act

import gridbench
from gridbench.errors import PolicyFailure

PACKAGE = Path(gridbench.__file__).resolve().parent
QUICK = replace(TIGHT, decision_s=0.6)
SHARED = """
import mmap
kept = mmap.mmap(-1, 900 * 2 ** 20)
for at in range(0, len(kept), 4096): kept[at] = 1
time.sleep(60)"""
TOGETHER = """
kept = b'x' * 150 * 2 ** 20
for _ in range(3):
    if os.fork() == 0:
        kept = b'y' * 150 * 2 ** 20
        time.sleep(60)
time.sleep(60)"""
BOMB = """
while True:
    try: os.fork()
    except OSError: pass"""
THREADS = """
import threading
for _ in range(30): threading.Thread(target=time.sleep, args=(60,)).start()
time.sleep(60)"""
FILES = """
for k in range(200):
    with open(f'{k}', 'wb') as file: file.write(b'z' * 2 ** 19)
    time.sleep(0.02)
time.sleep(60)"""
ELSEWHERE = [Path(one) for one in ("/tmp", "/policy", "/worker", "/dev/shm", "/")]  # noqa: S108


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('no idea')", "raised ValueError: no idea (policy.py, line 13)"),
        ("raise KeyboardInterrupt", "raised KeyboardInterrupt"),
        ("raise EOFError('enough')", "raised EOFError: enough"),
        ("def deeper(): deeper()\ndeeper()", "raised RecursionError"),
        ("good['a'][1] = np.nan", "returned NaN or infinity for agent 'a', at [1]"),
        ("good['b'][:] = -np.inf", "returned NaN or infinity for agent 'b', at [0, 1]"),
        ("good['a'] = [10 ** 4000] * 3", "returned no plain numbers for agent 'a', but an array of object"),
        ("good['a'] = np.array([object()] * 3)", "no plain numbers for agent 'a'"),
        ("good['a'] = np.array(['1', '2', '3'])", "no plain numbers for agent 'a'"),
        ("good['a'] = np.zeros(3) + 1j", "no plain numbers for agent 'a'"),
        ("good['a'] = [[1.0], [1.0, 2.0]]", "raised ValueError"),
        ("good['a'] = np.zeros((3, 1))", "returned shape (3, 1) for agent 'a', not (3,)"),
        ("good['a'] = np.zeros(4)", "returned shape (4,) for agent 'a', not (3,)"),
        ("good['a'] = np.broadcast_to(0.0, (10 ** 12,))", "returned shape (1000000000000,)"),
        ("del good['b']", "returned no action for agent 'b'"),
        ("good['root'] = np.zeros(3)", "returned actions for 'root', which is no agent"),
        ("good = None", "act() returned NoneType: return a dict"),
        ("good = [1.0] * 10 ** 6", "act() returned list"),
        ("raise ValueError('\\x1b[31mred\\r\\n\\u202egnp.exe' + '!' * 9999)", "\\x1b[31mred\\r\\n\\u202egnp.exe!!!"),
        ("class Silent(Exception):\n    def __str__(self): raise self\nraise Silent", "raised Silent"),
        ("raise type('<b>\\u202e' + 'x' * 500, (Exception,), {})", "raised <b>\\u202exxx"),
    ],
)
def test_a_policy_that_gives_no_actions(first_laboratory, body, words):
    outcome = first_laboratory.run(body)
    assert words in outcome.reason
    assert outcome.actions == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit(3)", "raised SystemExit: 3"),
        ("os._exit(5)", "ended its own process with status 5"),
        ("os._exit(0)", "ended its own process with status 0"),
        ("print('so be it', flush=True); os._exit(1)", "status 1; last words: so be it"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "ended by signal 9 (SIGKILL)"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "ended by signal 11 (SIGSEGV)"),
    ],
)
def test_a_policy_that_ends_its_process(laboratory, body, words):
    assert words in laboratory.run(body).reason


@pytest.mark.parametrize(
    ("body", "limits", "words"),
    [
        ("time.sleep(60)", QUICK, "gave no answer within 0.6 s"),
        ("while True: pass", QUICK, "gave no answer within 0.6 s"),
        ("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass", QUICK, "gave no answer within 0.6 s"),
        ("os.kill(os.getpid(), signal.SIGSTOP)", QUICK, "gave no answer within 0.6 s"),
        ("while True: pass", replace(TIGHT, processor_s=1), "used more than 1 s of processor time"),
        ("bytearray(3 * 2 ** 30)", TIGHT, "out of memory"),
        ("kept = []\nwhile True: kept.append(np.ones(2 ** 20))", TIGHT, "out of memory"),
        (SHARED, TIGHT, "out of memory: used more than 512 MiB at once"),
        (TOGETHER, TIGHT, "out of memory: used more than 512 MiB at once"),
        (BOMB, TIGHT, "ran more than 24 processes and threads at once"),
        (THREADS, replace(TIGHT, memory_bytes=2**31), "ran more than 24 processes and threads at once"),
        ("while True: print('x' * 10 ** 6)", TIGHT, "printed more than 65536 bytes"),
        ("while True: os.write(2, b'y' * 10 ** 5)", TIGHT, "printed more than 65536 bytes"),
    ],
)
def test_a_policy_that_takes_too_much(laboratory, body, limits, words):
    begun = time.monotonic()
    outcome = laboratory.run(body, limits)
    assert words in outcome.reason
    assert time.monotonic() - begun < 20.0


def test_a_policy_that_fills_the_disk(laboratory):
    reason = laboratory.run(FILES).reason
    assert "wrote files of more than 1 MiB" in reason or "No space left on device" in reason


def test_one_file_is_bounded_too(laboratory):
    body = "with open('one', 'wb') as file: file.write(b'z' * 2 ** 22)"
    assert "raised OSError: [Errno 2" in laboratory.run(body).reason  # 27, too large, or 28, no space


def test_scratch_may_be_written_and_is_new_each_day(laboratory):
    body = "assert os.listdir('.') == []\nopen('mine', 'w').write('x')\nassert open(os.environ['HOME'] + '/mine').read() == 'x'\n"
    for _ in range(2):
        assert laboratory.run(body, steps=1).reason is None


def test_the_answer_cannot_be_read(files_kept, tmp_path):
    secret = tmp_path / "results" / "record.json"
    secret.parent.mkdir()
    secret.write_text("the answer")
    for place in (secret.parent, secret):
        place.chmod(0o777)
    wanted = [secret, PACKAGE / "errors.py", PACKAGE / "__init__.py", *sorted(PACKAGE.glob("_data/*/*/*.toml"))[:3]]
    wanted += sorted(PACKAGE.parent.glob("scenarios/*/*"))[:5] + sorted(PACKAGE.parent.glob("results/*/*/*.json"))[:5]
    wanted += [Path("/etc/passwd"), Path("/etc/shadow"), Path.home() / ".ssh", Path(__file__)]
    body = f"""
found = []
for path in {[str(one) for one in wanted]!r}:
    for open_it in (lambda: open(path, 'rb').read(1), lambda: os.listdir(path)):
        try: open_it(); found.append(path)
        except OSError: pass
for name in ('gridbench', 'gridbench.oracle', 'isolation'):
    try: __import__(name); found.append(name)
    except ImportError: pass
raise RuntimeError('found ' + repr(found))"""
    assert "raised RuntimeError: found []" in files_kept.run(body).reason


def test_the_parent_cannot_be_read_through_proc(files_kept):
    ids = [os.getpid(), os.getppid(), 1]
    body = f"""
found = []
for process in {ids!r}:
    for name in ('environ', 'mem', 'cwd/README.md', 'root/etc/passwd', 'fd'):
        path = f'/proc/{{process}}/{{name}}'
        try: (os.listdir if name == 'fd' else lambda one: open(one, 'rb').read(1))(path); found.append(path)
        except OSError: pass
raise RuntimeError('found ' + repr(found) + repr([one for one in os.environ if 'GRIDBENCH' in one]))"""
    assert "raised RuntimeError: found [][]" in files_kept.run(body).reason


def test_nothing_is_written_outside_scratch(files_kept, tmp_path):
    open_folder = tmp_path / "results"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    here = Path.cwd()
    places = [open_folder, here, here / "results", Path.home(), PACKAGE, *ELSEWHERE]
    name = f"gridbench-{secrets.token_hex(8)}"
    body = f"""
found = []
for folder in {[str(one) for one in places]!r} + [os.path.dirname(__file__), os.path.dirname(np.__file__)]:
    for write in (lambda path: open(path, 'w'), os.mkdir, lambda path: os.symlink('/', path), os.mkfifo):
        try: write(folder + '/{name}'); found.append(folder)
        except OSError: pass
raise RuntimeError('found ' + repr(found))"""
    assert "raised RuntimeError: found []" in files_kept.run(body).reason
    assert not any((place / name).exists() for place in places)


def unreached(laboratory):
    """Assert that a child reaches no listener of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        ports = server.getsockname()[1], datagrams.getsockname()[1]
        server.settimeout(0.1)
        datagrams.settimeout(0.1)
        body = f"""
import socket
found = []
def tcp(): socket.create_connection(('127.0.0.1', {ports[0]}), timeout=1)
def udp(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {ports[1]}))
def unix(): socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect('/run/docker.sock')
for reach in (tcp, udp, unix):
    try: reach(); found.append(reach.__name__)
    except OSError: pass
raise RuntimeError('found ' + repr(found))"""
        assert "raised RuntimeError: found []" in laboratory.run(body).reason
        for listener in (server.accept, lambda: datagrams.recv(1)):
            with pytest.raises(TimeoutError):
                listener()


def unharmed(laboratory):
    """Assert that a child ends, stops, traces and binds no other process, and gets no new rights."""
    with subprocess.Popen(["/bin/sleep", "60"]) as other:
        body = f"""
import ctypes
libc, done = ctypes.CDLL(None, use_errno=True), []
for target in ({other.pid}, os.getppid(), -1):
    for number in (signal.SIGKILL, signal.SIGSTOP, 0):
        try: os.kill(target, number); done.append((target, number))
        except OSError: pass
for call in (lambda: libc.ptrace(16, {other.pid}, None, None), lambda: libc.unshare(0x10000000), lambda: libc.setns(0, 0),
             lambda: libc.fcntl(0, 8, {other.pid}), lambda: libc.socket(2, 1, 0), lambda: libc.chroot(b'.'),
             lambda: libc.mount(b'none', b'/', None, 1 << 14, None),
             lambda: libc.prlimit({other.pid}, 0, ctypes.create_string_buffer(16), None)):
    if call() == 0: done.append('call')
raise RuntimeError('done ' + repr(done))"""
        try:
            assert "raised RuntimeError: done []" in laboratory.run(body).reason
            assert other.poll() is None
        finally:
            other.kill()


def test_there_is_no_network(laboratory):
    unreached(laboratory)


def test_other_processes_cannot_be_ended_or_traced(laboratory):
    unharmed(laboratory)


def test_limits_without_landlock_still_keep_the_network_and_other_processes(bare_laboratory):
    unreached(bare_laboratory)
    unharmed(bare_laboratory)
    assert bare_laboratory.run(BOMB).reason == "ran more than 24 processes and threads at once"
    assert "import of gridbench halted" in bare_laboratory.run("import gridbench").reason


@pytest.mark.parametrize(
    "hides",
    ["pass", "os.setsid()", "os.setsid()\n        if os.fork(): os._exit(0)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"],
)
def test_nothing_survives(laboratory, hides):
    name = f"gb{secrets.token_hex(5)}"
    body = f"""
import ctypes
ctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)
for _ in range(3):
    if os.fork() == 0:
        {hides}
        os.closerange(0, 3)
        time.sleep(1000)
        os._exit(0)
time.sleep(0.1)"""
    child, house = laboratory.child(body)
    act(child)
    assert len(named(name)) >= 4
    begun = time.monotonic()
    child.close()
    assert time.monotonic() - begun < 10.0
    assert named(name) == []
    house.close()


def named(name):
    """Return the ids of the processes on this machine that bear a name."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            text = comm.read_text().strip()
        except OSError:
            continue
        if text == name:
            found.append(comm.parent.name)
    return found


def test_a_child_ends_with_the_one_that_dropped_it(laboratory):
    name = f"gb{secrets.token_hex(5)}"
    child, house = laboratory.child(f"import ctypes\nctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)")
    act(child)
    assert len(named(name)) == 1
    del child
    assert named(name) == []
    house.close()


KILLED = """
import sys, time
from pathlib import Path
from laboratory import Laboratory, act
child, house = Laboratory(sys.argv[1], Path(sys.argv[2])).child(sys.argv[3])
act(child)
print(house.folder, flush=True)
time.sleep(60)
"""


def test_nothing_survives_when_gridbench_is_killed(laboratory, tmp_path):
    name = f"gb{secrets.token_hex(5)}"
    body = f"import ctypes\nctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)\nif os.fork() == 0: time.sleep(1000)"
    path = os.pathsep.join([str(PACKAGE.parent), str(Path(__file__).parents[1]), *sys.path])
    words = [sys.executable, "-c", KILLED, laboratory.protection, str(tmp_path / "bundle"), body]
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as run:  # noqa: S603
        house = Path(run.stdout.readline().strip() or "none")
        assert house.is_dir()
        assert len(named(name)) == 2
        run.kill()
    end = time.monotonic() + 10.0
    while (named(name) or house.exists()) and time.monotonic() < end:
        time.sleep(0.02)
    assert named(name) == []
    assert not house.exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import gridbench", "raised ModuleNotFoundError: import of gridbench halted"),
        ("class Polycy: pass", "raised AttributeError"),
        ("class Policy:\n    def __init__(self): pass", "raised TypeError"),
        ("class Policy:\n    def __init__(self, task): 1 / 0", "raised ZeroDivisionError: division by zero (policy.py, line 2)"),
        ("def f(:", "raised SyntaxError"),
        ("import os; os.abort()", "ended by signal 6 (SIGABRT)"),
    ],
)
def test_a_policy_that_does_not_begin(laboratory, source, words):
    assert words in laboratory.run_source(source).reason


def test_a_policy_that_takes_too_long_to_begin(first_laboratory):
    outcome = first_laboratory.run_source("import time; time.sleep(60)", replace(TIGHT, start_s=3.0))
    assert outcome.reason == "gave no answer within 3 s"


def test_a_failure_stays_and_the_next_day_is_a_new_one(laboratory):
    child, house = laboratory.child("raise ValueError('first')")
    for _ in range(2):
        with pytest.raises(PolicyFailure, match="raised ValueError: first"):
            act(child)
    house.close()
    assert laboratory.run("assert self.step <= 2").reason is None


def test_a_child_knows_nothing_of_earlier_days_or_of_the_machine(laboratory):
    body = """
told = [os.getcwd() == os.environ['HOME'], os.environ['PYTHONHASHSEED'], hash('gridbench'), len(os.environ)]
raise RuntimeError(told)"""
    reasons = {laboratory.run(body).reason for _ in range(2)}
    assert len(reasons) == 1
    assert "[True, '0'" in reasons.pop()
