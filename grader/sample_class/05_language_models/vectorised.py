"""Right answers without loops where NumPy has a word for them."""

from collections.abc import Callable

import numpy as np

from course_rnn import EOS


def next_token_pairs(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Delete one end, then the other."""
    return np.delete(indices, -1, axis=0), np.delete(indices, 0, axis=0)


def embedding_backward(dembedded: np.ndarray, cache: tuple[np.ndarray, int]) -> np.ndarray:
    """Write the look-up as a product with one-hot rows, whose gradient is a product too."""
    indices, V = cache
    X = np.eye(V, dtype=dembedded.dtype)[indices.ravel()]
    return X.T @ dembedded.reshape(-1, dembedded.shape[-1])


def sample_index(logits: np.ndarray, rng: np.random.Generator, temperature: float = 1.0) -> int:
    """Add Gumbel noise: the largest sum is a draw from the softmax."""
    return int(np.argmax(logits / temperature + rng.gumbel(size=logits.shape)))


def sample_text(
    step: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    state: np.ndarray,
    vocabulary: dict[str, int],
    rng: np.random.Generator,
    prompt: tuple[str, ...] = (EOS,),
    n_tokens: int = 200,
    temperature: float = 1.0,
) -> list[str]:
    """Keep prompt and text in one list of tokens still to be read."""
    tokens = np.array(list(vocabulary))
    queue, text = list(prompt), []
    while queue and len(text) < n_tokens:
        logits, state = step(np.array([vocabulary[queue.pop(0)]]), state)
        if queue:
            continue
        token = str(tokens[sample_index(logits[0], rng, temperature)])
        if token != EOS:
            text.append(token)
            queue.append(token)
    return text


def stateful_batches(
    indices: np.ndarray, n_steps: int, batch_size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Make an array of places, then look all of them up."""
    length = (len(indices) - 1) // batch_size
    n_batches = length // n_steps
    k, t, b = np.ogrid[:n_batches, :n_steps, :batch_size]
    place = b * length + k * n_steps + t
    return list(zip(indices[place], indices[place + 1], strict=True))


def perplexity(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Take the targets' logarithms out of the array with take_along_axis."""
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return np.exp(-np.average(chosen, weights=mask))
