"""The repository's set-up: what is pinned, what goes where, and what is said when it fails."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOWER_PART = "# ---- what they bring"

# A repository that pip can install without downloading anything.
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "course_rnn-1.dist-info"
    about = "Metadata-Version: 2.1\\nName: course-rnn\\nVersion: 1\\n"
    tags = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    with zipfile.ZipFile(f"{folder}/course_rnn-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", about)
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", "")
    return "course_rnn-1-py3-none-any.whl"
"""


@pytest.fixture
def repository(tmp_path):
    """Copy the set-up into a small repository with nothing to download."""
    place = tmp_path / "a clone"  # with a space, as on many desktops
    (place / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", place)
    for name in ("make_venv.py", "serve.py", "summary.py"):
        shutil.copy(ROOT / "tools" / name, place / "tools")
    (place / "requirements.txt").write_text("# nothing\n")
    (place / "pyproject.toml").write_text(PYPROJECT)
    (place / "backend.py").write_text(BACKEND)
    return place


def call(place, *command, **variables):
    """Run a command there without the pip configuration of this machine."""
    plain = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    environment = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    environment = environment | plain | {"PYTHON": sys.executable} | variables
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)


def sentence(result):
    """Return the only thing that a failed command complained about."""
    assert result.returncode != 0
    said = [line for line in result.stderr.splitlines() if line and not line.startswith("make")]
    assert len(said) == 1, result.stderr
    return said[0]


def script(path, text):
    """Write an executable shell script."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# ---- requirements.txt ----


def requirement_lines(lower):
    upper_part, lower_part = (ROOT / "requirements.txt").read_text().split(LOWER_PART)
    lines = (lower_part if lower else upper_part).splitlines()
    return [line for line in lines if "==" in line and not line.startswith("#")]


def requirement(line):
    return Requirement(line.split(" #")[0])


def wanted():
    """Return what pyproject.toml asks for, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    every = [Requirement(text) for group in groups for text in group]
    return {item.name: item for item in every if item.name != "course-rnn"}


def test_direct_part_pins_what_pyproject_asks_for():
    pins = {requirement(line).name: requirement(line) for line in requirement_lines(lower=False)}
    assert pins.keys() == wanted().keys()
    for name, item in wanted().items():
        (pin,) = pins[name].specifier
        assert pin.operator == "=="
        assert item.specifier.contains(pin.version), f"{pin} is not {item}"


def test_direct_part_gives_a_reason_for_each_line():
    for line in requirement_lines(lower=False):
        assert re.search(r" # \w+( \S+){2,}", line), f"no reason: {line}"


def test_installed_packages_are_the_pinned_ones():
    lines = requirement_lines(lower=False) + requirement_lines(lower=True)
    pins = [requirement(line) for line in lines]
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    assert len(here) > 100
    for pin in here:
        assert pin.specifier.contains(version(pin.name)), f"{pin}, found {version(pin.name)}"


def test_lower_part_holds_everything_the_direct_part_brings():
    result = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    pins = {requirement(line).name for line in requirement_lines(lower=True)}
    assert "setuptools" in pins, "the editable install builds with the pinned setuptools"
    assert {"nbclient", "sphinx", "nbconvert"} <= pins
    assert not [name for name in pins if name.startswith(("nvidia", "triton", "cuda"))]


# ---- make_venv.py ----


@pytest.fixture(scope="module")
def make_venv():
    spec = importlib.util.spec_from_file_location("make_venv", ROOT / "tools" / "make_venv.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_environment_is_made_kept_and_updated(repository, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    intruder = tmp_path / "intruder" / "pip.py"
    intruder.parent.mkdir()
    intruder.write_text("raise SystemExit('PYTHONPATH got in')")
    leaks = {"PIP_TARGET": str(elsewhere), "VIRTUAL_ENV": str(elsewhere)}
    leaks["PYTHONPATH"] = str(intruder.parent)
    first = call(repository, sys.executable, "tools/make_venv.py", **leaks)
    assert first.returncode == 0, first.stderr
    assert re.search(r"environment +\d+ s", first.stdout)
    assert re.search(r"this repository +\d+ s", first.stdout)
    assert not elsewhere.exists()
    assert list(repository.glob(".venv/**/course_rnn-1.dist-info"))

    started = time.monotonic()
    second = call(repository, "make", "setup")
    assert second.stdout == "Environment: .venv is up to date.\n"
    assert time.monotonic() - started < 2

    (repository / "requirements.txt").write_text("no such package\n")
    for _ in range(2):  # the second run tries again
        assert "_build/setup.log" in sentence(call(repository, "make", "setup"))
        assert (repository / ".venv" / "pyvenv.cfg").exists()
    (repository / "requirements.txt").write_text("# nothing\n")  # as it was, yet not trusted
    assert "updating .venv" in call(repository, "make", "setup").stdout
    assert "up to date" in call(repository, "make", "setup").stdout


def test_without_network_nothing_half_made_stays(repository):
    with socket.socket() as closed:  # bound, so that nobody else listens there
        closed.bind(("127.0.0.1", 0))
        index = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        (repository / "requirements.txt").write_text("numpy==2.4.6\n")
        result = call(repository, "make", "setup", PIP_INDEX_URL=index, PIP_RETRIES="1")
    assert "cannot be reached" in sentence(result)
    assert "connect to the network" in sentence(result)
    assert not (repository / ".venv").exists()


def test_what_was_left_half_made_or_moved_is_made_again(repository, make_venv, monkeypatch):
    venv = repository / ".venv"
    monkeypatch.setattr(make_venv, "ROOT", repository)
    monkeypatch.setattr(make_venv, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(make_venv, "STAMP", venv / "stamp")
    venv.mkdir()
    assert make_venv.is_updatable()  # made by hand, with a Python that works
    make_venv.write_stamp("updating")
    assert make_venv.is_updatable()
    make_venv.write_stamp("half-made")
    assert not make_venv.is_updatable()
    make_venv.write_stamp("updating")
    monkeypatch.setattr(make_venv, "ROOT", repository.parent)
    assert not make_venv.is_updatable()


def test_a_students_environment_is_not_enough_for_the_course(repository, make_venv, monkeypatch):
    monkeypatch.setattr(make_venv, "ROOT", repository)
    monkeypatch.setattr(make_venv, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(make_venv, "STAMP", repository / "stamp")
    make_venv.write_stamp("abc student")
    assert make_venv.is_current("abc", student=True)
    assert not make_venv.is_current("abc", student=False)
    make_venv.write_stamp("abc everything")
    assert make_venv.is_current("abc", student=True)
    assert make_venv.is_current("abc", student=False)
    assert not make_venv.is_current("def", student=True)


@pytest.mark.parametrize("found", ["3.9.2", "3.15.0"])
def test_unsupported_python_is_named(repository, tmp_path, found):
    pretend = (
        "import sys, runpy; sys.argv = sys.argv[1:];"
        f"sys.version_info = ({found.replace('.', ', ')}, 'final', 0);"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    python = script(tmp_path / "bin" / "python3", f'exec {sys.executable} -c "{pretend}" "$@"')
    said = sentence(call(repository, "make", "course", f"PYTHON={python}"))
    assert f"Python 3.11 to 3.14 is needed, but {sys.executable} is {found}" in said
    assert "make course PYTHON=/path/to/python3.11" in said
    assert not (repository / ".venv").exists()
    assert not (repository / "_build").exists()


def test_missing_python_is_named(repository):
    said = sentence(call(repository, "make", "course", "PYTHON=/nowhere/python3.11"))
    assert said.startswith("There is no /nowhere/python3.11: install Python 3.11 to 3.14")


def test_newest_python_is_taken(repository, tmp_path):
    for name in ("python3.11", "python3.12", "python3"):
        script(tmp_path / "bin" / name, f'[ "$1" = -c ] || echo "{name} runs $*"')
    for name in ("python3.14", "python3.13"):  # there, but without the means to make .venv
        script(tmp_path / "bin" / name, "exit 1")
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    result = call(repository, "env", "-u", "PYTHON", f"PATH={path}", "make", "setup")
    assert result.stdout == "python3.12 runs tools/make_venv.py\n"


@pytest.mark.parametrize("name", ["make_venv.py", "serve.py"])
def test_old_pythons_can_read_the_script(name):
    ast.parse((ROOT / "tools" / name).read_text(), feature_version=(3, 8))


DISK_FULL = """Installing collected packages: setuptools, six, pytz
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""
DISK_FULL_WHILE_DOWNLOADING = (
    "pip._vendor.urllib3.exceptions.ProtocolError: (\"Connection broken: OSError(28, 'No space left"
    " on device')\", OSError(28, 'No space left on device'))"
)
NO_VENV = """The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv
package using the following command.
"""
NO_NAME_SERVER = """WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by
'NewConnectionError(... [Errno -2] Name or service not known')': /simple/numpy/
ERROR: Could not find a version that satisfies the requirement numpy==2.4.6
ERROR: No matching distribution found for numpy==2.4.6
"""
CUT_OFF = (
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(...): Read timed out."
)
NO_WHEEL = """ERROR: Could not find a version that satisfies the requirement torch==2.13.0
ERROR: No matching distribution found for torch==2.13.0
"""
RECOVERED = """WARNING: Retrying (Retry(total=4, connect=None)) after connection broken
error: metadata-generation-failed
"""


@pytest.mark.parametrize(
    ("output", "beginning"),
    [
        (DISK_FULL, "The disk is full: free some space"),
        (DISK_FULL_WHILE_DOWNLOADING, "The disk is full: free some space"),
        (NO_VENV, "This Python has no `venv` module: install it"),
        (NO_NAME_SERVER, "The package index cannot be reached"),
        (CUT_OFF, "The package index cannot be reached"),
        (NO_WHEEL, "A pinned package is not offered for this Python"),
        ("[Errno 13] Permission denied: '/x/.venv'", "A file cannot be written"),
        (RECOVERED, "Installing failed: settle what the last lines of _build/setup.log say"),
    ],
)
def test_each_failure_gets_its_sentence(make_venv, output, beginning):
    said = make_venv.explain(output)
    assert said.startswith(beginning)
    assert "\n" not in said
    assert said.endswith(".")


def test_a_full_disk_is_noticed_when_nobody_says_so(make_venv, monkeypatch):
    silent = "Error: Command '[... '-m', 'ensurepip' ...]' returned non-zero exit status 1."
    monkeypatch.setattr(make_venv.shutil, "disk_usage", lambda _: SimpleNamespace(free=1e6))
    assert make_venv.explain(silent).startswith("The disk is full")


# ---- Makefile ----


def test_help_lists_every_target(repository):
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    listed = re.findall(r"^  make (\S+) +\S", call(repository, "make").stdout, re.M)
    assert listed == targets
    assert {"course", "test", "book", "release", "grade-sample", "lab", "serve"} <= set(targets)


def test_course_runs_its_stages_in_order_and_stops_at_the_first_that_fails(repository, tmp_path):
    note = (
        'echo "$*" >> log; case "$PATH" in *a*clone/.venv/bin:*) ;; *) echo no PATH >> log;; esac'
    )
    script(repository / ".venv" / "python", "")
    script(repository / ".venv" / "bin" / "python", f'{note}; [ "$*" != "$FAILING" ]')
    python = script(tmp_path / "python3", 'echo "$*" >> log')
    stages = ["tools/make_venv.py", "tools/build_book.py", "-m grader.cli release"]
    stages += ["-m grader.sample_class", "tools/summary.py"]
    good = call(repository, "make", "-j8", "course", f"PYTHON={python}")
    assert good.returncode == 0, good.stderr
    assert (repository / "log").read_text().splitlines() == stages
    (repository / "log").unlink()
    bad = call(repository, "make", "-j8", "course", f"PYTHON={python}", FAILING=stages[2])
    assert bad.returncode != 0
    assert (repository / "log").read_text().splitlines() == stages[:3]


def test_clean_removes_what_is_generated_and_nothing_else(repository):
    generated = ["_build/html/index.html", "tests/__pycache__/x.pyc", ".pytest_cache/x"]
    kept = [".venv/bin/python", "grader/submitted/ada/01_one_hot/01_one_hot.ipynb", "notebooks/x"]
    for name in generated + kept:
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).touch()
    result = call(repository, "make", "clean")
    assert result.returncode == 0, result.stderr
    assert "rm -rf .venv" in result.stdout
    assert [name for name in generated if (repository / name).exists()] == []
    assert [name for name in kept if not (repository / name).exists()] == []


# ---- serve.py ----


@pytest.fixture
def built(repository):
    page = repository / "_build" / "html" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("the book")
    return repository


def test_book_is_served_until_interrupted(built):
    command = [sys.executable, "tools/serve.py", "0"]
    with subprocess.Popen(command, cwd=built, stdout=subprocess.PIPE, text=True) as server:
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        with urllib.request.urlopen(address) as answer:
            assert answer.read() == b"the book"
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=5) == 0


def test_port_in_use(built):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = sentence(call(built, "make", "serve", f"PORT={port}"))
    assert said.startswith(f"Port {port} cannot be used (address already in use)")
    assert re.search(r"`make serve PORT=\d+`", said)


@pytest.mark.parametrize("port", ["web", "70000", "-1"])
def test_no_port(built, port):
    said = sentence(call(built, "make", "serve", f"PORT={port}"))
    assert said.startswith(f"{port} is not a port")


def test_no_book_to_serve(repository):
    assert "run `make book`" in sentence(call(repository, "make", "serve"))


# ---- summary.py ----

RESULTS = {
    "assignments": [
        {
            "name": "01_one_hot",
            "max_score": 12.0,
            "auto_max": 10.0,
            "students": [
                {"id": "ada", "status": "graded", "score": 10.0, "note": ""},
                {
                    "id": "ben",
                    "status": "graded",
                    "score": 5.0,
                    "note": "argmax over the wrong axis",
                },
                {
                    "id": "cy",
                    "status": "unreadable",
                    "score": None,
                    "note": "Not JSON. Save it again.",
                },
            ],
        }
    ]
}


def summary(place, text=None):
    if text is not None:
        results = place / "_build" / "sample_class" / "summary.json"
        results.parent.mkdir(parents=True)
        results.write_text(text)
    return call(place, sys.executable, "tools/summary.py")


def test_summary_tells_where_what_and_next(built):
    said = summary(built, json.dumps(RESULTS)).stdout
    assert "_build/html/index.html" in said
    assert "01_one_hot   2 of 3 graded: 7.5 of 10 points on average, 1 with all" in said
    assert "unreadable: cy (Not JSON)\n" in said
    assert "free-text answers (2 points) wait for a person" in said
    assert {"make lab", "make serve"} <= set(re.findall(r"make \w+", said))


@pytest.mark.parametrize("text", ["{", "[]", '{"assignments": [{}]}', '{"assignments": 3}'])
def test_summary_of_damaged_results(built, text):
    said = sentence(summary(built, text))
    assert "summary.json is damaged" in said
    assert "make grade-sample" in said


def test_summary_before_the_work_is_done(repository):
    assert "run `make book`" in sentence(summary(repository))
    (repository / "_build" / "html").mkdir(parents=True)
    (repository / "_build" / "html" / "index.html").touch()
    assert "run `make grade-sample`" in sentence(summary(repository))


# ---- .ci/run and what is committed ----


def run_ci(repository, tools, here=()):
    """Run .ci/run on a machine that has nothing but these commands."""
    machine = repository / "machine"
    for name in ("bash", "dirname", "env"):
        machine.mkdir(exist_ok=True)
        (machine / name).symlink_to(shutil.which(name))
    for name in (*here, "make", "git"):
        script(machine / name, f'echo "{name} $*"')
    script(machine / "python3", "exit 0")
    for name, text in tools.items():
        script(machine / name, text)
    (repository / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", repository / ".ci")
    return call(repository, shutil.which("bash"), ".ci/run", PATH=str(machine), PYTHON="python3")


ROOT_USER = {"id": "echo 0"}
APT = {"apt-get": 'echo "apt-get $*"'}


def test_ci_installs_only_what_is_missing(repository):
    result = run_ci(repository, ROOT_USER | APT, here=["chromium", "bwrap"])
    assert "chromium" not in result.stdout
    assert "bubblewrap" not in result.stdout
    assert result.stdout.endswith("make test\n")


def test_ci_installs_the_browser_as_root(repository):
    result = run_ci(repository, ROOT_USER | APT | {"python3": "exit 1"})
    assert "apt-get install -y -qq chromium bubblewrap " in result.stdout
    assert "python3-venv" in result.stdout
    assert result.stdout.endswith("make test\n")


@pytest.mark.parametrize("machine", [ROOT_USER, APT | {"id": "echo 1000"}])
def test_ci_says_what_it_may_not_install(repository, machine):
    result = run_ci(repository, machine)
    assert "chromium" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == "make test\n"


def test_ci_fails_if_the_tests_fail(repository):
    result = run_ci(repository, ROOT_USER | {"make": "exit 3"}, here=["chromium"])
    assert result.returncode == 3


def test_workflow_runs_the_same_script():
    assert "run: bash .ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_no_file_depends_on_one_machine_or_server():
    # Written so that this file does not contain what it looks for.
    paths = r"(?<![\w.])/(?:work|root|opt/pypi)/"
    hosts = r"pypi\.org|python" r"hosted\.org|npmjs\.(?:org|com)|download\.pytorch\.org"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]
    assert ROOT / "Makefile" in files
    found = {
        path.relative_to(ROOT).as_posix(): match[0]
        for path in files
        if (match := re.search(f"{paths}|{hosts}", path.read_text(errors="replace")))
    }
    assert found == {}
