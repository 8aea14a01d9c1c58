"""The guides: what they show is what the code says, and the hub's configuration can be loaded."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config import Config, PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[1]
HUB = ROOT / "deploy" / "jupyterhub"
sys.path.insert(0, str(ROOT / "tools"))

import draw_architecture  # noqa: E402


def load(name: str) -> Config:
    return PyFileConfigLoader(name, str(HUB)).load_config()


@pytest.mark.parametrize(
    ("name", "colours"),
    [("architecture.svg", "LIGHT"), ("architecture-dark.svg", "DARK")],
)
def test_the_picture_of_the_packages_is_the_one_that_the_code_gives(name, colours):
    drawn = draw_architecture.draw(getattr(draw_architecture, colours))
    assert (draw_architecture.PICTURES / name).read_text("utf-8") == drawn, (
        "run `.venv/bin/python tools/draw_architecture.py` and look at the picture"
    )


def test_every_folder_of_the_packages_is_in_the_picture():
    boxes, arrows = draw_architecture.read_code()
    assert {"course_rnn", "course_rnn/check", "grader", "grader/student"} <= boxes
    assert ("course_rnn/check", "course_rnn") in arrows
    assert "grader/submitted" not in boxes


def test_what_runs_beside_a_students_code_imports_nothing_of_the_rest():
    _, arrows = draw_architecture.read_code()
    assert not [there for here, there in arrows if here == "grader/student"]


def test_the_library_imports_nothing_of_the_grader():
    _, arrows = draw_architecture.read_code()
    assert not [arrow for arrow in arrows if "course_rnn" in arrow[0] and "grader" in arrow[1]]


def test_an_arrow_that_follows_from_others_is_left_out():
    arrows = {("a", "b"), ("b", "c"), ("a", "c")}
    assert draw_architecture.needed(arrows) == {("a", "b"), ("b", "c")}


def test_only_instructors_may_enter_the_hubs_grader():
    c = load("jupyterhub_config.py")
    [service] = c.JupyterHub.services
    [role] = c.JupyterHub.load_roles
    assert role["groups"] == [f"formgrade-{service['name']}"] == list(c.JupyterHub.load_groups)
    assert role["scopes"] == [f"access:services!service={service['name']}"]
    assert service["oauth_client_allowed_scopes"] == role["scopes"]


def test_the_hub_knows_the_course_by_the_graders_name():
    own = PyFileConfigLoader("nbgrader_config.py", str(ROOT / "grader")).load_config()
    course_id = own.CourseDirectory.course_id
    assert load("nbgrader_config.py").CourseDirectory.course_id == course_id
    assert load("jupyterhub_config.py").JupyterHub.services[0]["name"] == course_id


def test_pulled_assignments_can_be_handed_in_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "assignment_dir" not in load("nbgrader_config.py").Exchange
    pulled = tmp_path / "course-rnn-student" / "notebooks" / "exercises"
    pulled.mkdir(parents=True)
    assert load("nbgrader_config.py").Exchange.assignment_dir == str(pulled)


def test_the_trial_of_the_hub_is_not_for_root():
    code = "import os; os.geteuid = lambda: 0; exec(open('trial.py').read())"
    done = subprocess.run([sys.executable, "-c", code], cwd=HUB, capture_output=True, text=True)
    assert done.returncode == 1
    assert "ordinary user" in done.stderr


def test_the_trial_writes_into_its_own_folder_alone(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    c = load("trial.py")
    inside = str(ROOT / "_build" / "hub")
    for place in (
        c.JupyterHub.db_url.removeprefix("sqlite:///"),
        c.JupyterHub.cookie_secret_file,
        c.ConfigurableHTTPProxy.pid_file,
        c.SimpleLocalProcessSpawner.home_dir_template,
        c.Spawner.environment["NBGRADER_EXCHANGE"],
    ):
        assert place.startswith(inside)
    assert c.JupyterHub.services[0]["user"] == ""
    assert c.JupyterHub.bind_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("guide", ["term", "hub", "contributing"])
def test_every_make_target_that_a_guide_names_exists(guide):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = (ROOT / "book" / f"{guide}.md").read_text("utf-8")
    named = re.findall(r"(?:`|^ *|&& )make ([a-z-]+)", text, re.MULTILINE)
    assert named
    assert set(named) <= set(targets)
