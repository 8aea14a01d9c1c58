"""Write _build/release-notes.md: what CHANGELOG.md says about the version of a tag."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTES = Path("_build", "release-notes.md")


class NoReleaseError(Exception):
    """The tag cannot be released; the text says what to do first."""


def section(changelog: str, version: str) -> str:
    """Return the text below a version's heading."""
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n"
    found = re.search(rf"{heading}(.*?)(?=^## |^\[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise NoReleaseError(
            f"CHANGELOG.md says nothing about {version}: write it below a line"
            f" `## [{version}] - YYYY-MM-DD`."
        )
    return found[1].strip() + "\n"


def notes(root: Path, tag: str) -> str:
    """Return the notes of a tag, which has to be the version of the repository."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if tag != f"v{version}":
        raise NoReleaseError(
            f"The tag is {tag or 'missing'}, but pyproject.toml says {version}: name the tag"
            f" v{version}, or change the version there and in CITATION.cff."
        )
    return section((root / "CHANGELOG.md").read_text("utf-8"), version)


def main() -> int:
    """Write the notes, or say in one sentence why not."""
    try:
        text = notes(ROOT, sys.argv[1] if len(sys.argv) > 1 else "")
    except NoReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    (ROOT / NOTES).parent.mkdir(exist_ok=True)
    (ROOT / NOTES).write_text(text, "utf-8")
    print(f"{NOTES} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
