"""The sample class as data: who handed in what, the score it deserves, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    A function is taken from `code` (a file beside this one) if it is there, from the
    `misconceptions` (their ids) if one belongs to it, is left as the stub if it is `undone`, and
    is the solution's otherwise. `cut_off` leaves half of the file, and `stripped` the cells
    without what nbgrader wrote into them, as some editors do. `worst` is how the test cells end
    that do not pass, and the misconceptions that are found must be those put in.
    """

    student: str
    what: str
    expected: float | None
    why: str
    code: str | None = None
    misconceptions: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    cut_off: bool = False
    stripped: bool = False
    worst: str = ""


FREE_TEXT = {
    "01_one_hot": (
        "Its input has a fixed size, but sentences do not; a recurrent network reads word by word."
        " And it learns 'right' anew at every place; a recurrent network shares its weights."
    ),
    "02_rnn_forward": (
        "At the first step both sentences gave it the same a<0> and the same word. A second"
        " network that reads from the end would know what comes after 'Mark'."
    ),
}
"""What everyone answers who answers the question at the end; no test gives points for it."""

ROSTER: dict[str, tuple[Submission, ...]] = {
    "01_one_hot": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "NumPy without loops", 10, "all right", code="vectorised"),
        Submission("chloe", "lists and one-liners", 10, "all right", code="concise"),
        Submission(
            "david",
            "alphabetical vocabulary",
            7,
            "build_vocabulary (3 points) is wrong",
            misconceptions=("BV1",),
            worst="failed",
        ),
        Submission(
            "elif",
            "unknown words become PAD",
            8,
            "encode (2 points) is wrong",
            misconceptions=("EN3",),
            worst="failed",
        ),
        Submission(
            "fatou",
            "one column a word",
            8,
            "one_hot (2 points) is wrong",
            misconceptions=("OH21",),
            worst="failed",
        ),
        Submission(
            "george",
            "batch first",
            7,
            "pad_batch (3 points) is wrong",
            misconceptions=("PB1",),
            worst="failed",
        ),
        Submission(
            "hana",
            "three mistakes",
            2,
            "only one_hot (2 points) is right",
            misconceptions=("BV5", "EN1", "PB5"),
            worst="failed",
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=("build_vocabulary", "encode", "one_hot", "pad_batch"),
            worst="failed",
        ),
        Submission(
            "julia",
            "a misspelt function",
            8,
            "one_hot (2 points) raises an error",
            code="crashing",
            worst="error",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            8,
            "encode (2 points) never ends",
            code="endless",
            worst="timeout",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            5,
            "build_vocabulary (3 points) and encode (2) are right",
            undone=("one_hot", "pad_batch"),
            worst="failed",
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
        Submission(
            "oscar",
            "a call that ends Python",
            8,
            "one_hot (2 points) takes its process with it",
            code="dying",
            worst="killed",
        ),
        Submission(
            "priya",
            "too much memory",
            8,
            "one_hot (2 points) asks for more than there is",
            code="hungry",
            worst="memory",
        ),
        Submission(
            "quentin",
            "a file from another editor",
            10,
            "all right, and the cells are recognised",
            code="loops",
            stripped=True,
        ),
    ),
    "02_rnn_forward": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "one matrix, one product", 10, "all right", code="vectorised"),
        Submission("chloe", "einsum and lists", 10, "all right", code="concise"),
        Submission(
            "david",
            "softmax over the batch",
            8,
            "softmax (2 points) is wrong",
            misconceptions=("SM4",),
            worst="failed",
        ),
        Submission(
            "elif",
            "Waa not transposed",
            7,
            "rnn_cell_forward (3 points) is wrong, rnn_forward is judged without it",
            misconceptions=("RC5",),
            worst="failed",
        ),
        Submission(
            "fatou",
            "a0 ignored",
            7,
            "rnn_forward (3 points) is wrong",
            misconceptions=("RF1",),
            worst="failed",
        ),
        Submission(
            "george",
            "biases not counted",
            8,
            "count_rnn_parameters (2 points) is wrong",
            misconceptions=("CP1",),
            worst="failed",
        ),
        Submission(
            "hana",
            "three mistakes",
            2,
            "only count_rnn_parameters (2 points) is right",
            misconceptions=("SM1", "RC24", "RF22"),
            worst="failed",
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=("softmax", "rnn_cell_forward", "rnn_forward", "count_rnn_parameters"),
            worst="failed",
        ),
        Submission(
            "julia",
            "shapes that do not fit",
            7,
            "rnn_cell_forward (3 points) raises an error",
            code="crashing",
            worst="error",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            7,
            "rnn_forward (3 points) never ends",
            code="endless",
            worst="timeout",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            5,
            "softmax (2 points) and rnn_cell_forward (3) are right",
            undone=("rnn_forward", "count_rnn_parameters"),
            worst="failed",
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
        Submission(
            "oscar",
            "a call that ends Python",
            8,
            "softmax (2 points) takes its process with it",
            code="dying",
            worst="killed",
        ),
        Submission(
            "priya",
            "too much memory",
            8,
            "count_rnn_parameters (2 points) asks for more than there is",
            code="hungry",
            worst="memory",
        ),
        Submission(
            "quentin",
            "a file from another editor",
            10,
            "all right, and the cells are recognised",
            code="loops",
            stripped=True,
        ),
    ),
}
