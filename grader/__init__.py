"""What instructors use: student versions, grading, and a sample class to see both at work.

cli              the command `grader`; commands/ has a module for each of its sub-commands
sources          the assignments in solutions/, and what is wrong with one
course           an nbgrader course in a folder; nbgrader_config.py has its settings
policy           the rules of grading, read from policy.toml
collect          what students handed in, from where they put it
intake           from what was handed in to a notebook that can be graded
run              a class: tasks, workers, results, the gradebook
judge            the tests, in a trusted process
sandbox          around the student's process
student          inside of it
results          what grading found out, the data that everything after it reads
feedback         a page for each student
report           a page about the class
similar          pairs of solutions that are alike
export           the marks as CSV
sample_class     a made-up class: python -m grader.sample_class
"""

import sys

# nbformat checks no IRIs; without the grammar for them it is imported in a tenth of the time
sys.modules.setdefault("rfc3987_syntax", None)
