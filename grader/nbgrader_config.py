"""nbgrader's settings: where the course lies, how notebooks are executed, what students see.

nbgrader executes this file and supplies `c`.
"""
# ruff: noqa: F821

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# ---- places; nbgrader appends ASSIGNMENT or STUDENT/ASSIGNMENT, and the notebook's name
c.CourseDirectory.course_id = "course_rnn"
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks/exercises"
c.CourseDirectory.submitted_directory = "grader/submitted"
c.CourseDirectory.autograded_directory = "grader/autograded"
c.CourseDirectory.feedback_directory = "grader/feedback"
# wait for a writer instead of losing a student to "database is locked"
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'grader' / 'gradebook.db'}?timeout=60"

# ---- what replaces a solution
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# ---- `nbgrader autograde`, should you want it instead of `grader run`: it runs the tests in the
# student's kernel, one submission after the other
c.Execute.timeout = 30  # seconds a cell; a check takes less than one
c.Execute.interrupt_on_timeout = True
c.Execute.extra_arguments = ["--log-level=ERROR"]  # no word about TCP without encryption
c.Execute.shutdown_kernel = "immediate"  # nothing in a graded kernel is worth a farewell
c.OverwriteCells.add_missing_cells = True  # a deleted test counts as a failed one
# it takes any stderr in a test cell for a failure: a right answer that warns keeps its points
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"(?s)."
