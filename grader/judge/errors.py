"""Exceptions of a student's code, as the judge sees them: built-in types, with text and line."""

import builtins
import re
from typing import Any

import numpy as np

_KNOWN: dict[str, type[BaseException]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, (Exception, SystemExit))
}
_KNOWN |= {kind.__name__: kind for kind in (np.exceptions.AxisError, np.linalg.LinAlgError)}


class StudentError(Exception):
    """An exception of a class that only the student's process knows."""


def student_error(names: list[str], args: tuple, text: str, line: str) -> BaseException:
    """Make the exception that a student's code raised.

    Parameters
    ----------
    names
        Its class and the bases of that, the class first.
    args, text
        What it was made with, and what it says.
    line
        The line of the student's code that raised it; "" if unknown.

    Returns
    -------
    BaseException
        Of the built-in class of that name or of the nearest built-in base. It has the attribute
        `student_line`.
    """
    name = next((name for name in names if name in _KNOWN), "")
    kind = _KNOWN.get(name, StudentError)
    if names and names[0] != name:
        kind = type(_identifier(names[0]), (kind,), {})
    error = _make(kind, args, text)
    error.student_line = line
    return error


def is_students(error: BaseException | None) -> bool:
    """Tell whether an exception comes from the student's code."""
    return hasattr(error, "student_line")


def public_name(error: BaseException) -> str:
    """Return the name of a built-in class that an exception belongs to."""
    return next(
        (kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _KNOWN), "Exception"
    )


def _make(kind: type[BaseException], args: tuple, text: str) -> BaseException:
    for attempt in (args, (text,)):
        try:
            error = kind(*attempt)
            if str(error) == text:
                return error
        except Exception:  # such as UnicodeDecodeError, which wants five arguments
            continue
    return _saying(kind, text)


def _saying(kind: type[BaseException], text: str) -> BaseException:
    spoken = type(kind.__name__, (StudentError,), {})
    return spoken(text)


def _identifier(name: Any) -> str:  # noqa: ANN401
    return name if re.fullmatch(r"[A-Za-z_]\w{0,59}", str(name), re.ASCII) else "StudentError"
