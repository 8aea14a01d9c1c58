"""The first difference between what came back and what was expected, in words."""

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

_NEARLY_RIGHT = (
    "That is nearly right: something on the way is inexact, such as float32, PyTorch's default."
)


class UnusableAnswerError(Exception):
    """An answer that is wrong before it can be compared; the text says why."""


@dataclass(frozen=True)
class Chances:
    """What a drawing function is held against: probabilities, and how often it was asked."""

    p: np.ndarray
    n_draws: int

    def explain(self, frequencies: np.ndarray) -> bool:
        r"""Tell whether chance alone can have led from the probabilities to these frequencies.

        For n draws of an event of probability p, Chernoff's bound on the tail beyond f is

        $$\exp(-n (f \log (f / p) + (1 - f) \log ((1 - f) / (1 - p))))$$

        It is computed for each outcome and for each run of first outcomes; one below e^-20, two
        in a thousand million, is taken for proof.
        """
        if np.shape(frequencies) != self.p.shape:
            return False
        p, f = (np.append(x, np.cumsum(x)[:-1]).clip(0, 1) for x in (self.p, frequencies))
        f = f.round(9)  # sums of frequencies that should be 1 are
        divergence = _x_log_ratio(f, p) + _x_log_ratio(1 - f, 1 - p)
        return bool(np.all(self.n_draws * divergence < 20))


def _x_log_ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 0, x * np.log(np.where(x > 0, x, 1) / y), 0)


def difference(
    name: str,
    got: Any,  # noqa: ANN401
    expected: Any,  # noqa: ANN401
    tolerance: float = 0.0,
) -> str | None:
    """Say in a sentence or two how a result differs from the expected one.

    Types are looked at first, then shapes, then dtypes, then values. Lists pass for arrays,
    integers for real numbers.

    Parameters
    ----------
    name
        What the result is called in the exercise.
    got
        What the student's function returned.
    expected
        What the reference returned: an array, a number, a dict, a str, None or a tuple of these,
        or the chances that frequencies are held against.
    tolerance
        How far real numbers may be off by chance, beyond what rounding explains.

    Returns
    -------
    str or None
        None if there is no difference.
    """
    if got is expected:  # functions among the arguments, too
        return None
    if got is None and expected is not None:
        return f"{name} is None: is there a return line, and is it reached?"
    if isinstance(expected, Chances):
        return _chance_difference(name, got, expected)
    if isinstance(expected, dict):
        return _dict_difference(name, got, expected, tolerance)
    if isinstance(expected, tuple):
        return _tuple_difference(name, got, expected, tolerance)
    if expected is None or isinstance(expected, str):
        same = type(got) is type(expected) and got == expected
        return None if same else f"{name} is {_short(got)}, expected {_short(expected)}."
    if isinstance(expected, list) and expected and isinstance(expected[0], tuple):
        return _list_difference(name, got, expected, tolerance)
    array = None if isinstance(expected, list) and not expected else _as_array(expected)
    if array is not None:
        return _array_difference(name, got, array, tolerance)
    if isinstance(expected, list):
        if not isinstance(got, (list, tuple)):
            return f"{name} is one {_kind(got)}, expected a list of {len(expected)}."
        return _tuple_difference(name, got, tuple(expected), tolerance)
    return f"{name} is a {_kind(expected)}: the course cannot compare such results."


def _tuple_difference(
    name: str,
    got: Any,  # noqa: ANN401
    expected: tuple,
    tolerance: float,
) -> str | None:
    if not isinstance(got, (tuple, list)):
        all_of_them = f"{len(expected)} things: return them all"
        wanted = "a tuple of one" if len(expected) == 1 else all_of_them
        return f"{name} is one {_kind(got)}, expected {wanted}."
    if len(got) != len(expected):
        return f"{name} has {len(got)} items, expected {len(expected)}."
    fields = getattr(expected, "_fields", None)
    for i, (item, right) in enumerate(zip(got, expected, strict=True)):
        found = difference(
            f"{name}.{fields[i]}" if fields else f"{name}[{i}]", item, right, tolerance
        )
        if found:
            return found
    return None


def _list_difference(
    name: str,
    got: Any,  # noqa: ANN401
    expected: list[tuple],
    tolerance: float,
) -> str | None:
    """Compare lists of pairs item by item, so that the words are those of the exercise."""
    noun = "a list of pairs" if len(expected[0]) == 2 else "a list of tuples"
    if hasattr(expected[0], "_fields"):
        noun += f" ({', '.join(expected[0]._fields)})"
    if not isinstance(got, (list, tuple)) and not getattr(got, "ndim", 0):
        return f"{name} is a {_kind(got)}, expected {noun}."
    if len(got) != len(expected):
        return f"{name} has {len(got)} items, expected {len(expected)}: {noun}."
    for i, (item, right) in enumerate(zip(got, expected, strict=True)):
        item = tuple(item) if isinstance(item, np.ndarray) and item.ndim else item
        found = difference(f"{name}[{i}]", item, right, tolerance)
        if found:
            return found
    return None


def _chance_difference(name: str, got: Any, expected: Chances) -> str | None:  # noqa: ANN401
    array = _as_array(got.p if isinstance(got, Chances) else got)
    if array is None or array.shape != expected.p.shape:
        return _array_difference(name, got, expected.p, 0.0)
    if expected.explain(array):
        return None
    worst = np.abs(array - expected.p).argmax()
    return (
        f"{name}[{worst}] is {_number(array[worst])}, expected about "
        f"{_number(expected.p[worst])}: chance does not explain this in {expected.n_draws} draws."
    )


def _dict_difference(
    name: str,
    got: Any,  # noqa: ANN401
    expected: dict,
    tolerance: float,
) -> str | None:
    if not isinstance(got, dict):
        return f"{name} is a {_kind(got)}, expected a dict."
    missing = [key for key in expected if key not in got]
    extra = [key for key in got if key not in expected]
    if missing or extra:
        parts = [f"{_short(missing)} missing"] if missing else []
        parts += [f"{_short(extra)} too many"] if extra else []
        return f"{name} has {len(got)} entries, expected {len(expected)}: {', '.join(parts)}."
    wrong = [key for key in expected if difference("", got[key], expected[key], tolerance)]
    if not wrong:
        return None
    key = wrong[0]
    return (
        f"{len(wrong)} of {len(expected)} entries of {name} differ: "
        f"{name}[{key!r}] is {_short(got[key])}, expected {_short(expected[key])}."
    )


def _array_difference(
    name: str,
    got: Any,  # noqa: ANN401
    expected: np.ndarray,
    tolerance: float,
) -> str | None:
    array = _as_array(got)
    if array is None:
        return f"{name} is a {_kind(got)}, expected {_noun(expected)}."
    if array.shape != expected.shape:
        return f"{name} has shape {array.shape}, expected {expected.shape}."
    if array.size and not _dtype_fits(array.dtype, expected.dtype):
        return f"{name} has dtype {array.dtype}, expected {_dtype_noun(expected.dtype)}."
    return _value_difference(name, array, expected, tolerance)


def _value_difference(
    name: str, got: np.ndarray, expected: np.ndarray, tolerance: float
) -> str | None:
    if np.array_equal(got, expected):  # the rule, and ten times faster to find out
        return None
    single = np.float32 in (got.dtype, expected.dtype)
    rtol, atol = (1e-4, 1e-5) if single else (1e-6, 1e-9)
    right = np.isclose(got, expected, rtol=rtol, atol=max(atol, tolerance), equal_nan=True)
    if right.all():
        return None
    hint = f" {_NEARLY_RIGHT}" if _is_nearly_right(got, expected) else ""
    if expected.ndim == 0:
        return f"{name} is {_two_numbers(got, expected)}.{hint}"
    distance = np.abs(got.astype(float) - expected.astype(float))
    worst = np.unravel_index(
        np.where(right, -1, np.nan_to_num(distance, nan=np.inf)).argmax(), expected.shape
    )
    place = ", ".join(str(i) for i in worst)
    return (
        f"{(~right).sum()} of {right.size} entries of {name} differ, "
        f"most at {name}[{place}]: yours {_two_numbers(got[worst], expected[worst])}.{hint}"
    )


def _is_nearly_right(got: np.ndarray, expected: np.ndarray) -> bool:
    """Tell whether single precision on the way explains the difference."""
    if expected.dtype.kind != "f":
        return False
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=0)
    return np.allclose(got, expected, rtol=1e-4, atol=1e-6 * largest, equal_nan=True)


def _two_numbers(got: Any, expected: Any) -> str:  # noqa: ANN401
    """Show both with as many digits as it takes to tell them apart."""
    digits = 4 if _number(got) != _number(expected) else 9
    return f"{_number(got, digits)}, expected {_number(expected, digits)}"


def _dtype_fits(got: np.dtype, expected: np.dtype) -> bool:
    """Real numbers may come as integers; indices and masks may not come as real numbers."""
    return got.kind in {"f": "fiub", "i": "iu", "u": "iu", "b": "b"}.get(expected.kind, "")


def _as_array(value: Any) -> np.ndarray | None:  # noqa: ANN401
    """Turn numbers, nested lists of numbers and tensors into an array, anything else into None."""
    for numbers in (lambda: value, lambda: _out_of_the_graph(value)):
        with contextlib.suppress(ValueError, TypeError, RuntimeError):
            array = np.asarray(numbers())
            return array if array.dtype.kind in "fiub" else None
    return None


def _out_of_the_graph(value: Any) -> Any:  # noqa: ANN401
    """Leave only the values of tensors, which may still require a gradient or be elsewhere."""
    if isinstance(value, (list, tuple)):
        return [_out_of_the_graph(item) for item in value]
    return value.detach().cpu() if hasattr(value, "detach") else value


def _dtype_noun(dtype: np.dtype) -> str:
    return {"b": "bool", "i": "integers", "u": "integers"}.get(dtype.kind, str(dtype))


def _noun(expected: np.ndarray) -> str:
    return "a number" if expected.ndim == 0 else f"an array of shape {expected.shape}"


def _kind(value: Any) -> str:  # noqa: ANN401
    return {"ndarray": "array"}.get(type(value).__name__, type(value).__name__)


def _number(value: Any, digits: int = 4) -> str:  # noqa: ANN401
    number = np.asarray(value)
    return f"{number.item():.{digits}g}" if number.dtype.kind == "f" else str(value)


def _short(value: Any, length: int = 90) -> str:  # noqa: ANN401
    text = repr(value)
    return text if len(text) <= length else f"{text[: length - 2]} …"
