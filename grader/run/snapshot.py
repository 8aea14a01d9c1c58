"""A snapshot of an assignment's tests, so that editing them changes nothing for a run that began.

It lies in RESULTS/ASSIGNMENT/tests/…/: the source with hidden tests, the student version with its
files, and the slice of course_rnn that a submission may import.
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from grader import course
from grader.policy import Policy
from grader.run.job import Job, digest_of, version_of
from grader.run.places import Places
from grader.sandbox import open_sandbox
from grader.sandbox.library import write_library
from grader.sources import read_source


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
    tests, version = digest_of(places.solutions / name, "*"), version_of(policy)
    folder = places.results / name / "tests" / f"{tests[:8]}-{version[:8]}"
    if not folder.is_dir():
        _take_snapshot(places, folder)
    return Job(name, folder, places.results, policy, tests, version)


def _take_snapshot(places: Places, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        name = places.assignment
        shutil.copyfile(places.solutions / name / f"{name}.ipynb", made / "source.ipynb")
        released = course.student_version(made / "course", name, places.solutions)
        released.rename(made / "released")
        shutil.rmtree(made / "course")
        write_library(made / "library", name, made / "released")
        made.chmod(0o755)
        made.rename(folder)
    except OSError:
        if not folder.is_dir():  # another run may have made it meanwhile
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
