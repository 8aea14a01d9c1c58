"""The repository's pyproject.toml, shortened to what students need; comments are kept."""

import tomlkit

EXTRAS = ("data", "chapters", "student", "torch")
_TITLE = "What a student installs: made from the pyproject.toml of the course itself."
_KEPT = (
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "dependencies",
)


def student_project(text: str) -> str:
    """Return pyproject.toml without the grader, the instructor's extras and the tools' settings.

    Parameters
    ----------
    text
        The repository's own.

    Raises
    ------
    KeyError
        If it lacks a part that students need.
    """
    whole = tomlkit.parse(text)
    project, setuptools = whole["project"], whole["tool"]["setuptools"]
    made = tomlkit.document()
    made.add(tomlkit.comment(_TITLE))
    made.add(tomlkit.nl())
    made["build-system"] = whole["build-system"]
    made["project"] = {key: project[key] for key in _KEPT}
    extras = project["optional-dependencies"]
    made["project"]["optional-dependencies"] = {name: extras[name] for name in EXTRAS}
    made["project"]["scripts"] = {"course-check": project["scripts"]["course-check"]}
    files = {"course_rnn": setuptools["package-data"]["course_rnn"]}
    find = {"where": ["src"], "include": ["course_rnn*"]}
    made["tool"] = {"setuptools": {"packages": {"find": find}, "package-data": files}}
    return tomlkit.dumps(made)
