"""A hub for one class on one machine: every student has an account, instructors share a grader.

JupyterHub executes this file and supplies `c`. book/hub.md says how to set the machine up.
"""
# ruff: noqa: F821

import grp
import sys
from pathlib import Path

STUDENTS, INSTRUCTORS = "students", "instructors"  # the machine's groups that may log in
GRADER = "grader"  # the account that owns the course, with solutions, submissions and marks
COURSE = Path("/home/grader/course")  # its clone of the repository
COURSE_ID = "course_rnn"  # as in grader/nbgrader_config.py
SERVER = str(Path(sys.executable).with_name("jupyterhub-singleuser"))  # of the hub's environment

# ---- who may log in: accounts of this machine; those of a university need another authenticator
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {STUDENTS, INSTRUCTORS}

# ---- what they get: a JupyterLab under their own account
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [SERVER]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {"OMP_NUM_THREADS": "1"}  # one student does not take all cores
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # a web server in front of it speaks https


def instructors() -> list[str]:
    """Return the members of the instructors' group; nobody if the machine has no such group."""
    try:
        return grp.getgrnam(INSTRUCTORS).gr_mem
    except KeyError:
        return []


# ---- one JupyterLab in the course's folder, with formgrader and a terminal, for all instructors
c.JupyterHub.services = [
    {
        "name": COURSE_ID,
        "url": "http://127.0.0.1:9999",
        "command": [SERVER],
        "user": GRADER,
        "cwd": str(COURSE),
        "environment": {"JUPYTERHUB_DEFAULT_URL": "/lab"},
        "oauth_no_confirm": True,  # it is part of the hub
        "oauth_client_allowed_scopes": [f"access:services!service={COURSE_ID}"],
    }
]
# nbgrader knows instructors by this name of a group
c.JupyterHub.load_groups = {f"formgrade-{COURSE_ID}": {"users": instructors()}}
c.JupyterHub.load_roles = [
    {
        "name": "instructor",
        "groups": [f"formgrade-{COURSE_ID}"],
        "scopes": [f"access:services!service={COURSE_ID}"],
    }
]
