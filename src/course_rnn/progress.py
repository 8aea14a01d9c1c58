"""One line that says how far long work has come, in a terminal or below a notebook's cell."""

import sys
import time
from collections.abc import Callable


class ProgressLine:
    """A line that is rewritten in place, at most ten times a second.

    Parameters
    ----------
    total
        The number of steps; zero if nobody knows.
    show
        Whether to write it; None writes in a terminal and in a notebook, and nowhere else.

    Examples
    --------
    >>> line = ProgressLine(total=200, show=False)
    >>> line.text(50, "loss 1.2")
    '[#####...............] step 50 of 200, loss 1.2'
    """

    def __init__(self, total: int = 0, show: bool | None = None) -> None:
        notebook = _in_notebook()
        self.total = total
        self.show = (notebook or sys.stderr.isatty()) if show is None else show
        self.write = _write_below_cell() if notebook else _write_in_terminal
        self.due = 0.0

    def update(self, step: int, note: str) -> None:
        """Say how far the work is.

        Parameters
        ----------
        step
            How many steps are done.
        note
            What else to say, such as the loss.
        """
        if self.show and time.monotonic() >= self.due:
            self.write(self.text(step, note), False)
            self.due = time.monotonic() + 0.1

    def close(self, step: int, note: str) -> None:
        """Leave the last state of the line where it is and go to the next line.

        Parameters
        ----------
        step
            How many steps are done.
        note
            What else to say, such as the loss.
        """
        if self.show:
            self.write(self.text(step, note), True)

    def text(self, step: int, note: str) -> str:
        """Put the line into words.

        Parameters
        ----------
        step
            How many steps are done.
        note
            What else to say, such as the loss.

        Returns
        -------
        str
            With a bar in front if the total is known.
        """
        if not self.total:
            return f"step {step}, {note}"
        done = 20 * step // self.total
        return f"[{'#' * done}{'.' * (20 - done)}] step {step} of {self.total}, {note}"


def _in_notebook() -> bool:
    """Ask IPython, if somebody has imported it, whether a notebook is at the other end."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def _write_in_terminal(text: str, last: bool) -> None:
    print(f"\r\033[K{text}", end="\n" if last else "", file=sys.stderr, flush=True)


def _write_below_cell() -> Callable[[str, bool], None]:
    """Return a writer whose output replaces its earlier one, so that a page keeps the last."""
    from IPython.display import display

    handle = None

    def write(text: str, last: bool) -> None:
        nonlocal handle
        bundle = {"text/plain": text}
        if handle is None:
            handle = display(bundle, raw=True, display_id=True)
        else:
            handle.update(bundle, raw=True)

    return write
