"""What grading an assignment needs beside the submissions, as a snapshot that does not change.

It lies in RESULTS/ASSIGNMENT/tests/…/: the source with hidden tests, the student version with
its files, and the slice of course_rnn that a submission may import. Editing an assignment while it
is graded changes nothing for the run that has begun.
"""

import hashlib
import json
import platform
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader import course
from grader.policy import Policy
from grader.run.places import Places
from grader.sandbox import open_sandbox
from grader.sources import read_source

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


def open_job(places: Places, policy: Policy) -> Job:
    """Take the snapshot of an assignment, and settle at which level it is graded.

    Raises
    ------
    BadSourceError
        If the assignment cannot be graded; the text says what to do.
    SandboxUnavailableError
        If any level is accepted, and this machine has none.
    """
    job = _job_at(places, policy)
    if not policy.accept_weaker:
        return job
    with open_sandbox(policy, job.library, job.released) as sandbox:
        return _job_at(places, replace(policy, level=sandbox.level, accept_weaker=False))


def _job_at(places: Places, policy: Policy) -> Job:
    name = places.assignment
    read_source(places.solutions, name)
    tests, version = _digest(places.solutions / name, "*"), version_of(policy)
    folder = places.results / name / "tests" / f"{tests[:8]}-{version[:8]}"
    if not folder.is_dir():
        _take_snapshot(places, folder)
    return Job(name, folder, places.results, policy, tests, version)


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
    grader, library = Path(__file__).parents[1], course.ROOT / "src" / "course_rnn"
    parts = [_digest(grader / name, "*.py") for name in JUDGED_BY]
    return hashlib.sha256(" ".join([*parts, _digest(library, "*")]).encode()).hexdigest()


def _take_snapshot(places: Places, folder: Path) -> None:
    from grader.sandbox.library import write_library

    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        name = places.assignment
        shutil.copyfile(places.solutions / name / f"{name}.ipynb", made / "source.ipynb")
        released = course.student_version(made / "course", name, places.solutions)
        released.rename(made / "released")
        shutil.rmtree(made / "course")
        write_library(made / "library", name)
        made.chmod(0o755)
        made.rename(folder)
    except OSError:
        if not folder.is_dir():  # another run may have made it meanwhile
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _digest(path: Path, pattern: str) -> str:
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
