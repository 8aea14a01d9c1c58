"""nbgrader reads this file in the folder it is started in; the settings are in grader/."""

load_subconfig("grader/nbgrader_config.py")  # noqa: F821
