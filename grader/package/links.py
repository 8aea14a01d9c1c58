"""Where the students' repository is: book/_config.yml says so, and nothing else does."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import yaml

from grader.package import PackageError

KEYS = ("repository", "student_repository")


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub and the branch that is read from."""

    url: str
    branch: str

    def colab(self, path: str) -> str:
        """Return the address that opens a notebook in Google Colab."""
        return f"https://colab.research.google.com/github/{self._name}/blob/{self.branch}/{path}"

    def binder(self, path: str) -> str:
        """Return the address that opens a notebook in JupyterLab on Binder."""
        opened = quote(f"lab/tree/{path}", safe="")
        return f"https://mybinder.org/v2/gh/{self._name}/{self.branch}?urlpath={opened}"

    @property
    def _name(self) -> str:
        return urlsplit(self.url).path.strip("/")


def read_repositories(root: Path) -> tuple[Repository, Repository]:
    """Read where the course itself and the students' repository are.

    Raises
    ------
    PackageError
        If one of them is not named.
    """
    settings = yaml.safe_load((root / "book" / "_config.yml").read_text("utf-8"))
    try:
        named = [settings[key] for key in KEYS]
        course, students = (Repository(one["url"], one["branch"]) for one in named)
    except (KeyError, TypeError):
        raise PackageError(
            f"book/_config.yml needs {' and '.join(KEYS)}, each with its url and its branch."
        ) from None
    return course, students
