"""What instructors use: student versions, grading, and a sample class to see both at work.

nbgrader_config  nbgrader's settings; `nbgrader` commands find them from the root and from here
sources          the assignments in solutions/, and what is wrong with one
course           an nbgrader course in a folder: student versions, gradebook, one grade
submissions      why a submission cannot be graded, in words for the student
copies           lets nbgrader grade a notebook in which a cell was copied
marking          grades many submissions side by side
release          python -m grader.release [ASSIGNMENT ...]
autograde        python -m grader.autograde ASSIGNMENT [STUDENT ...]
sample_class     python -m grader.sample_class
"""

import sys

# nbformat checks no IRIs; without the grammar for them it is imported in a tenth of the time
sys.modules.setdefault("rfc3987_syntax", None)
