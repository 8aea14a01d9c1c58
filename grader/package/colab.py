"""The cell with which a packaged notebook installs the course on Google Colab."""

import re

CELL_ID = "colab"
_TEXT = """\
# On Google Colab this installs the course. Anywhere else it does nothing.
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules and find_spec("course_rnn") is None:
    %pip install -q "course-rnn[chapters] @ git+{url}@{branch}\""""
_ADDRESS = r'[^\s"]+'
_PATTERN = re.compile(re.escape(_TEXT).replace(re.escape("{url}@{branch}"), _ADDRESS))


def install_on_colab(url: str, branch: str) -> str:
    """Return the cell's source for a repository that pip can install from."""
    return _TEXT.format(url=url, branch=branch)


def is_install_on_colab(source: str) -> bool:
    """Tell whether a cell is that one, unchanged, whatever repository it installs from."""
    return _PATTERN.fullmatch(source.strip()) is not None
