"""The sample class as data: who handed in what, the score it deserves, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    A function is taken from `code` (a file beside this one) if it is there, from the
    `misconceptions` (their ids) if one belongs to it, is left as the stub if it is `undone`, and
    is the solution's otherwise. `cut_off` leaves half of the file, and `stripped` the cells
    without what nbgrader wrote into them, as some editors do. `worst` is how the test cells end
    that do not pass, if that is to be looked at, and of the misconceptions those put in are found.
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
    "03_bptt": (
        "Waa enters at each of the three steps, and from there every path leads through the later"
        " states to the loss; the explicit derivative counts the last one alone. Truncation cuts"
        " the gradient. With the state reset, nothing before the piece is known any more."
    ),
    "04_topologies": (
        "(a) Many to one: one loss, at the last word. (b) Many to many of different lengths: a loss"
        " at every step of the decoder, the end mark included. With padding as words, the last"
        " state has read padding, and the answer depends on the other sentences of the batch."
    ),
    "05_language_models": (
        "A stateful batch starts from the state of the batch before it, and after shuffling that"
        " belongs to another page. Keep the order, or start every batch from zero."
    ),
    "06_vanishing_gradients": (
        "All steps add up in one gradient, so a longer step makes the near words louder too, and"
        " explodes. Clipping only shortens: the share of 'cat' stays what it is."
    ),
    "07_gru": (
        "With bu = 0 half of the memory is replaced at every word, so after 80 of them nothing of"
        " 'not' is left, nor of the gradient. Start with bu = -4: closed gates keep both."
    ),
    "08_lstm": (
        "The first fact stays on the board, and its gradient comes back whole. But nothing can be"
        " wiped, so the sum grows until tanh is flat. A learned gate wipes when a new part begins."
    ),
    "09_bidirectional_deep": (
        "The backward layer begins at the last word, which a caller has not said yet; a recording"
        " has it. Waiting three words gives it a little of what follows, and makes answers late."
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
    "03_bptt": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "few, large products", 10, "all right", code="vectorised"),
        Submission("chloe", "einsum and plain tuples", 10, "all right", code="concise"),
        Submission(
            "david",
            "mean over time too",
            8,
            "cross_entropy (2 points) is wrong",
            misconceptions=("CE21",),
        ),
        Submission(
            "elif",
            "Waa transposed on the way back",
            8,
            "rnn_cell_backward (2 points) is wrong, rnn_backward is judged without it",
            misconceptions=("RB6",),
        ),
        Submission(
            "fatou",
            "later steps ignored",
            8,
            "rnn_backward (2 points) is wrong",
            misconceptions=("BB2",),
        ),
        Submission(
            "george",
            "every piece starts from a0",
            8,
            "truncated_bptt (2 points) is wrong",
            misconceptions=("TB1",),
        ),
        Submission(
            "hana",
            "four mistakes",
            2,
            "only truncated_bptt (2 points) is right",
            misconceptions=("CE26", "NG1", "RB1", "BB6"),
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=(
                "cross_entropy",
                "numerical_gradient",
                "rnn_cell_backward",
                "rnn_backward",
                "truncated_bptt",
            ),
        ),
        Submission(
            "julia",
            "shapes that do not fit",
            8,
            "rnn_cell_backward (2 points) raises an error",
            code="crashing",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            8,
            "truncated_bptt (2 points) never ends",
            code="endless",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            6,
            "cross_entropy, numerical_gradient and rnn_cell_backward (2 points each) are right",
            undone=("rnn_backward", "truncated_bptt"),
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
    ),
    "04_topologies": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "few, large operations", 10, "all right", code="vectorised"),
        Submission("chloe", "few lines, lists", 10, "all right", code="concise"),
        Submission(
            "david",
            "last row of the batch",
            8,
            "last_state (2 points) is wrong, encode_then_decode is judged without it",
            misconceptions=("LT1",),
        ),
        Submission(
            "elif",
            "mean over padding too",
            7,
            "masked_cross_entropy (3 points) is wrong",
            misconceptions=("MC1",),
        ),
        Submission(
            "fatou",
            "writing on after the end",
            7,
            "generate (3 points) is wrong",
            misconceptions=("GE3",),
        ),
        Submission(
            "george",
            "decoder starts from zero",
            8,
            "encode_then_decode (2 points) is wrong",
            misconceptions=("ED1",),
        ),
        Submission(
            "hana",
            "three mistakes",
            2,
            "only encode_then_decode (2 points) is right",
            misconceptions=("LT3", "MC3", "GE1"),
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=("last_state", "masked_cross_entropy", "generate", "encode_then_decode"),
        ),
        Submission(
            "julia",
            "an index out of range",
            8,
            "last_state (2 points) raises an error",
            code="crashing",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            7,
            "generate (3 points) never ends",
            code="endless",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            5,
            "last_state (2 points) and masked_cross_entropy (3) are right",
            undone=("generate", "encode_then_decode"),
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
    ),
    "05_language_models": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "Gumbel noise and index arrays", 10, "all right", code="vectorised"),
        Submission("chloe", "recursion and one-liners", 10, "all right", code="concise"),
        Submission(
            "david",
            "targets not shifted",
            9,
            "next_token_pairs (1 point) is wrong",
            misconceptions=("LM1",),
        ),
        Submission(
            "elif",
            "a repeated token counted once",
            8,
            "embedding_backward (2 points) is wrong",
            misconceptions=("EB1",),
        ),
        Submission(
            "fatou",
            "always the likeliest token",
            8,
            "sample_index (2 points) is wrong, sample_text is judged without it",
            misconceptions=("SP1",),
        ),
        Submission(
            "george",
            "streams interleaved",
            8,
            "stateful_batches (2 points) is wrong",
            misconceptions=("SB2",),
        ),
        Submission(
            "hana",
            "three mistakes",
            5,
            "sample_index, sample_text (2 points each) and perplexity (1) are wrong",
            misconceptions=("SP8", "SP36", "PP1"),
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=(
                "next_token_pairs",
                "embedding_backward",
                "sample_index",
                "sample_text",
                "stateful_batches",
                "perplexity",
            ),
        ),
        Submission(
            "julia",
            "probabilities of other tokens",
            8,
            "sample_index (2 points) raises an error",
            code="crashing",
        ),
        Submission(
            "kofi",
            "a text without an end",
            8,
            "sample_text (2 points) never ends",
            code="endless",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            5,
            "the first three (1, 2 and 2 points) are right",
            undone=("sample_text", "stateful_batches", "perplexity"),
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
    ),
    "06_vanishing_gradients": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "diagonal matrices, a long vector", 10, "all right", code="vectorised"),
        Submission("chloe", "einsum and recursion", 10, "all right", code="concise"),
        Submission(
            "david",
            "slope on the columns",
            8,
            "state_jacobian (2 points) is wrong",
            misconceptions=("SJ1",),
        ),
        Submission(
            "elif",
            "caches in reading order",
            7,
            "gradient_norms (3 points) is wrong",
            misconceptions=("GN1",),
        ),
        Submission(
            "fatou",
            "only the upper bound",
            8,
            "clip_by_value (2 points) is wrong",
            misconceptions=("CV2",),
        ),
        Submission(
            "george",
            "always rescaled",
            7,
            "clip_by_norm (3 points) is wrong",
            misconceptions=("CN2",),
        ),
        Submission(
            "hana",
            "three mistakes",
            2,
            "only clip_by_value (2 points) is right",
            misconceptions=("SJ3", "GN2", "CN1"),
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=("state_jacobian", "gradient_norms", "clip_by_value", "clip_by_norm"),
        ),
        Submission(
            "julia",
            "a list where an array belongs",
            7,
            "gradient_norms (3 points) raises an error",
            code="crashing",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            7,
            "clip_by_norm (3 points) never ends",
            code="endless",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            5,
            "state_jacobian (2 points) and gradient_norms (3) are right",
            undone=("clip_by_value", "clip_by_norm"),
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
    ),
    "07_gru": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "one product for both gates", 10, "all right", code="vectorised"),
        Submission("chloe", "einsum and tuples", 10, "all right", code="concise"),
        Submission(
            "david",
            "memory not faded",
            8,
            "simple_gru_cell_forward (2 points) is wrong",
            misconceptions=("SG2",),
        ),
        Submission(
            "elif",
            "the belt forgotten on the way back",
            7,
            "gru_cell_backward (3 points) is wrong",
            misconceptions=("GB1",),
        ),
        Submission(
            "fatou",
            "c0 ignored",
            8,
            "gru_forward (2 points) is wrong",
            misconceptions=("GS1",),
        ),
        Submission(
            "george",
            "an open gate keeps",
            7,
            "gru_cell_forward (3 points) is wrong, gru_cell_backward is its derivative",
            code="other_convention",
        ),
        Submission(
            "hana",
            "three mistakes",
            3,
            "only gru_cell_forward (3 points) is right",
            misconceptions=("SG7", "GS5", "GB4"),
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=(
                "simple_gru_cell_forward",
                "gru_cell_forward",
                "gru_forward",
                "gru_cell_backward",
            ),
        ),
        Submission(
            "julia",
            "vectors that do not fit end to end",
            8,
            "simple_gru_cell_forward (2 points) raises an error",
            code="crashing",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            8,
            "gru_forward (2 points) never ends",
            code="endless",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            5,
            "both cells (2 and 3 points) are right",
            undone=("gru_forward", "gru_cell_backward"),
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
    ),
    "08_lstm": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "all gates in one product", 10, "all right", code="vectorised"),
        Submission("chloe", "einsum, tuples and lists", 10, "all right", code="concise"),
        Submission(
            "david",
            "the output gate peeps at the old cell state",
            8,
            "peephole_lstm_cell_forward (2 points) is wrong",
            misconceptions=("PH1",),
        ),
        Submission(
            "elif",
            "dc not carried back",
            8,
            "lstm_backward (2 points) is wrong",
            misconceptions=("LS3",),
        ),
        Submission(
            "fatou",
            "c0 ignored",
            8,
            "lstm_forward (2 points) is wrong, lstm_backward is judged without it",
            misconceptions=("LQ1",),
        ),
        Submission(
            "george",
            "the way through a forgotten",
            8,
            "lstm_cell_backward (2 points) is wrong, lstm_backward is judged without it",
            misconceptions=("LB2",),
        ),
        Submission(
            "hana",
            "three mistakes",
            4,
            "only the cell, forward and back (2 points each), is right",
            misconceptions=("LQ8", "LS5", "PH3"),
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=(
                "lstm_cell_forward",
                "lstm_forward",
                "lstm_cell_backward",
                "lstm_backward",
                "peephole_lstm_cell_forward",
            ),
        ),
        Submission(
            "julia",
            "a gate asked too early",
            8,
            "peephole_lstm_cell_forward (2 points) raises an error",
            code="crashing",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            8,
            "lstm_backward (2 points) never ends",
            code="endless",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            4,
            "both forward functions (2 points each) are right",
            undone=("lstm_cell_backward", "lstm_backward", "peephole_lstm_cell_forward"),
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
    ),
    "09_bidirectional_deep": (
        Submission("ada", "plain loops", 10, "all right", code="loops"),
        Submission("ben", "index arrays", 10, "all right", code="vectorised"),
        Submission("chloe", "recursion and lists", 10, "all right", code="concise"),
        Submission(
            "david",
            "padding reversed too",
            8,
            "reverse_padded (2 points) is wrong, bidirectional_forward is judged without it",
            misconceptions=("RP1",),
        ),
        Submission(
            "elif",
            "states of the backward reader not turned back",
            8,
            "bidirectional_forward (2 points) is wrong",
            misconceptions=("BI2",),
        ),
        Submission(
            "fatou",
            "both halves at the last token",
            8,
            "bidirectional_last (2 points) is wrong",
            misconceptions=("BL1",),
        ),
        Submission(
            "george",
            "gradient not passed down",
            8,
            "stacked_backward (2 points) is wrong",
            misconceptions=("SD1",),
        ),
        Submission(
            "hana",
            "three mistakes",
            4,
            "only bidirectional_last and stacked_forward (2 points each) are right",
            misconceptions=("RP6", "BI1", "SD2"),
        ),
        Submission(
            "ivan",
            "nothing written",
            0,
            "all stubs are still there",
            undone=(
                "reverse_padded",
                "bidirectional_forward",
                "bidirectional_last",
                "stacked_forward",
                "stacked_backward",
            ),
        ),
        Submission(
            "julia",
            "a mask with one axis too few",
            8,
            "bidirectional_forward (2 points) raises an error",
            code="crashing",
        ),
        Submission(
            "kofi",
            "an infinite loop",
            8,
            "reverse_padded (2 points) never ends, bidirectional_forward is judged without it",
            code="endless",
        ),
        Submission("lena", "half a file", None, "it cannot be read", cut_off=True),
        Submission(
            "mateo",
            "half of it done",
            6,
            "the first three (2 points each) are right",
            undone=("stacked_forward", "stacked_backward"),
        ),
        Submission("nora", "prints and warns", 10, "all right", code="noisy"),
    ),
}
