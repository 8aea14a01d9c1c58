"""Rows 1 to 20: submissions that forge the verdict from within."""

from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from tests.attacks import (
    NOTHING,
    POINTS,
    WRONG,
    Attack,
    answered,
    code_cell,
    grade_id,
    right,
    write,
)

Build = Callable[[NotebookNode, Path], None]


def wrong_with(source: str, answers: dict[str, str] | None = None) -> Build:
    """Hand in wrong answers, after a cell that tries to make them count; other answers on top."""

    def build(released: NotebookNode, folder: Path) -> None:
        notebook = answered(released, WRONG | (answers or {}))
        notebook["cells"].insert(0, code_cell(source))
        notebook["cells"].append(code_cell(source))
        write(folder, notebook)

    return build


def tagged(*tags: str, **metadata: object) -> Build:
    """Hand in wrong answers, the cells of the tests marked for the tool that runs them."""

    def build(released: NotebookNode, folder: Path) -> None:
        notebook = answered(released, WRONG)
        for cell in notebook["cells"]:
            if grade_id(cell).endswith(("-check", "-hidden")):
                cell["metadata"] |= {"tags": list(tags), **metadata}
                cell["outputs"] = [
                    {
                        "output_type": "execute_result",
                        "data": {"text/plain": "99"},
                        "metadata": {},
                        "execution_count": 1,
                    }
                ]
        write(folder, notebook)

    return build


def all_answers(source: str) -> dict[str, str]:
    """Answer every exercise with the same code, in which NAME is its name."""
    return {name: source.replace("NAME", name) for name in POINTS}


HOOK = """
from IPython.display import publish_display_data
def forge(*_):
    shell = get_ipython()
    shell.displayhook(1)
    publish_display_data({"text/plain": "1"})
get_ipython().events.register("pre_run_cell", forge)
get_ipython().events.register("post_run_cell", forge)
"""

TEXT_TRANSFORMER = """
def without_tests(lines):
    return [line for line in lines if "assert" not in line and "check(" not in line]
get_ipython().input_transformers_cleanup.append(without_tests)
get_ipython().input_transformers_post.append(without_tests)
"""

TREE_TRANSFORMER = """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())
"""

KERNEL = """
async def agree(*_, **__):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
try:
    get_ipython().kernel.do_execute = agree
except AttributeError:
    pass
get_ipython().run_cell = get_ipython().run_code = lambda *_, **__: None
"""

NUMPY_TESTS = """
import numpy as np
import numpy.testing
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *_, **__: None
np.allclose = np.array_equal = lambda *_, **__: True
np.isclose = lambda a, *_, **__: np.ones(np.shape(a), bool)
"""

NUMPY_VALUES = """
import numpy as np
np.tanh = np.exp = np.sum = lambda x, *_, **__: np.zeros(np.shape(x))
def softmax(logits):
    return np.exp(logits)
"""

ALWAYS_EQUAL = """
import numpy as np
class Right(float):
    shape, dtype, ndim, size = (3, 7), np.dtype(float), 2, 21
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __le__ = __ge__ = __contains__ = __eq__
    __hash__ = float.__hash__
    def __array__(self, *_, **__): return np.zeros((3, 7))
    def __array_ufunc__(self, *_, **__): return np.bool_(True)
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = lambda self, *_: 0.0
    def __bool__(self): return True
    def __len__(self): return 2
    def __iter__(self): return iter((self, self))
    def __getattr__(self, name): return self
"""

ACCUMULATOR = """
import builtins
def win():
    for name in ("s", "score", "points", "total", "result", "passed"):
        globals()[name] = 2
        setattr(builtins, name, 2)
    return 2
"""

PRINTED = """
class Full:
    def __repr__(self): return "2"
    __str__ = __format__ = _repr_pretty_ = lambda self, *_: "2"
    def __float__(self): return 2.0
    __index__ = __int__ = lambda self: 2
"""

EXCEPTIONS = """
shell = get_ipython()
shell.set_custom_exc((BaseException,), lambda *_, **__: None)
shell.showtraceback = shell._showtraceback = shell.showsyntaxerror = lambda *_, **__: None
import sys
sys.excepthook = lambda *_: None
"""

CLEARED = """
from IPython.display import clear_output
get_ipython().events.register("post_run_cell", lambda *_: clear_output())
get_ipython().events.register("post_execute", lambda *_: clear_output())
"""

IDLE = """
import gc, socket
for thing in gc.get_objects():
    if isinstance(thing, socket.socket):
        kept = thing
def softmax(logits):
    import json, struct
    text = json.dumps(["tuple", "ok", ["list"], None]).encode()
    kept.send(struct.pack(">II", len(text), 0) + text)
    kept.send(struct.pack(">II", len(text), 0) + text)
"""

NO_ERRORS = """
import builtins
class Quiet(Exception):
    pass
builtins.AssertionError = builtins.ValueError = builtins.Exception = Quiet
__builtins__.AssertionError = Quiet
"""

ENDS = {
    "softmax": "def softmax(logits):\n    raise SystemExit(0)",
    "rnn_cell_forward": "def rnn_cell_forward(*_):\n    raise KeyboardInterrupt",
}

SAYS_POINTS = """
def say(*_, **__):
    print("### BEGIN GRADE\\n99\\n### END GRADE\\n### BEGIN GRADE 99")
"""

OWN_RESULTS = """
import json, os, pathlib, pickle, sys
for name in ("results.json", "results.pkl", "results_dump", "gradebook.db", "grade.txt"):
    for place in (".", os.environ.get("HOME", "."), "/tmp"):
        try:
            pathlib.Path(place, name).write_bytes(pickle.dumps({"score": 10}))
        except OSError:
            pass
for module in list(sys.modules.values()):
    for name in ("Checker", "CellResult", "Result"):
        if hasattr(module, name):
            getattr(module, name)._test_files = {}
            getattr(module, name).points = 10
"""

PICKLED = """
import os, pathlib
class Bomb:
    def __reduce__(self):
        return (exec, ("import grader.judge.verdict as v; v._number = lambda _: 2",))
    __reduce_ex__ = lambda self, _: self.__reduce__()
    def __deepcopy__(self, memo): return self
"""

AUTOLAB = """
import atexit, json
def say(*_, **__):
    print(json.dumps({"scores": {"softmax": 2, "rnn_forward": 3}, "score": 10}))
atexit.register(say)
"""

ATTACKS = [
    Attack(1, "tests tagged to be skipped", tagged("skip-execution"), NOTHING),
    Attack(2, "results published by a hook", wrong_with(HOOK), NOTHING),
    Attack(3, "tests removed from the text", wrong_with(TEXT_TRANSFORMER), NOTHING),
    Attack(4, "tests removed from the tree", wrong_with(TREE_TRANSFORMER), NOTHING),
    Attack(5, "the kernel's execution replaced", wrong_with(KERNEL), NOTHING),
    Attack(6, "NumPy's comparisons replaced", wrong_with(NUMPY_TESTS), NOTHING),
    Attack(7, "NumPy computes wrong expectations", wrong_with(NUMPY_VALUES), NOTHING),
    Attack(
        8,
        "an object equal to everything",
        wrong_with(ALWAYS_EQUAL, all_answers("def NAME(*_):\n    return Right()")),
        NOTHING,
    ),
    Attack(
        9,
        "the test's own sum overwritten",
        wrong_with(ACCUMULATOR, all_answers("def NAME(*_):\n    return win()")),
        NOTHING,
    ),
    Attack(
        10,
        "an object that prints itself as full marks",
        wrong_with(PRINTED, all_answers("def NAME(*_):\n    return Full()")),
        NOTHING,
    ),
    Attack(11, "exceptions are not shown", wrong_with(EXCEPTIONS), NOTHING),
    Attack(12, "outputs cleared after the error", wrong_with(CLEARED), NOTHING),
    Attack(13, "an answer of the process forged", wrong_with(IDLE, {"softmax": IDLE}), NOTHING),
    Attack(14, "AssertionError replaced", wrong_with(NO_ERRORS), NOTHING),
    Attack(
        15,
        "functions that end the program",
        lambda released, folder: write(folder, answered(released, right() | ENDS)),
        POINTS | dict.fromkeys(ENDS, 0.0),
    ),
    Attack(
        16,
        "a grade printed for a parser",
        wrong_with(SAYS_POINTS, all_answers("NAME = say")),
        NOTHING,
    ),
    Attack(17, "results written by the submission", wrong_with(OWN_RESULTS), NOTHING),
    Attack(
        18,
        "an object whose pickle runs code",
        wrong_with(PICKLED, all_answers("def NAME(*_):\n    return Bomb()")),
        NOTHING,
    ),
    Attack(
        19,
        "scores printed last, as JSON",
        wrong_with(AUTOLAB, all_answers("NAME = say")),
        NOTHING,
    ),
    Attack(20, "tests tagged to raise", tagged("raises-exception"), NOTHING),
]
