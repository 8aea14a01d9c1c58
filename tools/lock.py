"""Pin what the direct dependencies bring, everywhere, and what of it a student needs.

With --upgrade the direct dependencies are raised first, as far as pyproject.toml admits.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
OF_STUDENTS = ROOT / "requirements-student.txt"
PROJECT = "pyproject.toml"
TOOLS = ROOT / "_build" / "lock"
UV = "uv==0.13.8"  # resolves for Linux, macOS and Windows at once, which pip cannot
MARKER = "# ---- what they bring (written by `make lock`) ----\n"
TITLE = "# The tested version of everything that a student installs (written by `make lock`).\n"
# What only torch's CUDA build needs; torch pins it itself, and its CPU build has no use for it.
LEFT_OUT = re.compile(r"nvidia-|cuda-|triton\b")


def name(line: str) -> str:
    """Return the package that a line pins."""
    return line.split("==")[0].strip()


def versions(text: str) -> dict[str, list[str]]:
    """Return the pinned versions by package: several where platforms differ."""
    found: dict[str, list[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE):
        found.setdefault(package, []).append(version)
    return found


def install_uv() -> Path:
    """Return uv, in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True)
    bin_ = TOOLS / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([bin_ / "python", "-m", "pip", "install", "-q", UV], check=True)
    return bin_ / "uv"


def resolve(uv: Path, *what: str, given: str = "") -> str:
    """Pin everything that is asked for and needed, with a marker where a platform differs."""
    flags = ["--universal", "--python-version=3.11", "--no-header", "--no-annotate", "--no-config"]
    command = [uv, "pip", "compile", "--quiet", *flags, *what]
    kind = {"cwd": ROOT, "text": True, "check": True, "stdout": subprocess.PIPE}
    lines = subprocess.run(command, input=given, **kind).stdout.splitlines(keepends=True)
    return "".join(line for line in lines if not LEFT_OUT.match(line))


def raise_pins(direct: str, newest: dict[str, list[str]]) -> str:
    """Put other versions into the direct part; the reasons keep their column."""

    def raised(line: re.Match[str]) -> str:
        package = line["name"]
        pin = f"{package}=={newest[package][0]}" if package in newest else line[0].strip()
        return f"{pin:<{len(line[0]) - 1}} "

    return re.sub(r"^(?P<name>[\w.-]+)==\S+ +", raised, direct, flags=re.MULTILINE)


def changes(before: str, after: str) -> list[str]:
    """Say which packages have another version, are new or are gone."""
    old, new = versions(before), versions(after)
    said = []
    for package in sorted(old.keys() | new.keys()):
        was, is_ = (", ".join(sorted(pins.get(package, ["none"]))) for pins in (old, new))
        if was != is_:
            said.append(f"{package}: {was} -> {is_}")
    return said


def write(path: Path, text: str) -> None:
    """Replace a file in one step."""
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def lock(uv: Path, direct: str) -> str:
    """Write both files; return the pins of the whole repository."""
    own = versions(direct)
    lines = resolve(uv, "-", given=direct).splitlines(keepends=True)
    text = direct + MARKER + "".join(line for line in lines if name(line) not in own)
    pins = TOOLS / "pins.txt"
    pins.write_text(text, encoding="utf-8")
    of_students = resolve(uv, "--extra=student", f"--constraints={pins}", PROJECT)
    write(REQUIREMENTS, text)
    write(OF_STUDENTS, TITLE + of_students)
    return text


def main() -> None:
    """Keep the direct part or raise its pins, pin the rest, and say what is different."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="raise the direct dependencies")
    upgrade = parser.parse_args().upgrade
    before, uv = REQUIREMENTS.read_text(encoding="utf-8"), install_uv()
    direct, _ = before.split(MARKER)
    if upgrade:  # one version for every platform, the direct part has one line for each
        newest = resolve(uv, "--all-extras", "--fork-strategy=fewest", PROJECT)
        direct = raise_pins(direct, versions(newest))
    said = changes(before, lock(uv, direct))
    print("\n".join(said) or "Every version is the same.")
    print("Pinned: `make setup` installs it, `make test` says whether all is well.")


if __name__ == "__main__":
    main()
