"""How the course is released: workflows, changelog, citation, pins, the students' repository."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from grader.package.links import Repository, read_repositories

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def tool(name: str) -> ModuleType:
    """Import a file of tools/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- workflows ----


def workflow(name: str) -> dict:
    content = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text("utf-8"))
    return content | {"on": content.get(True)}  # YAML takes a bare `on` for the truth


def steps_of(path: Path) -> list[dict]:
    return [step for job in workflow(path.name)["jobs"].values() for step in job["steps"]]


def targets_in(text: str) -> set[str]:
    return set(re.findall(r"^\s*make ([a-z-]+)", text, re.MULTILINE))


def test_every_target_that_a_workflow_makes_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    exist = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    runs = [step["run"] for path in WORKFLOWS for step in steps_of(path) if "run" in step]
    wanted = set().union(*map(targets_in, runs), targets_in((ROOT / ".ci" / "run").read_text()))
    assert {"book", "links", "notes", "package", "pdf", "push-package", "test"} <= wanted
    assert wanted <= exist


def test_actions_are_pinned_by_major_version_and_to_one_each():
    used = {step["uses"] for path in WORKFLOWS for step in steps_of(path) if "uses" in step}
    assert {"actions/checkout", "actions/setup-python"} <= {name.split("@")[0] for name in used}
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", name) for name in used)
    assert len({name.split("@")[0] for name in used}) == len(used)


def test_every_workflow_says_what_it_may_do_and_for_how_long():
    assert {path.name for path in WORKFLOWS} == {"ci.yml", "links.yml", "pages.yml", "release.yml"}
    for path in WORKFLOWS:
        content = workflow(path.name)
        assert content["permissions"]
        working = [job for job in content["jobs"].values() if any("run" in s for s in job["steps"])]
        assert working
        assert all(job["timeout-minutes"] <= 60 for job in working)


def test_a_tag_starts_a_release_and_a_week_the_links():
    assert workflow("release.yml")["on"] == {"push": {"tags": ["v*"]}}
    assert "schedule" in workflow("links.yml")["on"]


def test_the_release_attaches_what_the_targets_make():
    steps = steps_of(ROOT / ".github" / "workflows" / "release.yml")
    (release,) = [step["run"] for step in steps if "gh release create" in step.get("run", "")]
    from grader.package.publish import SUMS, ZIP

    for name in (f"package/{ZIP}", f"package/{SUMS}", "course-rnn.pdf", "release-notes.md"):
        assert f"_build/{name}" in release
    (push,) = [step for step in steps if "make push-package" in step.get("run", "")]
    assert push["if"] == "env.DEPLOY_KEY != ''"


# ---- changelog and citation ----


def test_the_changelog_says_what_is_new_in_this_version():
    notes = tool("release_notes").notes(ROOT, f"v{PROJECT['version']}")
    assert "### Added" in notes
    assert "## [" not in notes
    assert "https://" not in notes.splitlines()[-1]


CHANGELOG = """# Changelog

## [Unreleased]

- Not yet.

## [0.2.0] - 2027-01-05

- Second.

## [0.1.0] - 2026-12-01

- First.

[0.1.0]: https://example.org
"""


def test_the_notes_of_a_release_are_its_own_section():
    section = tool("release_notes").section
    assert section(CHANGELOG, "0.2.0") == "- Second.\n"
    assert section(CHANGELOG, "0.1.0") == "- First.\n"


@pytest.mark.parametrize("version", ["0.3.0", "Unreleased", "0.2"])
def test_a_version_without_a_section_is_named(version: str):
    module = tool("release_notes")
    with pytest.raises(module.NoReleaseError, match=f"says nothing about {version}"):
        module.section(CHANGELOG, version)


def test_a_tag_that_is_not_the_version_is_refused():
    command = [sys.executable, "tools/release_notes.py", "v99.0.0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"The tag is v99.0.0, but pyproject.toml says {PROJECT['version']}"
    )
    assert done.stderr.count("\n") == 1


def test_the_changelog_is_kept_in_the_form_it_names():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", line) for line in headings[1:])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= kinds
    linked = set(re.findall(r"^\[(.*?)\]: https://\S+$", text, re.MULTILINE))
    assert linked == {re.match(r"\[(.*?)\]", line)[1] for line in headings}


def test_the_citation_agrees_with_the_project():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    course, _ = read_repositories(ROOT)
    settings = yaml.safe_load((ROOT / "book" / "_config.yml").read_text("utf-8"))
    required = {"cff-version", "message", "title", "authors"}
    more = {"abstract", "keywords", "license", "repository-code", "type", "version"}
    assert required <= set(citation) <= required | more | {"date-released", "doi", "url"}
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert citation["version"] == PROJECT["version"]
    assert " AND ".join(citation["license"]) == PROJECT["license"]
    assert citation["repository-code"] == course.url
    assert citation["title"] == settings["title"]
    assert citation["authors"] == [{"name": settings["author"]}]


def test_the_changelog_links_to_the_course():
    course, _ = read_repositories(ROOT)
    links = re.findall(
        r"^\[.*?\]: (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert links
    assert all(link.startswith(f"{course.url}/") for link in links)


# ---- pins ----

DIRECT = """# Pinned.

numpy==2.0.0       # arrays
papermill==2.10.0  # runs notebooks
"""


def test_pins_are_raised_and_their_reasons_stay_in_their_column():
    newest = {"numpy": ["2.4.10"], "papermill": ["3.0.0"], "other": ["1"]}
    assert tool("lock").raise_pins(DIRECT, newest) == (
        "# Pinned.\n\nnumpy==2.4.10      # arrays\npapermill==3.0.0   # runs notebooks\n"
    )


def test_pins_that_nothing_is_known_about_stay():
    assert tool("lock").raise_pins(DIRECT, {}) == DIRECT


def test_what_changed_is_said_by_package():
    after = "numpy==2.4.6 # arrays\ncontourpy==1.3 ; python_version < '3.12'\ncontourpy==1.4\n"
    assert tool("lock").changes(DIRECT, after) == [
        "contourpy: none -> 1.3, 1.4",
        "numpy: 2.0.0 -> 2.4.6",
        "papermill: 2.10.0 -> none",
    ]


# ---- the students' repository ----


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository to push to, and a name to commit under."""
    for part in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{part}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{part}_EMAIL", "ada@example.org")
    place = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", place], check=True)
    return Repository(str(place), "main")


def git(remote: Repository, *arguments: str) -> str:
    command = ["git", f"--git-dir={remote.url}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_version_is_one_commit_with_the_packages_files(remote: Repository, tmp_path: Path):
    push, package = tool("push_package").push, tmp_path / "package"
    (package / "notebooks").mkdir(parents=True)
    (package / "old.txt").write_text("1")
    assert "Version 1 is on the branch main" in push(package, remote, "Version 1")
    (package / "old.txt").unlink()
    (package / "notebooks" / "01.ipynb").write_text("{}")
    push(package, remote, "Version 2")
    assert git(remote, "log", "--format=%s", "main") == "Version 2\nVersion 1\n"
    assert git(remote, "ls-tree", "-r", "--name-only", "main") == "notebooks/01.ipynb\n"
    assert sorted(p.name for p in package.iterdir()) == ["notebooks"]


def test_a_package_that_is_there_already_makes_no_commit(remote: Repository, tmp_path: Path):
    push, package = tool("push_package").push, tmp_path / "package"
    package.mkdir()
    (package / "a.txt").write_text("1")
    push(package, remote, "Version 1")
    assert "has this package already" in push(package, remote, "Version 2")
    assert git(remote, "log", "--format=%s", "main") == "Version 1\n"


def test_only_the_books_settings_name_the_students_repository():
    _, students = read_repositories(ROOT)
    command = ["git", "grep", "--files-with-matches", "--fixed-strings", students.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "book/_config.yml\n"


def test_a_notebook_of_the_students_opens_on_colab_and_binder():
    place = Repository("https://github.com/someone/a-course", "main")
    assert place.colab("notebooks/01.ipynb") == (
        "https://colab.research.google.com/github/someone/a-course/blob/main/notebooks/01.ipynb"
    )
    assert place.binder("notebooks/01.ipynb") == (
        "https://mybinder.org/v2/gh/someone/a-course/main?urlpath=lab%2Ftree%2Fnotebooks%2F01.ipynb"
    )
