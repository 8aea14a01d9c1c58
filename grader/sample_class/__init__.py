"""A class of made-up students, to see the grading at work and to test it.

roster          who handed in what, and the score it deserves: data
01_one_hot/...  code of some of the students, one file a style
transcribe      a misconception's wrong implementation as a student's code
build           writes the submissions
moodle          the same as an archive from Moodle
run             grades them
"""
