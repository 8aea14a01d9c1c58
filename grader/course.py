"""An nbgrader course in a folder: its settings, places and student versions.

nbgrader's own programs are called here alone.
"""

import copy
import glob
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from grader.sources import ROOT, BadSourceError

SOLUTIONS = ROOT / "solutions"
LOG = logging.getLogger("grader")

# nbgrader calls alembic by name, which an environment that is not activated does not have on PATH
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # a kernel need not warn of debugging


def instructor_course() -> Config:
    """Load the settings of the real course: grader/submitted, grader/gradebook.db and so on."""
    return PyFileConfigLoader("nbgrader_config.py", str(ROOT / "grader")).load_config()


def course_in(folder: Path) -> Config:
    """Load the same settings for a course that lies in a folder of its own.

    It has nbgrader's own places: source, release, submitted, autograded, gradebook.db.
    """
    config = instructor_course()
    config.CourseDirectory = Config(
        course_id="course_rnn",
        root=str(folder.resolve()),
        db_url=f"sqlite:///{folder.resolve() / 'gradebook.db'}?timeout=60",
    )
    return config


def log_to(path: Path) -> None:
    """Write what nbgrader has to say into a file, and nothing of it on the screen."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.handlers = [handler]
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def folder_of(config: Config, step: str, student: str, assignment: str) -> Path:
    """Return the folder of an assignment at a step such as "submitted"."""
    place = CourseDirectory(config=config)
    directory = getattr(place, f"{step}_directory")
    return Path(os.path.normpath(place.format_path(directory, student, assignment)))


def make_student_version(config: Config, assignment: str, *, in_gradebook: bool) -> None:
    """Generate the student version of an assignment, and list its cells in the gradebook if asked.

    Parameters
    ----------
    config
        The course.
    assignment
        Read from the course's source folder, written into its release folder.
    in_gradebook
        Submissions can be graded only after the gradebook knows the assignment.

    Raises
    ------
    Exception
        Whatever nbgrader failed with.
    """
    config = copy.deepcopy(config)
    config.SaveCells.enabled = in_gradebook
    config.GenerateAssignment.no_database = not in_gradebook
    _run(GenerateAssignment, config, assignment, ".")


def student_version(folder: Path, assignment: str, solutions: Path) -> Path:
    """Make the student version of an assignment in an empty folder, without a gradebook.

    Parameters
    ----------
    folder
        It becomes a course with this one assignment.
    assignment
        A folder of the solutions.
    solutions
        The folder of all sources.

    Returns
    -------
    Path
        The folder of the student version: its notebook, and the files that belong to it.

    Raises
    ------
    BadSourceError
        If nbgrader cannot do it.
    """
    shutil.copytree(solutions / assignment, folder / "source" / assignment)
    try:
        make_student_version(course_in(folder), assignment, in_gradebook=False)
    except OSError:
        raise
    except Exception as error:
        reason = str(error.__context__ or error).splitlines()[0]
        raise BadSourceError(
            f"{assignment}: nbgrader cannot make a student version of it ({reason})."
        ) from None
    return folder / "release" / assignment


def enter_into_gradebook(config: Config, assignment: str) -> None:
    """Tell the gradebook which cells an assignment has and how many points each gives.

    Raises
    ------
    RuntimeError
        If it holds submissions of the assignment with other cells.
    """
    config = copy.deepcopy(config)
    with tempfile.TemporaryDirectory() as folder:  # students have their version already
        config.CourseDirectory.release_directory = folder
        make_student_version(config, assignment, in_gradebook=True)


def autograde(config: Config, assignment: str, student: str) -> None:
    """Grade one submission as nbgrader does it, in the student's own kernel.

    Parameters
    ----------
    config
        The course.
    assignment, student
        Which submission.

    Raises
    ------
    Exception
        Whatever nbgrader failed with.
    """
    _run(Autograde, config, assignment, student)


def best_scores(config: Config, assignment: str) -> tuple[float, float]:
    """Return the points an assignment has: those that tests give, and all."""
    with _gradebook(config) as gradebook:
        notebooks = gradebook.find_assignment(assignment).notebooks
        by_hand = {cell.name for nb in notebooks for cell in nb.solution_cells}
        cells = [cell for nb in notebooks for cell in nb.grade_cells]
        by_tests = sum(cell.max_score for cell in cells if cell.name not in by_hand)
        return by_tests, sum(cell.max_score for cell in cells)


def _gradebook(config: Config) -> Gradebook:
    return Gradebook(config.CourseDirectory.db_url, config.CourseDirectory.course_id)


class _LastError(logging.Handler):
    """Keeps the exception that nbgrader logs and then replaces by "see the log"."""

    error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.error = sys.exc_info()[1] or self.error


def _run(converter: type[BaseConverter], config: Config, assignment: str, student: str) -> None:
    place = CourseDirectory(
        config=config, log=LOG, assignment_id=assignment, student_id=glob.escape(student)
    )
    last = _LastError()
    LOG.addHandler(last)
    try:
        converter(coursedir=place, config=config, log=LOG, force=True).start()
        return
    except NbGraderException as error:
        failure = last.error or error
    finally:
        LOG.removeHandler(last)
    raise failure
