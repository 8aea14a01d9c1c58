"""Build the book: execute the chapters that changed, side by side, then make the pages.

A page with code is executed by papermill when its code, the package or the pinned environment has
changed since its last good run; the results lie in ``_build/executed``. Jupyter Book then reads
them from its cache, so that it executes nothing itself, and writes the pages to a new folder, which
takes the place of ``_build/html`` only when all went well.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
HTML = BUILD / "html"
NEXT = BUILD / "next"  # where the pages are made; moved to HTML when they are complete
LOG = BUILD / "book.log"
CONFIG = ROOT / "book" / "_config.yml"
TOC = ROOT / "book" / "_toc.yml"
CELL_SECONDS = 120


class BuildError(Exception):
    """What went wrong and what to do next, in one sentence."""


@dataclass(frozen=True)
class Page:
    """A page of the book: its source, and where its executed copy lies if it has code."""

    source: Path

    @property
    def name(self) -> str:
        """The page's path as a person would type it."""
        return self.source.relative_to(ROOT).as_posix()

    @property
    def executed(self) -> Path:
        """The notebook with the results of the last good run."""
        return BUILD / "executed" / f"{self.source.stem}.ipynb"

    @property
    def has_code(self) -> bool:
        """Whether there is something to execute."""
        return self.source.suffix == ".ipynb" or "\n```{code-cell}" in self.source.read_text("utf8")


# What is there, and what has changed


def pages() -> list[Page]:
    """Return the pages named by the table of contents, in order."""
    names = re.findall(r"^[\s-]*(?:root|file):\s*(\S+)", TOC.read_text("utf8"), re.MULTILINE)
    return [Page(find_source(name)) for name in names]


def find_source(name: str) -> Path:
    """Return the file behind an entry of the table of contents."""
    for suffix in (".ipynb", ".md"):
        if (ROOT / f"{name}{suffix}").is_file():
            return ROOT / f"{name}{suffix}"
    raise BuildError(
        f"book/_toc.yml names {name}, but there is no {name}.ipynb or {name}.md: "
        "add the file or take the line out."
    )


def digest(parts: Iterable[bytes]) -> str:
    """Return one hash of all parts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


def contents(*folders_and_files: Path) -> Iterator[bytes]:
    """Yield the name and the bytes of every file, in a fixed order."""
    for top in folders_and_files:
        for path in sorted(top.rglob("*")) if not top.is_file() else [top]:
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
                yield path.relative_to(ROOT).as_posix().encode()
                yield path.read_bytes()


def code_of(page: Page) -> bytes:
    """Return what a page executes: its code cells, without the text between them."""
    if page.source.suffix == ".md":
        read = contents(CONFIG, ROOT / "grader" / "policy.toml", ROOT / "notebooks" / "exercises")
        return digest([page.source.read_bytes(), *read]).encode()  # guides tell rules and points
    try:
        cells = json.loads(page.source.read_text("utf8"))["cells"]
    except (ValueError, KeyError):
        raise BuildError(
            f"{page.name} is not a readable notebook: restore it with `git restore {page.name}`."
        ) from None
    code = [(cell["source"], cell["metadata"]) for cell in cells if cell["cell_type"] == "code"]
    return json.dumps(code, sort_keys=True).encode()


def execution_keys(book: list[Page]) -> dict[Page, str]:
    """Return for each page with code the hash of everything its results depend on."""
    results = ROOT / "book" / "results"
    shared = digest(contents(ROOT / "src" / "course_rnn", ROOT / "requirements.txt", results))
    return {
        page: digest([shared.encode(), page.name.encode(), code_of(page)])
        for page in book
        if page.has_code
    }


def book_key(book: list[Page], keys: dict[Page, str]) -> str:
    """Return the hash of everything the pages depend on."""
    sources = [page.source for page in book]
    assignments = ROOT / "notebooks" / "exercises"  # chapters link to them
    shown = [ROOT / "CONTRIBUTING.md", ROOT / "deploy", ROOT / "grader" / "policy.toml"]
    files = contents(Path(__file__).resolve(), ROOT / "book", assignments, *shown, *sources)
    return digest([*files, *(key.encode() for key in keys.values())])


def key_of_last_run(page: Page) -> str | None:
    """Return the key that was current when a page was last executed without an error."""
    try:
        metadata = json.loads(page.executed.read_text("utf8"))["metadata"]
        return metadata["course_rnn"]["key"]
    except (OSError, ValueError, KeyError):
        return None


# Executing


def read_source(page: Page) -> NotebookNode:
    """Return a page as a notebook, whether it is written as one or as Markdown with code cells."""
    import nbformat

    if page.source.suffix == ".ipynb":
        return nbformat.read(page.source, as_version=4)
    from myst_nb.core.read import read_myst_markdown_notebook

    return read_myst_markdown_notebook(page.source.read_text("utf8"))


def execute(page: Page, key: str) -> str:
    """Execute a page in a process of its own and return a line about it."""
    started = time.monotonic()
    partial = page.executed.with_suffix(".partial.ipynb")
    try:
        run(page, key, partial)
        partial.replace(page.executed)
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise  # the disk, not the chapter
        raise BuildError(sentence_about(page, error, partial)) from None
    finally:
        partial.unlink(missing_ok=True)
    return f"{page.name}: {time.monotonic() - started:.0f} s, {peak_megabytes():.0f} MB"


def run(page: Page, key: str, target: Path) -> None:
    """Execute a page with papermill and write the result, marked with its key."""
    import nbformat
    import papermill

    notebook = papermill.execute_notebook(
        read_source(page),
        target,
        kernel_name="python3",
        cwd=page.source.parent,
        progress_bar=False,
        execution_timeout=CELL_SECONDS,
    )
    notebook.metadata["course_rnn"] = {"key": key}
    nbformat.write(notebook, target)


def sentence_about(page: Page, error: Exception, partial: Path) -> str:
    """Say which cell of a page failed and why."""
    import nbformat

    cells = nbformat.read(partial, as_version=4).cells if partial.is_file() else []
    started = [cell for cell in cells if cell.metadata.get("papermill", {}).get("start_time")]
    lines = started[-1].source.strip().splitlines() if started else []
    where = f"in the cell that begins `{lines[0]}`" if lines else "before its first cell"
    return (
        f"{page.name} failed {where}: {last_line(error)} "
        "Correct it and run `make book` again; the earlier book is untouched."
    )


def last_line(error: Exception) -> str:
    """Return the line of an error that a reader looks at first, as a sentence."""
    if isinstance(error, TimeoutError):
        return f"it ran for more than {CELL_SECONDS} seconds."
    name = getattr(error, "ename", type(error).__name__)
    text = str(getattr(error, "evalue", error)).strip()
    return f"{name}: {text.splitlines()[-1] if text else 'no message'}".rstrip(".") + "."


def peak_megabytes() -> float:
    """Return the peak memory of the kernel that this process has run."""
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


def execute_stale(keys: dict[Page, str]) -> None:
    """Execute the pages whose results are out of date, one process per core."""
    stale = {page: key for page, key in keys.items() if key_of_last_run(page) != key}
    if not stale:
        return
    (BUILD / "executed").mkdir(parents=True, exist_ok=True)
    workers = min(len(stale), os.cpu_count() or 1)
    say(f"executing {len(stale)} of {len(keys)} pages with code, {workers} at a time")
    spawn = multiprocessing.get_context("spawn")
    options = {"mp_context": spawn, "max_tasks_per_child": 1, "initializer": quiet}
    with ProcessPoolExecutor(workers, **options) as pool:
        runs = [pool.submit(execute, page, key) for page, key in stale.items()]
        report(pool, runs)


def quiet() -> None:
    """Send what kernels say about themselves to a file."""
    log = os.open(BUILD / "executed" / "kernels.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, sys.stderr.fileno())


def report(pool: ProcessPoolExecutor, runs: list[Future[str]]) -> None:
    """Print a line for each page that is done; after a failure start no further page."""
    try:
        for done, run in enumerate(as_completed(runs), start=1):
            say(f"[{done}/{len(runs)}] {run.result()}")
    except (BuildError, OSError):
        pool.shutdown(cancel_futures=True)
        raise


# Making the pages


def fill_cache(book: Iterable[Page]) -> None:
    """Hand the results to Jupyter Book, each under the page's present text and tags."""
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    shutil.rmtree(BUILD / ".jupyter_cache", ignore_errors=True)
    cache = get_cache(BUILD / ".jupyter_cache")
    for page in book:
        bundle = CacheBundleIn(with_results(page), str(page.source))
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def with_results(page: Page) -> NotebookNode:
    """Return a page's source with the outputs of its last run."""
    import nbformat

    notebook = read_source(page)
    executed = nbformat.read(page.executed, as_version=4)
    notebook.metadata["language_info"] = executed.metadata["language_info"]
    results = (cell for cell in executed.cells if cell.cell_type == "code")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            result = next(results)
            cell.outputs, cell.execution_count = result.outputs, result.execution_count
    return notebook


def make_pages() -> None:
    """Make the pages with every warning an error, in a folder of their own."""
    if jupyter_book(LOG, "-W", "-n", "--keep-going"):
        raise BuildError(sentence_about_log())


def jupyter_book(log: Path, *options: str) -> int:
    """Run Jupyter Book on the whole book, into a new folder, and return its exit status."""
    shutil.rmtree(NEXT, ignore_errors=True)
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."]
    command += ["--path-output", str(NEXT), "--config", str(CONFIG), "--toc", str(TOC), *options]
    with log.open("w") as output:
        run = subprocess.run(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    return run.returncode


def sentence_about_log() -> str:
    """Print the warnings and errors of the log and say what to do about them."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", LOG.read_text("utf8", errors="replace"))
    if os.strerror(errno.ENOSPC) in text:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    lines = text.replace(f"{ROOT}{os.sep}", "").splitlines()
    found = list(dict.fromkeys(line for line in lines if re.search("WARNING:|ERROR:", line)))
    print(*(found or lines[-15:]), sep="\n", flush=True)
    count = f"{len(found)} warning(s)" if found else "an error"
    return (
        f"The book was not built because of {count}, printed above (the whole log is "
        f"{LOG.relative_to(ROOT)}): correct them and run `make book` again; "
        "the earlier book is untouched."
    )


def publish(key: str) -> None:
    """Put the new pages in the place of the old ones."""
    new, old = NEXT / "_build" / "html", NEXT / "old"
    (new / ".key").write_text(key)
    if HTML.exists():
        HTML.rename(old)
    new.rename(HTML)


# The command


def build() -> None:
    """Bring the book up to date."""
    book = pages()
    keys = execution_keys(book)
    key = book_key(book, keys)
    if (HTML / ".key").is_file() and (HTML / ".key").read_text() == key:
        say(f"nothing changed; the book is {HTML.relative_to(ROOT)}/index.html")
        return
    execute_stale(keys)
    say(f"making {len(book)} pages")
    started = time.monotonic()
    try:
        fill_cache(keys)
        make_pages()
        publish(key)
    finally:
        shutil.rmtree(NEXT, ignore_errors=True)
    seconds = time.monotonic() - started
    say(f"done in {seconds:.0f} s; open {HTML.relative_to(ROOT)}/index.html")


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(f"book: {line}", flush=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other build of this book is running."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".book.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment() -> dict[str, str]:
    """Return what chapters need to run alike everywhere: this Python's kernel, one thread each."""
    here = str(Path(sys.executable).parent)
    return {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.pathsep.join([here, os.environ.get("PATH", "")]),
    }


def main(task: Callable[[], None] = build) -> int:
    """Build the book, or what a tool makes of it, and return the exit status."""
    os.environ.update(environment())
    try:
        with one_at_a_time():
            task()
    except BuildError as error:
        print(f"book: {error}", file=sys.stderr)
    except OSError as error:
        print(
            f"book: it could not be written ({error}): free some space or permit writing, "
            "then run `make book` again; the earlier book is untouched.",
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        print("book: stopped; the earlier book is untouched.", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
