"""Commit _build/package to the students' repository, which holds the package and nothing else.

book/_config.yml names the repository; a first argument names another one.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from grader.package.links import Repository, read_repositories
from grader.package.publish import NAME

ROOT = Path(__file__).resolve().parents[1]


def push(package: Path, to: Repository, message: str) -> str:
    """Add one commit with the package's files to a branch; return what was done, in words.

    Raises
    ------
    subprocess.CalledProcessError
        If git cannot; it has said why.
    """
    with tempfile.TemporaryDirectory() as place:
        where = {**os.environ, "GIT_DIR": place, "GIT_WORK_TREE": str(package)}

        def git(*arguments: str) -> str:
            command = ["git", *arguments]
            kind = {"cwd": package, "env": where, "text": True}
            return subprocess.run(command, check=True, stdout=subprocess.PIPE, **kind).stdout

        git("init", "--quiet", f"--initial-branch={to.branch}")
        if git("ls-remote", "--heads", to.url, to.branch):
            git("fetch", "--quiet", "--depth=1", to.url, to.branch)
            git("reset", "--quiet", "--soft", "FETCH_HEAD")
        git("add", "--all")
        if not git("status", "--porcelain"):
            return f"{to.url} has this package already."
        git("commit", "--quiet", f"--message={message}")
        git("push", "--quiet", to.url, f"HEAD:refs/heads/{to.branch}")
        return f"{to.url}: {message} is on the branch {to.branch}."


def main() -> int:
    """Push what `make package` wrote."""
    package = ROOT / "_build" / "package" / NAME
    if not package.is_dir():
        print("There is no package yet: run `make package`.", file=sys.stderr)
        return 1
    _, students = read_repositories(ROOT)
    to = Repository(sys.argv[1], students.branch) if len(sys.argv) > 1 else students
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    try:
        print(push(package, to, f"Version {project['version']}"))
    except subprocess.CalledProcessError:
        print(f"{to.url} cannot be written: see what git says above.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
