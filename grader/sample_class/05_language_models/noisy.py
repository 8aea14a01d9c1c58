"""Right answers between prints and warnings."""

import sys
import warnings
from collections.abc import Callable

import numpy as np

from course_rnn import EOS, decode, masked_cross_entropy, softmax


def next_token_pairs(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Show both ends."""
    print("never a target:", indices[0], "never an input:", indices[-1])
    return indices[:-1].copy(), indices[1:].copy()


def embedding_backward(dembedded: np.ndarray, cache: tuple[np.ndarray, int]) -> np.ndarray:
    """Warn of tokens that occur twice."""
    indices, V = cache
    dtable = np.zeros((V, dembedded.shape[-1]), dtype=dembedded.dtype)
    np.add.at(dtable, indices, dembedded)
    if len(np.unique(indices)) < np.size(indices):
        warnings.warn("a token occurs twice", UserWarning, stacklevel=2)
    return dtable


def sample_index(logits: np.ndarray, rng: np.random.Generator, temperature: float = 1.0) -> int:
    """Print the temperature at every draw."""
    print("temperature", temperature)
    return rng.choice(np.arange(len(logits)), p=softmax(logits / temperature))


def sample_text(
    step: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    state: np.ndarray,
    vocabulary: dict[str, int],
    rng: np.random.Generator,
    prompt: tuple[str, ...] = (EOS,),
    n_tokens: int = 200,
    temperature: float = 1.0,
) -> list[str]:
    """Show the text as it grows."""
    for token in prompt:
        logits, state = step(np.array([vocabulary[token]]), state)
    written = []
    while len(written) < n_tokens:
        index = int(sample_index(logits[0], rng, temperature))
        if index == vocabulary[EOS]:
            break
        written.append(index)
        print(decode([index], vocabulary)[0], end="", file=sys.stderr)
        logits, state = step(np.array([index]), state)
    return decode(written, vocabulary)


def stateful_batches(
    indices: np.ndarray, n_steps: int, batch_size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Say how much is dropped."""
    length = (len(indices) - 1) // batch_size
    print("dropped at the end of the text:", len(indices) - 1 - length * batch_size)
    print("dropped at the end of each stream:", length % n_steps)
    inputs = indices[: length * batch_size].reshape(batch_size, length).T
    targets = indices[1 : length * batch_size + 1].reshape(batch_size, length).T
    batches = []
    t = 0
    while t + n_steps <= length:
        batches.append((inputs[t : t + n_steps], targets[t : t + n_steps]))
        t += n_steps
    return batches


def perplexity(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Overflow on purpose, which NumPy warns of, before doing it right."""
    print("largest number", np.exp(logits).max())
    if mask is None:
        mask = np.full(targets.shape, True)
    loss, _ = masked_cross_entropy(logits, targets, mask)
    print("nats a text", loss)
    return np.exp(loss * targets.shape[1] / mask.sum())
