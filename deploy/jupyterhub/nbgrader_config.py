"""nbgrader's settings for everybody on the hub: how work travels. Copy it to /etc/jupyter/.

nbgrader executes this file and supplies `c`; the course's own settings come on top of it.
"""
# ruff: noqa: F821

import os
from pathlib import Path

c.CourseDirectory.course_id = "course_rnn"  # as in grader/nbgrader_config.py
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE", "/srv/nbgrader/exchange")

# where nbgitpuller has put the assignments: they need not be fetched, only handed in
pulled = Path.home() / "course-rnn-student" / "notebooks" / "exercises"
if pulled.is_dir():
    c.Exchange.assignment_dir = str(pulled)
