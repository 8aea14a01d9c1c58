"""Right answers in few lines."""

from collections.abc import Callable

import numpy as np

from course_rnn import EOS, masked_cross_entropy, softmax


def next_token_pairs(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stack both and take them apart."""
    return tuple(np.stack([indices[:-1], indices[1:]]))


def embedding_backward(dembedded: np.ndarray, cache: tuple[np.ndarray, int]) -> np.ndarray:
    """Ask for each row which places are its own."""
    return np.array([dembedded[cache[0] == v].sum(axis=0) for v in range(cache[1])])


def sample_index(logits: np.ndarray, rng: np.random.Generator, temperature: float = 1.0) -> int:
    """Look one uniform number up in the running sum."""
    return np.searchsorted(softmax(logits / temperature).cumsum()[:-1], rng.random())


def sample_text(
    step: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    state: np.ndarray,
    vocabulary: dict[str, int],
    rng: np.random.Generator,
    prompt: tuple[str, ...] = (EOS,),
    n_tokens: int = 200,
    temperature: float = 1.0,
) -> list[str]:
    """Call itself with what was written as the prompt of the rest."""
    for token in prompt:
        logits, state = step(np.array([vocabulary[token]]), state)
    token = list(vocabulary)[sample_index(logits[0], rng, temperature)]
    if token == EOS:
        return []
    if n_tokens == 1:
        return [token]
    rest = sample_text(step, state, vocabulary, rng, (token,), n_tokens - 1, temperature)
    return [token, *rest]


def stateful_batches(
    indices: np.ndarray, n_steps: int, batch_size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give each stream one token more than it has steps."""
    length = (len(indices) - 1) // batch_size
    s = np.stack([indices[b * length : (b + 1) * length + 1] for b in range(batch_size)], axis=1)
    ends = range(n_steps, length + 1, n_steps)
    return [(s[t - n_steps : t], s[t - n_steps + 1 : t + 1]) for t in ends]


def perplexity(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Scale the loss from texts to tokens."""
    mask = np.ones_like(targets, dtype=bool) if mask is None else mask
    return np.exp(masked_cross_entropy(logits, targets, mask)[0] * mask.shape[1] / mask.sum())
