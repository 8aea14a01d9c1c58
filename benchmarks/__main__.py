"""Run the measurements and write their results for the book: python -m benchmarks [NAME ...]."""

import argparse
import importlib
import json
import os
import platform
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before NumPy is imported; layers starts its own

import numpy as np  # noqa: E402

RESULTS = Path(__file__).resolve().parents[1] / "book" / "results"
NAMES = ("embedding", "memory", "char_rnn", "layers", "grading", "attacks", "misconceptions")


def main() -> None:
    """Run one measurement after the other; each result is written as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    names = parser.parse_args().names or NAMES
    unknown = set(names) - set(NAMES)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose from {', '.join(NAMES)}")
    RESULTS.mkdir(exist_ok=True)
    for name in names:
        print(f"\n{name}", flush=True)
        result = {
            "made with": versions(),
            "result": importlib.import_module(f"benchmarks.{name}").run(),
        }
        text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")


def versions() -> dict[str, str]:
    """Name the versions that the figures depend on."""
    from importlib.metadata import version

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": version("torch"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


if __name__ == "__main__":
    main()
