"""One sentence for arrays that do not fit: which argument, what it has, what was expected."""

from functools import lru_cache

import numpy as np


def check_shapes(**arrays: tuple[np.ndarray, str]) -> dict[str, int]:
    """Make sure that arrays have the axes they should, agree on sizes, and hold numbers.

    Parameters
    ----------
    **arrays
        For each argument its value and the names of its axes, such as x=(x, "T B n_x"). An axis
        of the same name must have the same size everywhere; "n_a+n_x" is the sum of two earlier
        ones; "..." in front stands for any axes.

    Returns
    -------
    dict
        The size of each axis.

    Raises
    ------
    ValueError
        If an array has the wrong number of axes, another size than an earlier one, a size of
        zero, or NaN in it.

    Examples
    --------
    >>> check_shapes(x=(np.zeros((6, 3, 4)), "T B n_x"), a0=(np.zeros((3, 5)), "B n_a"))
    {'T': 6, 'B': 3, 'n_x': 4, 'n_a': 5}
    >>> check_shapes(x=(np.zeros((6, 3, 4)), "T B n_x"), a0=(np.zeros((2, 5)), "B n_a"))
    Traceback (most recent call last):
        ...
    ValueError: a0 has shape (2, 5), expected (B, n_a) = (3, 5)
    """
    given = {name: np.asarray(value) for name, (value, _) in arrays.items()}
    sizes = _sizes(*((name, arrays[name][1], array.shape) for name, array in given.items()))
    for name, array in given.items():
        flat = array.ravel()
        squares = flat.dot(flat)  # NaN if one number is: faster than asking each
        if squares != squares and np.isnan(array).any():
            place = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
            raise ValueError(f"{name} of shape {array.shape} has NaN at {place}")
    return dict(sizes)


def check_indices(n_classes: int, **arrays: np.ndarray) -> None:
    """Make sure that arrays hold integers in 0 … n_classes - 1.

    Parameters
    ----------
    n_classes
        How many classes there are, such as V or n_y.
    **arrays
        For each argument its value, such as targets=targets.

    Raises
    ------
    ValueError
        If an array holds something else than integers, or an index out of range.

    Examples
    --------
    >>> check_indices(3, targets=np.array([[0, 5]]))
    Traceback (most recent call last):
        ...
    ValueError: targets of shape (1, 2) has 5 at (0, 1), expected indices in 0 … 2
    """
    for name, array in arrays.items():
        values = np.asarray(array)
        if not np.issubdtype(values.dtype, np.integer):
            raise ValueError(f"{name} has dtype {values.dtype}, expected integers")
        if values.size and not 0 <= values.min() <= values.max() < n_classes:
            place = tuple(int(i) for i in np.argwhere((values < 0) | (values >= n_classes))[0])
            raise ValueError(
                f"{name} of shape {values.shape} has {values[place]} at {place}, "
                f"expected indices in 0 … {n_classes - 1}"
            )


def check_layer(params: tuple, **arrays: tuple[np.ndarray, str]) -> dict[str, int]:
    """Make sure that what enters a recurrent layer fits its weights.

    Parameters
    ----------
    params
        The weights of a layer, such as RNNParams or GRUParams.
    **arrays
        For each argument its value and the names of its axes, as in `check_shapes`.

    Returns
    -------
    dict
        The size of each axis.

    Raises
    ------
    ValueError
        As `check_shapes` does.
    """
    axes = {"Wax": "n_a n_x", "Waa": "n_a n_a"}
    for name, weight in zip(params._fields, params, strict=True):
        gate_or_bias = "n_a n_a+n_x" if name[0] == "W" else "n_a"
        arrays[name] = weight, axes.get(name, gate_or_bias)
    return check_shapes(**arrays)


def rows(a: np.ndarray) -> np.ndarray:
    """Put all axes but the last into one, so that one matrix product serves all time steps.

    Parameters
    ----------
    a : ndarray, shape (..., n)
        Vectors of steps and sequences.

    Returns
    -------
    ndarray, shape (product of the others, n)

    Examples
    --------
    >>> rows(np.zeros((6, 3, 4))).shape
    (18, 4)
    """
    return a.reshape(-1, a.shape[-1])


@lru_cache(maxsize=1024)  # a training loop asks the same of every batch
def _sizes(*arrays: tuple[str, str, tuple[int, ...]]) -> dict[str, int]:
    """Make sure that shapes fit: a name, the names of its axes and a shape for each array."""
    sizes: dict[str, int] = {}
    for name, axes, full_shape in arrays:
        shape, own = full_shape, axes.split()
        if own[0] == "...":
            own = own[1:]
            shape = shape[max(0, len(shape) - len(own)) :]
        expected = [_size(axis, size, sizes) for axis, size in zip(own, shape, strict=False)]
        if len(shape) != len(own) or list(shape) != expected:
            raise ValueError(_does_not_fit(name, full_shape, axes.split(), expected))
        if 0 in full_shape:
            raise ValueError(f"{name} has shape {full_shape}, expected no axis of size 0")
    return sizes


def _size(axis: str, size: int, sizes: dict[str, int]) -> int:
    if "+" in axis:
        return sum(sizes[part] for part in axis.split("+"))
    return sizes.setdefault(axis, size)


def check_same_shape(**arrays: np.ndarray) -> None:
    """Make sure that arrays have the shape of the first one, and hold numbers.

    Parameters
    ----------
    **arrays
        For each argument its value, such as targets=targets, predictions=predictions.

    Raises
    ------
    ValueError
        If an array has another shape than the first, a size of zero, or NaN in it.

    Examples
    --------
    >>> check_same_shape(targets=np.zeros((6, 3)), predictions=np.zeros((6, 1)))
    Traceback (most recent call last):
        ...
    ValueError: predictions has shape (6, 1), expected that of targets, (6, 3)
    """
    check_shapes(**{name: (array, "...") for name, array in arrays.items()})
    (first, pattern), *others = arrays.items()
    for name, array in others:
        if np.shape(array) != np.shape(pattern):
            raise ValueError(
                f"{name} has shape {np.shape(array)}, expected that of {first}, {np.shape(pattern)}"
            )


def check_at_least(least: int, **numbers: float) -> None:
    """Make sure that numbers are not too small.

    Parameters
    ----------
    least
        The smallest number allowed.
    **numbers
        For each argument its value, such as n_steps=n_steps.

    Raises
    ------
    ValueError
        If a number is smaller.

    Examples
    --------
    >>> check_at_least(1, n_steps=0)
    Traceback (most recent call last):
        ...
    ValueError: n_steps is 0, expected at least 1
    """
    for name, number in numbers.items():
        if number < least:
            raise ValueError(f"{name} is {number}, expected at least {least}")


def _does_not_fit(name: str, shape: tuple[int, ...], names: list[str], sizes: list[int]) -> str:
    if len(shape) < len(names) or (len(shape) > len(names) and names[0] != "..."):
        return f"{name} has shape {shape}, expected the axes ({', '.join(names)})"
    known = [*names[: len(names) - len(sizes)], *map(str, sizes)]
    return f"{name} has shape {shape}, expected ({', '.join(names)}) = ({', '.join(known)})"
