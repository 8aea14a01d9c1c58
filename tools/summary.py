"""Print what `make course` has made, what the sample class scored and what to do next."""

import json
import sys
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "_build" / "html" / "index.html"
CLASS = ROOT / "_build" / "sample_class" / "summary.json"

NEXT = {
    "students": "make lab          opens the chapters and exercises in JupyterLab",
    "readers": "make serve        shows the book in your browser",
    "instructors": "README.md         says how to release, collect and grade",
}


def describe(assignment: dict[str, Any]) -> list[tuple[str, str]]:
    """Say how the class did on one assignment, and name the submissions that have no grade."""
    students, most = assignment["students"], assignment["auto_max"]
    scores = [student["score"] for student in students if student["status"] == "graded"]
    average = f": {mean(scores):.1f} of {most:g} points on average" if scores else ""
    full = sum(score == most for score in scores)
    rows = [
        (assignment["name"], f"{len(scores)} of {len(students)} graded{average}, {full} with all")
    ]
    for student in students:
        if student["status"] != "graded":
            why = student["note"].split(". ")[0].rstrip(".")
            rows.append(("", f"{student['status']}: {student['id']} ({why})"))
    return rows


def summarise(results: dict[str, Any]) -> str:
    """Compose the summary from the sample class's results."""
    assignments = results["assignments"]
    by_hand = sum(assignment["max_score"] - assignment["auto_max"] for assignment in assignments)
    rows = [row for assignment in assignments for row in describe(assignment)]
    rows.append(("", f"free-text answers ({by_hand:g} points) wait for a person"))
    sections = {
        "The course is ready": [("book", str(BOOK.relative_to(ROOT)))],
        "Sample class": rows,
        "What next": list(NEXT.items()),
    }
    width = max(len(label) for rows in sections.values() for label, _ in rows) + 2
    lines = []
    for title, rows in sections.items():
        lines += ["", title, *(f"  {label:<{width}}{text}" for label, text in rows)]
    return "\n".join(lines)


def main() -> None:
    """Print the summary, or leave with a sentence about what is missing."""
    if not BOOK.is_file():
        sys.exit("The book is not built yet: run `make book`, then `make course` again.")
    try:
        print(summarise(json.loads(CLASS.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        sys.exit(
            "The sample class is not graded yet: run `make grade-sample`, then `make course` again."
        )
    except (ValueError, KeyError, TypeError):
        name = CLASS.relative_to(ROOT)
        sys.exit(f"{name} is damaged: remove it and run `make grade-sample` again.")


if __name__ == "__main__":
    main()
