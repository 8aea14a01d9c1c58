"""Grading a class: which tasks there are, who works on them, and where what they find is kept.

places     where a course keeps what
job        what grading an assignment needs beside the submissions
snapshot   an assignment's tests as they are when a run begins
task       grade one submission, in any process on any machine
store      results by content: what was graded once is not graded again
sandboxes  the sandbox that a process has open
worker     the processes that grade
pool       many tasks, and workers that may die
canaries   submissions whose marks are known, which go first
record     results into nbgrader's gradebook
gradebook  that gradebook, read in bulk and written one submission at a time
lateness   what handing in late costs
progress   how far it is
grading    all of it for a class
"""
