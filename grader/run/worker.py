"""The processes that grade.

On a cluster, a worker of dask runs its tasks in threads; each goes on into a process of its own.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from pathlib import Path

from grader.run.task import Graded, Task

_pool: Executor | None = None
_lock = threading.Lock()


def open_pool(workers: int, log: Path) -> Executor:
    """Start worker processes on this machine; what they print goes into the log."""
    for library in ("OMP", "OPENBLAS", "MKL"):  # workers run side by side
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    return ProcessPoolExecutor(
        max_workers=workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_set_up,
        initargs=(str(log),),
    )


def in_process_of_its_own(work: Callable[[Task], Graded], task: Task) -> Graded:
    """Carry out a task for a thread of a dask worker, which has as many processes as threads.

    Raises
    ------
    BrokenProcessPool
        If the process died; the next task gets a new one.
    """
    global _pool
    from distributed import get_worker

    with _lock:
        _pool = _pool or open_pool(get_worker().state.nthreads, Path(os.devnull))
        pool = _pool
    try:
        return pool.submit(work, task).result()
    except BrokenProcessPool:
        with _lock:
            _pool = None if _pool is pool else _pool
        raise


def _set_up(log: str) -> None:
    """Print into the log, leave Ctrl-C to the parent process, and do not outlive it."""
    with open(log, "ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)  # at once: a half-closed sandbox would look like a student's mistake
