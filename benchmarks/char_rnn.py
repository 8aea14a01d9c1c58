"""A GRU that writes, in pure NumPy: what it reaches in 30 seconds on one core."""

import time
from typing import Any

import numpy as np

from course_rnn import (
    Adam,
    ReadoutParams,
    bits_per_character,
    clip_by_norm,
    cross_entropy,
    init_readout,
    one_hot,
    readout_backward,
    readout_forward,
    sample_index,
    stateful_batches,
)
from course_rnn.datasets import python_reference_text
from course_rnn.gru import GRUParams, gru_backward, gru_forward, init_gru

SECONDS, N_A, T, B, RATE = 30, 128, 50, 32, 1e-2
Model = tuple[GRUParams, ReadoutParams]


def loss_and_grads(
    model: Model, x: np.ndarray, targets: np.ndarray, c0: np.ndarray
) -> tuple[float, Model, np.ndarray]:
    """Read one piece of the text from the state in which the last one ended."""
    gru, readout = model
    c, caches = gru_forward(x, c0, gru)
    logits, cache = readout_forward(c, readout)
    loss, dlogits = cross_entropy(logits, targets)
    dc, readout_grads = readout_backward(dlogits, cache)
    return loss, (gru_backward(dc, caches)[-1], readout_grads), c[-1]


def train(model: Model, indices: np.ndarray, V: int) -> int:
    """Train for the given seconds, the rate falling to zero; return the number of steps."""
    optimizer, start, steps = Adam(model, RATE), time.perf_counter(), 0
    while True:
        c0 = np.zeros((B, N_A), np.float32)
        for inputs, targets in stateful_batches(indices, T, B):
            spent = (time.perf_counter() - start) / SECONDS
            if spent >= 1:
                return steps
            x = one_hot(inputs, V, dtype=np.float32)
            _, grads, c0 = loss_and_grads(model, x, targets, c0)
            optimizer.rate = RATE * (1 - spent)
            optimizer.step(clip_by_norm(grads, 5.0 * T)[0])
            steps += 1


def validate(model: Model, indices: np.ndarray, V: int) -> float:
    """Measure bits per character on text that was not trained on, read from beginning to end."""
    x = one_hot(indices[:-1, None], V, dtype=np.float32)
    c, _ = gru_forward(x, np.zeros((1, N_A), np.float32), model[0])
    return bits_per_character(readout_forward(c, model[1])[0], indices[1:, None])


def write(model: Model, characters: list[str], n: int, rng: np.random.Generator) -> str:
    """Let the model go on after a line break."""
    c, index, text = np.zeros((1, N_A), np.float32), characters.index("\n"), []
    for _ in range(n):
        x = one_hot(np.array([[index]]), len(characters), dtype=np.float32)
        out, _ = gru_forward(x, c, model[0])
        c = out[-1]
        index = sample_index(readout_forward(c, model[1])[0][0], rng, temperature=0.7)
        text.append(characters[index])
    return "".join(text)


def run() -> dict[str, Any]:
    """Train, validate, write."""
    text = python_reference_text()
    characters = sorted(set(text))
    place = {character: i for i, character in enumerate(characters)}
    indices = np.array([place[character] for character in text])
    cut, V = int(0.95 * len(indices)), len(characters)
    rng = np.random.default_rng(0)
    model = (init_gru(V, N_A, rng), init_readout(N_A, V, rng))
    model = tuple(type(p)(*(w.astype(np.float32) for w in p)) for p in model)
    steps = train(model, indices[:cut], V)
    result = {
        "characters": V,
        "seconds": SECONDS,
        "steps": steps,
        "bits per character": round(validate(model, indices[cut:], V), 3),
        "sample": write(model, characters, 400, rng),
    }
    print(result["bits per character"], "bits per character after", steps, "steps\n")
    print(result["sample"])
    return result
