"""The pages that the grader writes: one file each, which loads nothing and runs nothing.

environment   how a template becomes a page; base.html is the look of all of them
feedback      what a student's page shows (feedback.html)
statistics    the numbers about a class
report        what the page about a class shows (report.html)
similar.html  pairs of alike solutions, side by side
"""
