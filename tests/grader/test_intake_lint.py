"""Ways around an exercise are named with cell and line; honest code is left alone."""

import pytest

from grader.intake.lint import lint
from grader.sample_class.build import HERE, split_code

ANSWERS = ("softmax", "rnn_forward")


def flags(source):
    return lint({"softmax": source}, ANSWERS, ("numpy", "matplotlib")).flags


WAYS_AROUND = {
    "from course_rnn import softmax": "takes softmax from course_rnn",
    "from course_rnn.losses import softmax as s": "takes softmax from course_rnn.losses",
    "from course_rnn.losses import *": "imports everything",
    "import course_rnn as c\ny = c.softmax": "takes softmax",
    "import course_rnn.losses\ny = course_rnn.losses.softmax(1)": "takes softmax",
    "from course_rnn import losses as l\ny = l.softmax": "takes softmax",
    "from course_rnn.check.exercises import EXERCISES": "course_rnn.check.exercises",
    "import importlib": "importlib",
    "__import__('torch')": "__import__",
    "import sys\nsys.modules['x']": "sys.modules",
    "import sys as s\ns._getframe(1)": "sys._getframe",
    "import os\nos._exit(0)": "os._exit",
    "from os import _exit": "os._exit",
    "import ctypes": "ctypes",
    "import gc": "gc",
    "get_ipython().events": "get_ipython",
    "open('/etc/passwd')": "/etc/passwd",
    "p = '../../source/x.ipynb'": "../../source",
    "!pip download x": "runs commands",
    "%%bash\nls": "runs commands",
    "if True:\n    %cd ..\n    import gc": "gc",
}


@pytest.mark.parametrize(("source", "sentence"), WAYS_AROUND.items())
def test_a_way_around_the_exercise_is_named_with_its_cell_and_line(source, sentence):
    found = [flag for flag in flags("\n" + source) if sentence in flag]
    assert found
    last = 1 + len(source.split("\n"))
    assert all(flag.startswith("softmax, line ") for flag in found)
    assert all(2 <= int(flag.split(":")[0].split()[-1]) <= last for flag in found)


HONEST = (
    "from course_rnn import RNNParams\nfrom course_rnn.check import check\ncheck(softmax)",
    "import course_rnn\nh = course_rnn.one_hot([1], 2)",
    "import numpy as np\nnp.softmax = None\ny = x / 2  # ../a",
    "%matplotlib inline\n%timeit softmax(x)\nsoftmax?",
    "%%time\nsoftmax(1)",
    "x = '/ or ~'\n'https://example.org/usr/'",
    "def f(:\n  import gc",
    "(" * 5000,
    "-" * 20_000 + "1",
    "x = 1\0",
)


@pytest.mark.parametrize("source", HONEST, ids=range(len(HONEST)))
def test_honest_code_and_code_that_does_not_parse_have_no_flags(source):
    assert flags(source) == ()


@pytest.mark.parametrize("name", ["loops", "vectorised", "concise", "noisy", "crashing", "endless"])
@pytest.mark.parametrize("assignment", ["01_one_hot", "02_rnn_forward"])
def test_the_sample_class_has_no_flags(assignment, name):
    functions = {"build_vocabulary", "encode", "one_hot", "pad_batch"}
    functions |= {"softmax", "rnn_cell_forward", "rnn_forward", "count_rnn_parameters"}
    cells = split_code(HERE / assignment / f"{name}.py", functions)
    assert cells
    found = lint(cells, functions, ("numpy",))
    assert found.flags == found.not_allowed == ()


def test_imports_that_are_not_allowed_are_named_once_a_line():
    source = "import numpy, torch.nn, json\nfrom sklearn.svm import SVC\nfrom torch import a, b"
    found = lint({"encode": source}, (), ("numpy",)).not_allowed
    assert found == (
        "encode, line 1: imports torch, which this assignment does not allow",
        "encode, line 2: imports sklearn, which this assignment does not allow",
        "encode, line 3: imports torch, which this assignment does not allow",
    )
    assert lint({"encode": source}, (), None).not_allowed == ()
