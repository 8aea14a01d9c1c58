"""A corpus that every Python installation already has: its own standard library.

Comments, documentation strings and names, in small letters: a million words of English and of
something close to it, without a download.
"""

import re
import sysconfig
from pathlib import Path

LEFT_OUT = {"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__"}


def python_library_words() -> list[list[str]]:
    """Read the words of the standard library's source files.

    Returns
    -------
    list of list of str
        The words of one file, in small letters, for each file in alphabetical order.

    Notes
    -----
    The exact words depend on the version of Python. Licence: PSF, as Python itself.

    Examples
    --------
    >>> files = python_library_words()
    >>> any("right" in words for words in files)
    True
    """
    root = Path(sysconfig.get_path("stdlib"))
    files = (path for path in root.rglob("*.py") if not LEFT_OUT & set(path.parts))
    texts = (path.read_text(encoding="utf-8", errors="ignore") for path in sorted(files))
    return [re.findall(r"[a-z]+", text.lower()) for text in texts]
