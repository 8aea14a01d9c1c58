"""Where the students' repository is, and the addresses that open its notebooks elsewhere.

book/_config.yml names the repositories and the hub, and nothing else does.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import yaml

from grader.package import PackageError

KEYS = ("repository", "student_repository")
COLAB = "https://colab.research.google.com"
BINDER = "https://mybinder.org"
LINK_FORM = "https://nbgitpuller.readthedocs.io/en/latest/link.html"


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub, the branch that is read from, and the class's JupyterHub, if any."""

    url: str
    branch: str
    hub: str = ""

    def links(self, path: str) -> dict[str, str]:
        """Return every way to open a notebook, by the name of the service."""
        ways = {"Colab": self.colab, "Binder": self.binder, "JupyterHub": self.jupyterhub}
        return {name: way(path) for name, way in ways.items()}

    def colab(self, path: str) -> str:
        """Return the address that opens a notebook in Google Colab."""
        return f"{COLAB}/github/{self._name}/blob/{quote(self.branch)}/{quote(path)}"

    def binder(self, path: str) -> str:
        """Return the address that opens a notebook in JupyterLab on Binder."""
        query = urlencode({"urlpath": f"lab/tree/{path}"})
        return f"{BINDER}/v2/gh/{self._name}/{quote(self.branch)}?{query}"

    def jupyterhub(self, path: str) -> str:
        """Return the address that copies the repository to the hub and opens a notebook there.

        Without a hub it leads to nbgitpuller's form, which asks for one; the rest is filled in.
        """
        folder = self._name.split("/")[1]
        what = {"repo": self.url, "branch": self.branch, "urlpath": f"lab/tree/{folder}/{path}"}
        start = f"{self.hub.rstrip('/')}/hub/user-redirect/git-pull" if self.hub else LINK_FORM
        return f"{start}?{urlencode(what)}"

    @property
    def _name(self) -> str:
        return "/".join(self.url.rstrip("/").removesuffix(".git").rsplit("/", 2)[1:])


def read_repositories(root: Path) -> tuple[Repository, Repository]:
    """Read where the course itself and the students' repository are.

    Raises
    ------
    PackageError
        If one of them is not named.
    """
    settings = yaml.safe_load((root / "book" / "_config.yml").read_text("utf-8"))
    hub = settings.get("jupyterhub_url") or ""
    try:
        named = [settings[key] for key in KEYS]
        course, students = (Repository(one["url"], one["branch"], hub) for one in named)
    except (KeyError, TypeError):
        raise PackageError(
            f"book/_config.yml needs {' and '.join(KEYS)}, each with its url and its branch."
        ) from None
    return course, students
