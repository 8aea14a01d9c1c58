"""Grade the sample class: python -m grader.sample_class.

Writes _build/sample_class/, which is replaced only by a complete run, and nothing else. With
--moodle FILE it grades nothing, and writes what Moodle would give you of this class.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.run.task import Graded

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "_build" / "sample_class"
INPUTS = ("solutions", "grader", "src/course_rnn", "requirements.txt")
NOT_INPUTS = {
    *("submitted", "submitted-earlier", "results", "autograded", "feedback", "backups"),
    "__pycache__",
}


def main(arguments: Sequence[str] = ()) -> int:
    """Grade the class unless nothing has changed; return 0 if all scores are the expected ones."""
    parser = argparse.ArgumentParser(
        prog="python -m grader.sample_class", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--moodle", type=Path, metavar="FILE", help="write the class as a Moodle archive instead"
    )
    parser.add_argument(
        "--assignment", default="02_rnn_forward", help="of the archive (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.moodle:
        return archive(options.moodle, options.assignment)
    key = content_key()
    if graded_with(key):
        print("Sample class: nothing has changed, its grades are in _build/sample_class.")
        return 0
    try:
        return grade(key)
    except KeyboardInterrupt:
        print("\nInterrupted: the sample class is not graded.", file=sys.stderr)
        return 130
    except Exception as error:
        print(f"The sample class is not graded: {error}", file=sys.stderr)
        return 1


def archive(path: Path, assignment: str) -> int:
    """Write the class as Moodle would give it to you; return 0 if that was possible."""
    from grader.sample_class.moodle import write_archive
    from grader.sources import BadSourceError

    try:
        roster = write_archive(path, assignment)
    except (BadSourceError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{path} holds the class, {roster} its names.")
    return 0


def content_key() -> str:
    """Hash everything that the scores depend on."""
    total = hashlib.sha256()
    for path in sorted(_files()):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def graded_with(key: str) -> bool:
    """Tell whether the last complete run had these inputs and no surprise."""
    stamp = RESULT / "key.txt"
    return (RESULT / "summary.json").is_file() and stamp.is_file() and stamp.read_text() == key


def grade(key: str) -> int:
    """Grade the class beside the last result, replace that, and show the scores."""
    from grader.sample_class.roster import ROSTER
    from grader.sample_class.run import grade_sample, surprises

    RESULT.parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=RESULT.parent, prefix="sample_class-"))
    try:
        report = Progress(sum(map(len, ROSTER.values())))
        summary = grade_sample(folder, list(ROSTER), report)
        wrong = surprises(summary)
        if not wrong:
            (folder / "key.txt").write_text(key)
        shutil.rmtree(RESULT, ignore_errors=True)
        folder.chmod(0o755)
        folder.rename(RESULT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(summary))
    for sentence in wrong:
        print(f"Not as expected: {sentence}", file=sys.stderr)
    return int(bool(wrong))


class Progress:
    """Prints a line for each submission."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        print(f"Sample class: grading {total} submissions.", flush=True)

    def __call__(self, graded: "Graded") -> None:
        """Say how far the grading is."""
        self.done += 1
        result = graded.result
        score = result.status if result.points is None else f"{result.points:g}"
        print(
            f"[{self.done:2}/{self.total}] {result.assignment:16} {graded.who:8} {score}",
            flush=True,
        )


def table(summary: dict[str, Any]) -> str:
    """Lay out the scores of all assignments."""
    lines = []
    for assignment in summary["assignments"]:
        most = f"{assignment['auto_max']:g} points by tests, {assignment['max_score']:g} in all"
        lines += ["", f"{assignment['name']} ({most}; sandbox: {assignment['level']})"]
        lines += [f"  {'student':8} {'status':10} {'score':>5} {'expected':>8}  what it is"]
        for s in assignment["students"]:
            pair = s["found"]["score"], s["expected"]["score"]
            score, expected = ("-" if value is None else f"{value:g}" for value in pair)
            lines += [f"  {s['id']:8} {s['status']:10} {score:>5} {expected:>8}  {s['note']}"]
    return "\n".join(lines)


def _files() -> Iterator[Path]:
    for name in INPUTS:
        top = ROOT / name
        for path in top.rglob("*") if top.is_dir() else [top]:
            is_input = NOT_INPUTS.isdisjoint(path.relative_to(ROOT).parts)
            if path.is_file() and is_input and not path.name.startswith("gradebook.db"):
                yield path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
