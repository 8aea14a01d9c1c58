"""Grading a class: which tasks there are, who works on them, and where what they find is kept.

places     where a course keeps what
job        what grading an assignment needs beside the submissions: a snapshot of its tests
task       grade one submission, in any process on any machine
store      results by content: what was graded once is not graded again
pool       many tasks, and workers that may die
canaries   submissions whose marks are known, which go first
record     results into nbgrader's gradebook
lateness   what handing in late costs
progress   how far it is
"""
