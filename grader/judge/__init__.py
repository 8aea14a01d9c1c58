"""Runs an instructor's tests, in a trusted process, on what a student's process computes.

plan      the instructor's notebook: tests, solutions, names
student   the student's process: asked, timed, restarted
proxies   stand-ins for functions, classes and objects that live there
errors    exceptions that come from there
deadline  the time of a cell and of a submission
trial     a test cell is run
verdict   what its end means, in points and words
outputs   what the student's cells have shown
judging   all of it for one submission
"""

from grader.judge.judging import Judged, judge_submission
from grader.judge.student import SandboxLostError

__all__ = ["Judged", "SandboxLostError", "judge_submission"]
