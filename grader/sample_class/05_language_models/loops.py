"""Right answers in plain loops."""

import math
from collections.abc import Callable

import numpy as np

from course_rnn import EOS


def next_token_pairs(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Collect step by step."""
    inputs, targets = [], []
    for t in range(len(indices) - 1):
        inputs.append(indices[t])
        targets.append(indices[t + 1])
    return np.array(inputs), np.array(targets)


def embedding_backward(dembedded: np.ndarray, cache: tuple[np.ndarray, int]) -> np.ndarray:
    """Add place after place."""
    indices, V = cache
    dtable = np.zeros((V, dembedded.shape[-1]), dtype=dembedded.dtype)
    for place in np.ndindex(indices.shape):
        dtable[indices[place]] += dembedded[place]
    return dtable


def sample_index(logits: np.ndarray, rng: np.random.Generator, temperature: float = 1.0) -> int:
    """Walk along the running sum until it passes one uniform number."""
    largest = max(logits)
    powers = [math.exp((z - largest) / temperature) for z in logits]
    u = rng.random() * sum(powers)
    total = 0.0
    for i, power in enumerate(powers):
        total += power
        if u < total:
            return i
    return len(powers) - 1


def sample_text(
    step: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    state: np.ndarray,
    vocabulary: dict[str, int],
    rng: np.random.Generator,
    prompt: tuple[str, ...] = (EOS,),
    n_tokens: int = 200,
    temperature: float = 1.0,
) -> list[str]:
    """Read the prompt, then write."""
    tokens = {}
    for token in vocabulary:
        tokens[vocabulary[token]] = token
    for token in prompt:
        logits, state = step(np.array([vocabulary[token]]), state)
    text = []
    for _ in range(n_tokens):
        index = sample_index(logits[0], rng, temperature)
        if tokens[index] == EOS:
            return text
        text.append(tokens[index])
        logits, state = step(np.array([index]), state)
    return text


def stateful_batches(
    indices: np.ndarray, n_steps: int, batch_size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Copy token after token."""
    length = (len(indices) - 1) // batch_size
    batches = []
    for k in range(length // n_steps):
        inputs = np.zeros((n_steps, batch_size), dtype=int)
        targets = np.zeros((n_steps, batch_size), dtype=int)
        for t in range(n_steps):
            for b in range(batch_size):
                place = b * length + k * n_steps + t
                inputs[t, b] = indices[place]
                targets[t, b] = indices[place + 1]
        batches.append((inputs, targets))
    return batches


def perplexity(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Add up the surprise of each token."""
    T, B, _ = logits.shape
    nats, n = 0.0, 0
    for t in range(T):
        for b in range(B):
            if mask is None or mask[t, b]:
                z = logits[t, b] - max(logits[t, b])
                nats += math.log(sum(math.exp(value) for value in z)) - z[targets[t, b]]
                n += 1
    return math.exp(nats / n)
