"""Check notebooks from the shell: a line an exercise, exit status 0 if all of them pass.

course-check notebooks/exercises/01_one_hot/01_one_hot.ipynb
python -m course_rnn.check FILE ...
"""

import argparse
import importlib.util
import sys
from pathlib import Path

from course_rnn.check.notebook import UnreadableNotebookError, check_notebook

PASSED, FAILED, UNREADABLE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Check each file; return 0 if all exercises pass, 1 if one does not, 2 if a file is no use."""
    parser = argparse.ArgumentParser(prog="course-check", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a notebook (.ipynb)")
    parser.add_argument(
        "--seconds", type=int, default=30, help="time limit of one cell (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("nbclient") is None:
        print('course-check needs JupyterLab: pip install "jupyterlab>=4.2"', file=sys.stderr)
        return UNREADABLE
    return max(check_file(path, options.seconds) for path in options.files)


def check_file(path: Path, seconds: int) -> int:
    """Print a line for each exercise of one notebook and a closing count."""
    passed = total = 0
    try:
        for verdict in check_notebook(path, seconds):
            total += 1
            passed += verdict.status == "pass"
            text = verdict.message if verdict.status == "fail" else verdict.name
            print(f"{verdict.status:5} {text}", flush=True)
    except UnreadableNotebookError as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    print(f"{passed} of {total} exercises pass ({path.name})")
    return PASSED if passed == total else FAILED


if __name__ == "__main__":
    sys.exit(main())
