"""Addresses that open a notebook of the student repository on Colab, Binder and JupyterHub.

Both settings are in book/_config.yml: ``student_repository`` and ``jupyterhub_url``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import yaml

COLAB = "https://colab.research.google.com"
BINDER = "https://mybinder.org"
LINK_FORM = "https://nbgitpuller.readthedocs.io/en/latest/link.html"


@dataclass(frozen=True)
class StudentRepository:
    """Where students get their notebooks from, and the address of their JupyterHub, if any."""

    url: str
    branch: str
    jupyterhub: str = ""

    @property
    def owner_and_name(self) -> str:
        """The last two parts of the address, ``owner/name``."""
        return "/".join(self.url.rstrip("/").removesuffix(".git").rsplit("/", 2)[1:])


def student_repository(config: Path) -> StudentRepository:
    """Read the settings from the book's configuration."""
    settings = yaml.safe_load(config.read_text("utf8"))
    repository = settings["student_repository"]
    hub = settings.get("jupyterhub_url") or ""
    return StudentRepository(repository["url"], repository["branch"], hub)


def launch_links(repository: StudentRepository, path: str) -> dict[str, str]:
    """Return the address behind each button, for a notebook's path in the student repository."""
    place, branch = repository.owner_and_name, quote(repository.branch)
    return {
        "Colab": f"{COLAB}/github/{place}/blob/{branch}/{quote(path)}",
        "Binder": f"{BINDER}/v2/gh/{place}/{branch}?{urlencode({'urlpath': f'lab/tree/{path}'})}",
        "JupyterHub": hub_link(repository, path),
    }


def hub_link(repository: StudentRepository, path: str) -> str:
    """Return an nbgitpuller link: it copies the repository to the hub, then opens the notebook.

    Without the address of a hub it leads to nbgitpuller's form, which asks for it and has
    everything else filled in.
    """
    folder = repository.owner_and_name.split("/")[1]
    what = {"repo": repository.url, "branch": repository.branch}
    query = urlencode({**what, "urlpath": f"lab/tree/{folder}/{path}"})
    hub = repository.jupyterhub.rstrip("/")
    return f"{hub}/hub/user-redirect/git-pull?{query}" if hub else f"{LINK_FORM}?{query}"
