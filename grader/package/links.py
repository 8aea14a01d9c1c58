"""Where the students' repository is: book/_config.yml says so, and nothing else does."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import yaml


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
    """Read where the course itself and the students' repository are."""
    settings = yaml.safe_load((root / "book" / "_config.yml").read_text("utf-8"))
    of_course, of_students = settings["repository"], settings["student_repository"]
    return Repository(**of_course), Repository(**of_students)
