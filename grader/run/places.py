"""Where a course keeps what: nbgrader's folders, and beside them those of this grader."""

from dataclasses import dataclass
from pathlib import Path

from traitlets.config import Config

from grader import course


@dataclass(frozen=True)
class Places:
    """The folders of one assignment in one course."""

    config: Config
    assignment: str

    @property
    def root(self) -> Path:
        """The folder of the course."""
        return Path(self.config.CourseDirectory.root)

    @property
    def solutions(self) -> Path:
        """The folder with the sources of all assignments."""
        return course.folder_of(self.config, "source", ".", self.assignment).parent

    @property
    def own(self) -> Path:
        """The folder beside what was handed in, where this grader keeps its files."""
        return self.submitted("STUDENT").parents[2]

    @property
    def results(self) -> Path:
        """The folder of all results."""
        return self.own / "results"

    @property
    def reports(self) -> Path:
        """The folder of pages and tables about the class."""
        return self.own / "reports"

    @property
    def released(self) -> Path:
        """The notebook that was handed out."""
        folder = course.folder_of(self.config, "release", ".", self.assignment)
        return folder / f"{self.assignment}.ipynb"

    @property
    def policy(self) -> Path:
        """The file with the rules of grading."""
        return self.own / "policy.toml"

    @property
    def database(self) -> str:
        """The URL of the gradebook."""
        return self.config.CourseDirectory.db_url

    def submitted(self, student: str) -> Path:
        """Return the folder that a student handed in."""
        return course.folder_of(self.config, "submitted", student, self.assignment)

    def autograded(self, student: str) -> Path:
        """Return the folder where nbgrader's formgrader looks for a graded notebook."""
        return course.folder_of(self.config, "autograded", student, self.assignment)

    def students(self) -> list[str]:
        """List who handed in the assignment."""
        found = self.submitted("STUDENT").parents[1].glob(f"*/{self.assignment}")
        return sorted(path.parent.name for path in found if path.parent.name[0] != ".")
