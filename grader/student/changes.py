"""What a function has done to its arguments, done to the originals in the other process."""

from typing import Any

import numpy as np


def write_back(mine: Any, theirs: Any) -> None:  # noqa: ANN401
    """Change arguments in place to what has become of their copies.

    Parameters
    ----------
    mine
        Arguments: arrays, lists, tuples, dicts, sets, generators of random numbers, tensors.
    theirs
        What came back for them.

    Raises
    ------
    Exception
        If it is something else than what was sent.
    """
    if isinstance(mine, np.ndarray):
        if mine.shape != theirs.shape:
            mine.resize(theirs.shape, refcheck=False)
        mine[...] = theirs
    elif isinstance(mine, tuple):
        _write_items(mine, theirs)
    elif isinstance(mine, list):
        same = isinstance(theirs, list) and len(mine) == len(theirs)
        mine[:] = _write_items(mine, theirs) if same else theirs
    elif isinstance(mine, dict):
        kept = [mine.get(key) for key in theirs]
        new = dict(zip(theirs, _write_items(kept, list(theirs.values())), strict=True))
        mine.clear()
        mine.update(new)
    elif isinstance(mine, set):
        mine.clear()
        mine.update(theirs)
    elif isinstance(mine, np.random.Generator):
        mine.bit_generator.state = theirs.bit_generator.state
    else:  # a tensor
        import torch

        with torch.no_grad():
            mine.copy_(torch.as_tensor(theirs))


def _write_items(mine: list | tuple, theirs: list | tuple) -> list:
    """Write back into what can be changed; return what the items are now."""
    now = []
    for one, other in zip(mine, theirs, strict=True):
        if _is_changeable(one) and (type(one) is type(other) or _is_tensor(one)):
            write_back(one, other)
            other = one
        now.append(other)
    return now


def _is_changeable(value: Any) -> bool:  # noqa: ANN401
    kinds = (np.ndarray, list, tuple, dict, set, np.random.Generator)
    return isinstance(value, kinds) or _is_tensor(value)


def _is_tensor(value: Any) -> bool:  # noqa: ANN401
    return type(value).__module__ == "torch" and hasattr(value, "copy_")
