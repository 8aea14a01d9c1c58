"""What hostile code can do in a student's process, at each level of the sandbox."""

import contextlib
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from grader.course import ROOT
from grader.policy import LEVELS, Limits, Policy
from grader.sandbox import Sandbox, SandboxUnavailableError, open_sandbox
from grader.sandbox.ground import hidden_folders
from grader.sandbox.library import write_library
from grader.student.seccomp import instructions
from tests.grader.pupil import Pupil, pupil_in

SMALL = Limits(memory_mib=1024, disk_mib=8, threads=16)


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("course")
    (folder / "released").mkdir()
    (folder / "released" / "numbers.csv").write_text("1,2\n")
    (folder / "released" / "02_rnn_forward.ipynb").write_text("{}")
    library = write_library(folder / "library", "02_rnn_forward")
    return {"library": library, "released": folder / "released"}


@pytest.fixture(scope="module", params=LEVELS)
def sandbox(request, places) -> Iterator[Sandbox]:
    os.environ["GRADER_TEST_TOKEN"] = "secret"
    policy = Policy(level=request.param, limits=SMALL)
    with open_sandbox(policy, **places) as opened:
        yield opened


@pytest.fixture
def pupil(sandbox) -> Iterator[Pupil]:
    with pupil_in(sandbox) as opened:
        yield opened


FORBIDDEN = {
    "start a program": "import subprocess; subprocess.run(['ls'])",
    "become a program": "import os; os.execv('/bin/sh', ['sh'])",
    "spawn a program": "import os; os.posix_spawn('/bin/ls', ['ls'], {})",
    "fork": "import os; os.fork()",
    "multiply": "import multiprocessing as m; m.get_context('fork').Process().start()",
    "call the internet": "import socket; socket.create_connection(('127.0.0.1', 80))",
    "listen": "import socket; socket.create_server(('127.0.0.1', 0))",
    "open a socket with a path": "import socket; socket.socket(socket.AF_UNIX)",
    "kill the parent": "import os; os.kill(os.getppid(), 9)",
    "kill its group": "import os; os.kill(0, 9)",
    "kill everybody": "import os; os.kill(-1, 9)",
    "kill by a file": "import fcntl, os; fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())",
    "slow others down": "import os; os.setpriority(os.PRIO_USER, 0, 19)",
    "limit others": "import resource as r; r.prlimit(os.getppid() or 2, r.RLIMIT_CPU, (0, 0))",
    "raise its limits": "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (9999, 9999))",
    "become root": "import os; os.setresuid(0, 0, 0)",
    "read the solutions": f"open({str(ROOT / 'solutions/01_one_hot/01_one_hot.ipynb')!r})",
    "list the course": f"import os; os.listdir({str(ROOT)!r})",
    "list the homes": "import os; os.listdir('/home'); os.listdir('/root')",
    "read passwords": "open('/etc/shadow')",
    "see its parent's variables": "import os; open('/proc/1/environ')",
    "see its own variables": "open('/proc/self/environ')",
    "write among programs": "open('/usr/bin/x', 'w')",
    "write into /etc": "open('/etc/x', 'w')",
    "change the exercise's data": "open('numbers.csv', 'w')",
    "change the library": "import course_rnn; open(course_rnn.__file__, 'a')",
    "change numpy": "import numpy; open(numpy.__file__, 'a')",
    "make a device": "import os; os.mknod('x', 0o060666, os.makedev(8, 0))",
    "leave its root": "import os; os.chroot('.')",
}


@pytest.mark.parametrize("source", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_machine_refuses_to(source, pupil):
    said, error = pupil.run(f"import os\n{source}")
    assert error in ("PermissionError", "OSError", "FileNotFoundError", "ValueError"), said
    assert pupil.value("1 + 1") == 2


KERNEL = {
    "trace its parent": (101, 16, 1),
    "mount": (165, 0, 0, 0, 0, 0),
    "make namespaces": (272, 0x10000000),
    "make a process like a thread": (56, 0x10000100 | 17, 0, 0, 0, 0),
    "make a process the new way": (435, 0, 0),
    "load a program into the kernel": (321, 0, 0, 0),
    "hide work from filters": (425, 8, 0),
    "keep memory that counts for nobody": (319, 0, 0),
    "speak the other dialect of x86": (0x40000000 | 39,),
    "copy another process' memory": (310, 1, 0, 0, 0, 0, 0),
}


@pytest.mark.parametrize("arguments", KERNEL.values(), ids=KERNEL)
def test_the_kernel_refuses_to(arguments, pupil):
    pupil.run("import ctypes; kernel = ctypes.CDLL(None, use_errno=True).syscall")
    assert pupil.value(f"(kernel(*{arguments}), ctypes.get_errno() in (1, 38))") == (-1, True)


def test_filters_are_written_for_both_machines_and_say_yes_only_at_the_end():
    for machine in ("x86_64", "aarch64"):
        code = instructions(machine, 1)
        assert len(code) < 4096
        for place, (_, yes, no, _) in enumerate(code[:-1]):
            assert place + 1 + max(yes, no) < len(code)
        assert code[-1] == (6, 0, 0, 0x7FFF0000)


def test_nothing_of_the_worker_is_inside(pupil):
    assert "GRADER_TEST_TOKEN" not in pupil.value("dict(__import__('os').environ)")
    assert pupil.value("'nbgrader' in str(__import__('sys').modules)") is False
    is_socket = "def sockets():\n import os, stat\n for n in range(3, 200):\n  try:\n"
    pupil.run(f"{is_socket}   os.fstat(n); yield n\n  except OSError: pass")
    assert len(pupil.value("list(sockets())")) == 1


def test_other_packages_and_the_course_are_hidden_wherever_they_lie(pupil):
    pupil.run("""if True:
        import os
        def listed(folder):
            try:
                return os.listdir(folder)
            except OSError:
                return []
    """)
    for folder in hidden_folders():
        assert pupil.value(f"listed({str(folder)!r})") == []


def test_shell_commands_say_that_they_are_not_allowed(pupil):
    for command in ("!ls", "%%bash\nls", "%system ls", "!pip install torch", "!rm -rf /"):
        said, error = pupil.run(command)
        assert error or "not permitted" in said or not said, (command, said)
    assert pupil.value("1 + 1") == 2


def test_only_what_the_policy_allows_can_be_imported(pupil):
    for name in ("torch", "nbgrader", "pytest", "scipy", "grader"):
        assert pupil.run(f"import {name}")[1] == "ModuleNotFoundError"
    for name in ("numpy", "matplotlib.pyplot", "json", "IPython", "sqlite3", "concurrent.futures"):
        assert pupil.run(f"import {name}") == ("", "")
    site = Path(psutil.__file__).parents[1]
    assert pupil.run(f"import sys; sys.path.append({str(site)!r})\nimport nbgrader")[1]
    assert pupil.run(f"import sys; sys.path.append({str(ROOT / 'src')!r})\nimport grader")[1]


def test_earlier_chapters_can_be_imported_and_this_one_cannot(pupil):
    assert pupil.value("__import__('course_rnn').one_hot([1], 2).tolist()") == [[0, 1]]
    assert pupil.run("from course_rnn import RNNParams, check") == ("", "")
    assert pupil.run("from course_rnn.check import check; check(print)")[1] == ""
    for place in ("course_rnn", "course_rnn.rnn"):
        said, error = pupil.run(f"from {place} import rnn_forward")
        assert error == "ImportError"
        assert "rnn_forward is what this assignment asks you to write" in said
    assert pupil.run("import course_rnn.check.exercises")[1] == "ModuleNotFoundError"
    pupil.run("import course_rnn, pathlib; folder = pathlib.Path(course_rnn.__file__).parent")
    everything = pupil.value("' '.join(p.read_text() for p in folder.rglob('*.py'))")
    assert "def one_hot" in everything
    assert "def rnn_cell_forward" not in everything


def test_files_of_the_assignment_are_where_a_notebook_looks_for_them(pupil):
    assert pupil.value("open('numbers.csv').read()") == "1,2\n"
    assert pupil.value("sorted(__import__('os').listdir())") == ["numbers.csv"]


def test_a_student_may_write_files_and_import_them(pupil):
    assert pupil.run("%%writefile helper.py\ndef twice(x):\n    return 2 * x")[1] == ""
    assert pupil.run("import helper, numpy")[1] == ""
    assert pupil.value("helper.twice(3)") == 6
    assert pupil.value("open(__import__('tempfile').mkstemp()[1]).read()") == ""


def test_a_module_of_the_same_name_shadows_nothing(sandbox):
    with pupil_in(sandbox) as pupil:
        pupil.run("%%writefile colorsys.py\nrgb_to_hsv = None")
        assert pupil.value("__import__('colorsys').rgb_to_hsv(0, 0, 0)") == (0, 0, 0)


def test_the_next_student_sees_nothing_of_the_last_one(sandbox):
    spoil = """
        import builtins, os, pathlib, sys, tempfile, numpy as np
        np.tanh = builtins.abs = None
        sys.modules["course_rnn"] = None
        os.environ["LEFT"] = "behind"
        home = os.path.expanduser("~")
        for place in (".", "..", "/tmp", "/dev/shm", tempfile.gettempdir(), home):
            try:
                pathlib.Path(place, "left.py").write_text("behind")
            except OSError:
                pass
        os.makedirs(os.path.expanduser("~/.ipython/profile_default/startup"))
    """
    look = """
        import os, pathlib, sys, tempfile, numpy as np
        places = {".", "..", "/tmp", "/dev/shm", tempfile.gettempdir(), os.path.expanduser("~")}
        def listed(place):
            try:
                return os.listdir(place)
            except OSError:
                return []
        found = [name for place in places for name in listed(place)]
    """
    with pupil_in(sandbox) as first, pupil_in(sandbox) as neighbour:
        assert first.run(textwrap.dedent(spoil))[1] == ""
        with pupil_in(sandbox) as second:
            for pupil in (second, neighbour):
                assert pupil.run(textwrap.dedent(look)) == ("", "")
                assert "left.py" not in pupil.value("found")
                assert ".ipython" not in pupil.value("found")
                assert "LEFT" not in pupil.value("list(os.environ)")
                assert pupil.value("float(np.tanh(0.0)), abs(-1)") == (0.0, 1)
                assert pupil.run("import course_rnn")[1] == ""


BOMBS = {
    "memory": ("b = []\nwhile True: b.append(bytearray(1 << 26))", "MemoryError"),
    "one array": ("import numpy as np; a = np.ones(1 << 40)", "MemoryError"),
    "threads": (
        "import threading, time\nwhile True: "
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "RuntimeError",
    ),
    "disk": ("f = open('big', 'wb')\nwhile True: f.write(bytes(1 << 20)); f.flush()", "OSError"),
    "files": ("fs = [open('numbers.csv') for _ in range(10000)]", "OSError"),
}


@pytest.mark.parametrize(("source", "expected"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_ends_as_an_error_of_its_own_cell(source, expected, sandbox):
    with pupil_in(sandbox) as pupil:
        said, error = pupil.run(source)
        assert error == expected, said
    with pupil_in(sandbox) as pupil:
        assert pupil.value("1 + 1") == 2


def test_many_files_do_not_fill_the_disk(places):
    with (
        open_sandbox(Policy(limits=SMALL), **places) as sandbox,
        pupil_in(sandbox) as pupil,
    ):
        fill = "for i in range(100):\n for place in ('.', '/dev/shm'):\n"
        fill += "  open(f'{place}/{i}', 'wb').write(bytes(1 << 20))"
        assert pupil.run(fill)[1] == "OSError"


def test_threads_are_possible(pupil):
    pupil.run("from concurrent.futures import ThreadPoolExecutor as Pool\npool = Pool(8)")
    assert pupil.value("list(pool.map(abs, range(-50, 0)))") == list(range(50, 0, -1))


ENDINGS = {
    "leaves": ("import os; os._exit(3)", {"exit 3"}),
    "crashes": ("import ctypes; ctypes.string_at(0)", {"signal 11"}),
    "aborts": ("import os; os.abort()", {"signal 6", "signal 11"}),
}


@pytest.mark.parametrize(("source", "endings"), ENDINGS.values(), ids=ENDINGS)
def test_a_process_that_ends_is_told_apart(source, endings, sandbox):
    with pupil_in(sandbox) as pupil:
        pupil.channel.send(("run", 20.0, source))
        assert pupil.child.socket.recv(1) == b""
        assert pupil.child.ending() in endings


STUBBORN = """
import signal, threading
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
threading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()
while True: pass
"""


def test_a_process_that_ignores_everything_can_be_killed(sandbox):
    with pupil_in(sandbox) as pupil:
        pupil.channel.send(("run", 20.0, STUBBORN))
        time.sleep(0.3)
        pupil.child.kill()
        assert pupil.child.ending() == "signal 9"


def test_processor_time_is_limited_whatever_the_judge_does(places, sandbox):
    limits = Limits(submission_seconds=1)
    with open_sandbox(Policy(level=sandbox.level, limits=limits), **places) as quick:
        child = quick.start()
        pupil = Pupil(child)
        pupil.channel.send(("run", 60.0, STUBBORN))
        child.socket.settimeout(30)
        assert child.socket.recv(1) == b""
        assert child.ending() == "cpu"


def test_a_dead_server_is_replaced_and_a_closed_one_leaves_nothing_behind(places, sandbox):
    before = set(psutil.Process().children(recursive=True))
    with open_sandbox(Policy(level=sandbox.level), **places) as other:
        with pupil_in(other) as pupil:
            servers = set(psutil.Process().children(recursive=True)) - before
            assert servers
            for process in servers:
                with contextlib.suppress(psutil.NoSuchProcess):  # gone with another of them
                    process.kill()
            assert pupil.child.ending() == "sandbox"
        with pupil_in(other) as pupil:
            assert pupil.value("1 + 1") == 2
    assert not {p for p in psutil.Process().children(recursive=True) if p not in before}


def test_a_killed_worker_leaves_nothing_behind(places, sandbox):
    code = f"""
import os, pathlib, sys
import psutil
from grader.policy import Policy
from grader.sandbox import open_sandbox
sandbox = open_sandbox(Policy(level={sandbox.level!r}), *map(pathlib.Path, sys.argv[1:]))
sandbox.start()
print(*[p.pid for p in psutil.Process().children(recursive=True)], flush=True)
os.kill(os.getpid(), 9)
"""
    arguments = [sys.executable, "-c", code, places["library"], places["released"]]
    worker = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    started = [int(process) for process in worker.communicate()[0].split()]
    assert started
    end = time.monotonic() + 20
    while any(map(psutil.pid_exists, started)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(psutil.pid_exists, started))
    with open_sandbox(Policy(level=sandbox.level), **places):
        left = Path(tempfile.gettempdir()).glob(f"grader-{worker.pid}-*")
        assert not list(left)


def test_a_missing_package_is_named(places):
    with pytest.raises(SandboxUnavailableError, match=r"no_such_package.*install it"):
        open_sandbox(Policy(imports=("no_such_package",)), **places)


def test_torch_can_be_allowed(places):
    policy = Policy(level="bubblewrap", imports=("numpy", "torch"))
    with open_sandbox(policy, **places) as sandbox, pupil_in(sandbox) as pupil:
        source = "import torch\nx = torch.ones(3, requires_grad=True); (x * x).sum().backward()"
        assert pupil.run(source) == ("", "")
        assert pupil.value("x.grad.tolist()") == [2, 2, 2]


def test_a_weaker_level_is_taken_only_if_it_is_accepted(places, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxUnavailableError, match="grader doctor"):
        open_sandbox(Policy(), **places)
    with open_sandbox(Policy(accept_weaker=True), **places) as sandbox:
        assert sandbox.level == "limits"
