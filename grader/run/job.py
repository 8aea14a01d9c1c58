"""What grading an assignment needs beside the submissions.

Workers import this, so nothing here imports nbgrader, which takes a second and a half.
"""

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import course_rnn
from grader.policy import Policy

JUDGED_BY = ("student", "sandbox", "judge", "intake", "results.py", "sources.py")
"""The parts of this package that a result depends on."""


@dataclass(frozen=True)
class Job:
    """All that the tasks of one run have in common.

    `folder` is the snapshot, `results` the folder of the store. `tests` and `version` hash what a
    result depends on beside the submission: the assignment; code, limits, level and packages.
    """

    assignment: str
    folder: Path
    results: Path
    policy: Policy
    tests: str
    version: str

    @property
    def level(self) -> str:
        """The level of the sandbox."""
        return self.policy.level

    @property
    def released(self) -> Path:
        """The folder of the student version: the notebook and what lies beside it."""
        return self.folder / "released"

    @property
    def library(self) -> Path:
        """The folder that holds the slice of course_rnn."""
        return self.folder / "library"

    @property
    def source(self) -> Path:
        """The notebook with solutions and hidden tests."""
        return self.folder / "source.ipynb"


@lru_cache(maxsize=8)
def read_notebooks(job: Job) -> tuple[NotebookNode, NotebookNode]:
    """Return the source and the student version of a job."""
    released = job.released / f"{job.assignment}.ipynb"
    return tuple(nbformat.read(path, as_version=4) for path in (job.source, released))


@cache
def version_of(policy: Policy) -> str:
    """Hash what a result depends on beside notebook and tests: code, limits, level, versions."""
    parts = [
        code_version(),
        platform.python_version(),
        [(name, _installed(name)) for name in sorted({"numpy", *policy.imports})],
        asdict(policy.limits),
        policy.level,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def code_version() -> str:
    """Hash the code of the library and of those parts of the grader that judge."""
    grader, library = Path(__file__).parents[1], Path(course_rnn.__file__).parent
    parts = [digest_of(grader / name, "*.py") for name in JUDGED_BY]
    return hashlib.sha256(" ".join([*parts, digest_of(library, "*")]).encode()).hexdigest()


def digest_of(path: Path, pattern: str) -> str:
    """Hash a file, or the files of a folder with their names."""
    files = sorted(path.rglob(pattern)) if path.is_dir() else [path]
    total = hashlib.sha256()
    for file in files:
        if file.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts):
            total.update(f"{file.relative_to(path.parent).as_posix()}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _installed(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
