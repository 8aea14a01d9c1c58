"""Rewrite the lower part of requirements.txt: what the direct dependencies bring, everywhere."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
TOOLS = ROOT / "_build" / "lock"
UV = "uv==0.13.8"  # resolves for Linux, macOS and Windows at once, which pip cannot
MARKER = "# ---- what they bring (written by `make lock`) ----\n"
# What only torch's CUDA build needs; torch pins it itself, and its CPU build has no use for it.
LEFT_OUT = re.compile(r"nvidia-|cuda-|triton\b")


def name(line: str) -> str:
    """Return the package that a line pins."""
    return line.split("==")[0].strip()


def resolve(direct: str) -> list[str]:
    """Pin everything that the direct dependencies need, with a marker where a platform differs."""
    subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True)
    bin_ = TOOLS / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([bin_ / "python", "-m", "pip", "install", "-q", UV], check=True)
    flags = ["--universal", "--python-version=3.11", "--no-header", "--no-annotate", "--no-config"]
    command = [bin_ / "uv", "pip", "compile", "--quiet", *flags, "-"]
    result = subprocess.run(command, input=direct, text=True, check=True, stdout=subprocess.PIPE)
    return result.stdout.splitlines(keepends=True)


def main() -> None:
    """Keep the direct part, replace the rest."""
    direct, _ = REQUIREMENTS.read_text(encoding="utf-8").split(MARKER)
    own = {name(line) for line in direct.splitlines() if "==" in line}
    pins = [line for line in resolve(direct) if name(line) not in own and not LEFT_OUT.match(line)]
    REQUIREMENTS.write_text(direct + MARKER + "".join(pins), encoding="utf-8")
    print(f"Pinned {len(own)} direct and {len(pins)} further packages: `make setup` installs them.")


if __name__ == "__main__":
    main()
