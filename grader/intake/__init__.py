"""From what a student handed in to a notebook that can be graded.

The released notebook is the skeleton; only what the student wrote is taken over. Whatever lies in
the folder, the answer is an Intake or an Unreadable, never an exception.

cells       a cell as the intake sees it
files       which files lie in the folder, and which may be opened
decode      from bytes to cells, whatever an editor or a transfer did to them
match       which cell belongs to which cell of the released notebook
choose      which of several notebooks is graded
transplant  the released notebook with the student's code
lint        what an instructor may want to look at
read        all of it for one submission
"""

from grader.intake.read import Intake, Unreadable, read_submission

__all__ = ["Intake", "Unreadable", "read_submission"]
