"""Draw the README's picture: a tagger trained here, reading, and a check that says why.

.venv/bin/python tools/draw_picture.py
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from course_rnn import (
    build_vocabulary,
    encode,
    masked_cross_entropy,
    one_hot,
    pad_batch,
    plots,
    readout_forward,
    rnn_forward,
    softmax,
)
from course_rnn.check import CheckFailed, check
from course_rnn.datasets import name_sentences
from course_rnn.models import (
    RNNModel,
    init_rnn_model,
    many_to_many_backward,
    many_to_many_forward,
)
from course_rnn.rnn import Cache, RNNParams
from course_rnn.training import random_batches, train

PICTURE = Path(__file__).resolve().parents[1] / "book" / "_static" / "picture.png"
SENTENCE = "you may tell may that it is sunny".split()
N_A = 24


def train_tagger(rng: np.random.Generator) -> tuple[RNNModel, dict[str, int]]:
    """Train the tagger of chapter 02."""
    sentences = name_sentences(800, rng)
    vocabulary = build_vocabulary([tokens for tokens, _ in sentences])
    indices, mask = pad_batch([encode(tokens, vocabulary) for tokens, _ in sentences])
    tags, _ = pad_batch([np.append(tags, 0) for _, tags in sentences])

    def loss_and_grads(model: RNNModel, b: np.ndarray) -> tuple[float, RNNModel]:
        logits, cache = many_to_many_forward(one_hot(indices[:, b], len(vocabulary)), model)
        loss, dlogits = masked_cross_entropy(logits, tags[:, b], mask[:, b])
        return loss, many_to_many_backward(dlogits, cache)

    model = init_rnn_model(len(vocabulary), N_A, 2, rng)
    train(loss_and_grads, model, random_batches(800, 32, 500, rng), rate=5e-3)
    return model, vocabulary


def read_sentence() -> tuple[np.ndarray, np.ndarray]:
    """Return the trained network's state and its p(name) at each word of the sentence."""
    model, vocabulary = train_tagger(np.random.default_rng(1))
    x = one_hot(encode(SENTENCE, vocabulary)[:-1], len(vocabulary))[:, None]
    a, _ = rnn_forward(x, np.zeros((1, N_A)), model.rnn)
    p = softmax(readout_forward(a, model.readout)[0])[:, 0, 1]
    return a[:, 0], p


def draw_tagger(ax: Axes) -> None:
    """Draw the trained network reading a sentence with "may" in both meanings."""
    a, p = read_sentence()
    plots.plot_unrolled(SENTENCE, a, p, "p(name)", ax)


def message_of_a_wrong_answer() -> str:
    """Ask the check what is wrong with a cell that forgets one transpose."""

    def rnn_cell_forward(
        x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams
    ) -> tuple[np.ndarray, Cache]:
        return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa + params.ba), None

    try:
        check(rnn_cell_forward)
    except CheckFailed as failed:
        return str(failed)
    raise AssertionError("the wrong cell passed its check")


def main() -> None:
    """Draw both and save them."""
    plots.use_style()
    fig, (top, bottom) = plt.subplots(2, 1, figsize=(8.6, 4.9), height_ratios=[3.4, 1.2])
    draw_tagger(top)
    text = f">>> check(rnn_cell_forward)\n{message_of_a_wrong_answer()}"
    bottom.text(0, 0.5, text, family="monospace", fontsize=8, va="center", linespacing=1.5)
    bottom.set_facecolor("#f4f4f2")
    bottom.set(xticks=[], yticks=[], xlim=(-0.02, 1))
    bottom.spines[:].set_visible(False)
    fig.savefig(PICTURE, dpi=150)
    print(f"wrote {PICTURE.name}")


if __name__ == "__main__":
    main()
