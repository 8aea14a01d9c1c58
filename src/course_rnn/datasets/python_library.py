"""Corpora that every Python installation already has: its library, and its language reference.

The library is a million words of English and of something close to it; the reference is half a
million characters of good prose with examples. Neither needs a download.
"""

import importlib
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


def python_reference_text() -> str:
    """Read Python's language reference, as `help("for")` and the like show it.

    Returns
    -------
    str
        The chapters in alphabetical order of their names, half a million characters.

    Raises
    ------
    ModuleNotFoundError
        If this installation of Python came without its documentation.

    Notes
    -----
    The exact text depends on the version of Python. Licence: PSF, as Python itself.

    Examples
    --------
    >>> text = python_reference_text()
    >>> "for" in text, len(text) > 100_000
    (True, True)
    """
    try:
        topics = importlib.import_module("pydoc_data.topics").topics
    except ModuleNotFoundError:
        message = "This Python came without its documentation (pydoc_data): use one from python.org"
        raise ModuleNotFoundError(message) from None
    return "\n\n".join(topics[name].strip() for name in sorted(topics)) + "\n"
