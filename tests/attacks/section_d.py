"""Rows 46 to 63: submissions that use too much, hang, crash or disturb; their answers are right."""

from pathlib import Path

from nbformat import NotebookNode

from grader.policy import LEVELS, Limits
from tests.attacks import NOTHING, POINTS, Attack, answered, code_cell, right, write
from tests.attacks.section_a import Build
from tests.attacks.section_c import with_cell

QUICK = Limits(cell_seconds=4.0, submission_seconds=60.0)
SHORT = Limits(cell_seconds=2.0, submission_seconds=4.0)
SMALL = Limits(memory_mib=1024, disk_mib=16)

ALL_BUT_SOFTMAX = POINTS | {"softmax": 0.0}


def within_softmax(source: str) -> Build:
    """Hand in right answers, the first of which does something before it computes."""

    def build(released: NotebookNode, folder: Path) -> None:
        head, body = right()["softmax"].split(":\n", 1)
        before = "".join(f"    {line}\n" for line in source.strip().splitlines())
        write(folder, answered(released, right() | {"softmax": f"{head}:\n{before}{body}"}))

    return build


def instead_of_softmax(source: str) -> Build:
    """Hand in right answers but for a cell that runs something."""
    return lambda released, folder: write(folder, answered(released, right() | {"softmax": source}))


def at_the_end(source: str) -> Build:
    """Hand in right answers, and run something after all of them."""

    def build(released: NotebookNode, folder: Path) -> None:
        notebook = answered(released, right())
        notebook["cells"].append(code_cell(source))
        write(folder, notebook)

    return build


def slowly(released: NotebookNode, folder: Path) -> None:
    """Hand in right answers after more slow cells than there is time for."""
    notebook = answered(released, right())
    notebook["cells"][1:1] = [code_cell("import time; time.sleep(1.5)") for _ in range(50)]
    write(folder, notebook)


LOOP = "while True: pass"
DEAF = """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0)
while True: pass
"""
HOARD = "hoard = []\nwhile True: hoard.append(bytearray(1 << 24))"
FORKS = "import os\nwhile True: os.fork()"
THREADS = """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""
PICTURES = """
from IPython.display import Image, display
display(Image(b"\\x89PNG" + bytes(30_000_000), format="png"))
for i in range(10_000):
    display(i)
"""
FILL = """
for i in range(1000):
    with open(f"{i}", "wb") as file:
        file.write(bytes(1 << 20))
"""
NOISE = """
import sys, threading, time
def complain():
    while True:
        print("error", file=sys.stderr, flush=True)
        time.sleep(0.01)
threading.Thread(target=complain, daemon=True).start()
"""
WARNINGS = """
import logging, sys, warnings
warnings.warn("this is only a warning")
logging.getLogger("student").error("only a message")
print(" 50%|#####     |", end="\\r", file=sys.stderr)
"""
GLOBAL_STATE = """
import os, random, sys
import numpy as np
np.seterr(divide="raise", over="raise", invalid="raise")
np.set_printoptions(precision=0)
np.random.seed(1)
random.seed(1)
os.chdir("/")
os.environ.clear()
sys.setrecursionlimit(200)
"""
CLOCKS = """
import time
time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
time.sleep = lambda seconds: None
"""
IN_PLACE = """
def softmax(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=-1, keepdims=True)
    return logits
"""

ATTACKS = (
    Attack(46, "an endless cell", with_cell(LOOP), POINTS, limits=QUICK),
    Attack(46, "an endless function", within_softmax(LOOP), ALL_BUT_SOFTMAX, limits=QUICK),
    Attack(47, "an endless cell, deaf", with_cell(DEAF), POINTS, limits=QUICK),
    Attack(47, "an endless function, deaf", within_softmax(DEAF), ALL_BUT_SOFTMAX, limits=QUICK),
    Attack(48, "slow at every cell", slowly, NOTHING, limits=SHORT),
    Attack(49, "asks the keyboard", with_cell("name = input()"), POINTS),
    Attack(50, "leaves after the tests", at_the_end("import os; os._exit(0)"), POINTS),
    Attack(50, "crashes after them", at_the_end("import ctypes; ctypes.string_at(0)"), POINTS),
    Attack(50, "crashes in a function", within_softmax("import os; os.abort()"), ALL_BUT_SOFTMAX),
    Attack(51, "leaves before the tests", with_cell("import os; os._exit(0)"), POINTS),
    Attack(
        51,
        "crashes instead of an answer",
        instead_of_softmax("import ctypes; ctypes.string_at(0)"),
        ALL_BUT_SOFTMAX,
    ),
    Attack(52, "exits", with_cell("import sys; sys.exit(0)"), POINTS),
    Attack(52, "quits", with_cell("quit()"), POINTS),
    Attack(53, "hoards memory", with_cell(HOARD), POINTS, limits=SMALL),
    Attack(53, "hoards in a function", within_softmax(HOARD), ALL_BUT_SOFTMAX, limits=SMALL),
    Attack(53, "one huge array", with_cell("np.ones((1 << 20, 1 << 20))"), POINTS),
    Attack(54, "a fork bomb", with_cell(FORKS), POINTS),
    Attack(55, "a thread bomb", with_cell(THREADS), POINTS),
    Attack(56, "a million lines", with_cell("print('line\\n' * 10**6)"), POINTS),
    Attack(56, "a line of 60 MB", with_cell("print('x' * 60_000_000)"), POINTS),
    Attack(57, "a picture of 30 MB, ten thousand outputs", with_cell(PICTURES), POINTS),
    Attack(58, "fills the disk", with_cell(FILL), POINTS, LEVELS[:1], limits=SMALL),
    Attack(59, "a thread that complains", with_cell(NOISE), POINTS),
    Attack(60, "warns and shows its progress", within_softmax(WARNINGS), POINTS),
    Attack(61, "changes what is global", with_cell(GLOBAL_STATE), POINTS),
    Attack(62, "overwrites its input", instead_of_softmax(IN_PLACE), ALL_BUT_SOFTMAX),
    Attack(63, "stops all clocks", with_cell(CLOCKS), POINTS),
    Attack(
        63,
        "stops all clocks and never ends",
        within_softmax(CLOCKS + LOOP),
        ALL_BUT_SOFTMAX,
        limits=QUICK,
    ),
)
