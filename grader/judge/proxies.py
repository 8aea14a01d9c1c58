"""Stand-ins for what lives in a student's process: functions, classes, objects, generators.

A stand-in can be called, iterated, indexed; its attributes can be read and set. It forwards no
comparison and no arithmetic: `handle == expected` would ask the student whether the student is
right. For the same reason names that begin with two underscores stay here.
"""

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from grader.judge.errors import student_error
from grader.student.changes import write_back

if TYPE_CHECKING:
    from grader.judge.student import Student

_OWN = ("_student", "_number", "_life", "_replaced", "__name__")


class Proxy:
    """An object of a student's process, known by its number there."""

    __slots__ = _OWN

    def __init__(self, student: "Student", number: int, name: str) -> None:
        for slot, value in zip(_OWN, (student, number, student.life, {}, name), strict=True):
            object.__setattr__(self, slot, value)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(f"{name} of a student's object is not asked for")
        return self._student.request("attribute", self, name)

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401
        self._student.request("set attribute", self, name, value)

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Proxy) and self._student is other._student
        return same and (self._life, self._number) == (other._life, other._number)

    def __hash__(self) -> int:
        return hash((self._life, self._number))

    def __repr__(self) -> str:
        return f"<a student's {type(self).__name__}>"

    def __deepcopy__(self, memo: dict) -> "Proxy":
        return self

    def __reduce__(self) -> str:
        raise TypeError("an object of a student's process cannot be copied into another one")


def make_proxy(student: "Student", number: int, class_name: str, able: str, name: str) -> Proxy:
    """Make a stand-in that can do what the object's class can.

    Parameters
    ----------
    student, number
        Whose object, and which.
    class_name
        Shown to people; nothing depends on it.
    able
        Letters: c called, i iterated, n next, l len, g items got, s items set, t is a class.
    name
        Its `__name__`.
    """
    kind = _kind(_identifier(class_name), "".join(sorted(set(able) & set(_METHODS))))
    return kind(student, number, name)


def named(value: Any, name: str) -> Any:  # noqa: ANN401
    """Call a stand-in by the name to which the notebook has bound it, not as it calls itself."""
    if isinstance(value, Proxy):
        object.__setattr__(value, "__name__", name)
    return value


def _identifier(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w{0,59}", name, re.ASCII) else "object"


@functools.lru_cache(maxsize=256)
def _kind(name: str, able: str) -> type[Proxy]:
    methods: dict[str, Any] = {"__slots__": ()}
    for letter in able:
        methods |= _METHODS[letter]
    return type(name, (Proxy,), methods)


def _call(self: Proxy, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
    value, changed = self._student.call(self, args, kwargs, self._replaced)
    try:
        if changed is not None:
            write_back((args, kwargs), changed)
    except Exception as error:
        text = f"it changes an argument into something else ({error})"
        raise student_error(["ValueError"], (text,), text, "") from None
    return value


@contextlib.contextmanager
def _replace_globals(self: Proxy, functions: dict[str, Callable]) -> Iterator[None]:
    """Replace global names of the student's notebook during calls of this function."""
    object.__setattr__(self, "_replaced", functions)
    try:
        yield
    finally:
        object.__setattr__(self, "_replaced", {})


def _look_up(self: Proxy, name: str) -> Any:  # noqa: ANN401
    """Return a global name of the student's notebook, as this function would find it."""
    if name in self._replaced:
        return self._replaced[name]
    found = self._student.look_up([name]).get(name)
    if isinstance(found, Proxy):
        object.__setattr__(found, "_replaced", self._replaced)
    return named(found, name)


def _forward(operation: str) -> Callable:
    return lambda self, *args: self._student.request(operation, self, *args)


_METHODS: dict[str, dict[str, Callable]] = {
    "c": {"__call__": _call, "replace_globals": _replace_globals, "look_up": _look_up},
    "i": {"__iter__": _forward("iterate")},
    "n": {"__next__": _forward("next")},
    "l": {"__len__": _forward("length")},
    "g": {"__getitem__": _forward("item")},
    "s": {"__setitem__": _forward("set item")},
    "t": {
        "__instancecheck__": lambda self, value: bool(
            self._student.request("is instance", value, self)
        )
    },
}
