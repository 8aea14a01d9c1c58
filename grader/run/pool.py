"""Many tasks and the workers that carry them out, any of which may die.

Works with anything that is a concurrent.futures.Executor: processes of this machine, or a cluster.
When workers die, the tasks that were running are suspects: they run again, one at a time, so that
the one that kills its worker is found and the others lose nothing.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from functools import partial
from pathlib import Path
from typing import Self

from grader.run.task import Graded, Task, WrongVersionError, grade, not_graded
from grader.run.worker import in_process_of_its_own, open_pool
from grader.sandbox import SandboxUnavailableError

TRIES = 3
FATAL = (OSError, SandboxUnavailableError, WrongVersionError)
"""What every task would fail with."""

Work = Callable[[Task], Graded]


class Pool:
    """Workers for tasks.

    Parameters
    ----------
    open_executor
        Starts workers; called again when they have died.
    width
        How many tasks are under way at a time: the coordinator holds no more than these.
    work
        What a worker does with a task.
    close
        Called at the end.
    """

    def __init__(
        self,
        open_executor: Callable[[], Executor],
        width: int,
        work: Work,
        close: Callable[[], object] = lambda: None,
    ) -> None:
        self._open, self._width, self._work, self._close = open_executor, width, work, close
        self._executor = open_executor()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            _end_processes(self._executor)
        self._executor.shutdown(wait=kind is None)
        self._close()

    def run(self, tasks: Iterable[Task]) -> Iterator[Graded]:
        """Carry out tasks, yielding what became of each as soon as it is known.

        Raises
        ------
        OSError, SandboxUnavailableError, WrongVersionError
            If no task can be carried out.
        """
        waiting, suspects, deaths = iter(tasks), deque[Task](), Counter[str]()
        running: dict[Future[Graded], Task] = {}
        while True:
            self._fill(running, waiting, suspects)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                graded = self._outcome(future, task)
                deaths[task.who] += graded is None
                if graded is None and deaths[task.who] < TRIES:
                    suspects.append(task)
                else:
                    yield graded or not_graded(task, _killer())

    def _fill(
        self, running: dict[Future[Graded], Task], waiting: Iterator[Task], suspects: deque[Task]
    ) -> None:
        if suspects:
            if not running:
                self._submit(suspects.popleft(), running)
            return
        while len(running) < self._width and (task := next(waiting, None)):
            self._submit(task, running)

    def _submit(self, task: Task, running: dict[Future[Graded], Task]) -> None:
        try:
            future = self._executor.submit(self._work, task)
        except BrokenExecutor:
            self._executor.shutdown(wait=False)
            self._executor = self._open()
            future = self._executor.submit(self._work, task)
        running[future] = task

    def _outcome(self, future: Future[Graded], task: Task) -> Graded | None:
        """Return what became of a task, None if its worker died."""
        try:
            return future.result()
        except BrokenExecutor:
            return None
        except CancelledError:
            raise ConnectionError("the scheduler is gone") from None
        except FATAL:
            raise
        except Exception as error:
            if type(error).__name__ == "KilledWorker":  # dask's; it need not be installed
                return None
            return not_graded(task, f"The grader failed ({type(error).__name__}: {error}).")


def local_pool(workers: int, log: Path, work: Work = grade) -> Pool:
    """Open a pool of processes on this machine."""
    return Pool(lambda: open_pool(workers, log), 2 * workers, work)


def cluster_pool(address: str, work: Work = grade) -> Pool:
    """Open a pool on a cluster of dask.distributed, whose workers see the course's folders.

    Raises
    ------
    OSError
        If no scheduler answers there.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError):
        raise ConnectionError(f"no scheduler answers at {address}") from None
    width = 4 * max(8, sum(client.nthreads().values()))
    in_own_process = partial(in_process_of_its_own, work)
    return Pool(lambda: client.get_executor(pure=False), width, in_own_process, client.close)


def _killer() -> str:
    return (
        f"The process that graded it died {TRIES} times, so it has no marks. Look at the notebook; "
        "if it is harmless, free some memory and grade it again."
    )


def _end_processes(executor: Executor) -> None:
    """End the worker processes of this machine at once, whatever they are doing."""
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        process.terminate()
