"""The package as a whole: what importing it costs, and that its examples run."""

import doctest
import importlib
import os
import pkgutil
import statistics
import subprocess
import sys

import pytest

import course_rnn

MODULES = [
    module.name
    for module in pkgutil.walk_packages(course_rnn.__path__, "course_rnn.")
    if not module.name.endswith("__main__")
]


def run(code: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    ).stdout


def test_import_needs_numpy_alone():
    heavy = run(
        "import sys, course_rnn, course_rnn.check\n"
        "print({'torch', 'matplotlib', 'IPython', 'nbformat', 'nbclient'} & set(sys.modules))"
    )
    assert heavy.strip() == "set()"


def test_import_adds_at_most_50_ms_to_numpy(tmp_path):
    code = (
        "import time, numpy\nstart = time.process_time()\nimport course_rnn\n"
        "print(time.process_time() - start)"
    )
    # Compiled once, as every import but the first finds it.
    keep = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    assert statistics.median(float(run(code, **keep)) for _ in range(5)) < 0.05


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", course_rnn.__all__)
def test_public_functions_say_what_goes_in_and_out(name):
    public = getattr(course_rnn, name)
    if not callable(public) or isinstance(public, type):
        return
    for heading in ("Parameters", "Returns"):
        assert heading in public.__doc__, f"{name} has no section {heading}"
