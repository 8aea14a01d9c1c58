"""A 20,000-word vocabulary: look-up, forward and backward, against the one-hot product."""

from typing import Any

import numpy as np

from benchmarks.timing import peak_bytes, ratio
from course_rnn import embedding_forward, embedding_row_gradients, one_hot

V, N_E, N_TOKENS = 20_000, 100, 1_600


def run() -> dict[str, Any]:
    """Measure time and peak memory of both ways, for float32."""
    rng = np.random.default_rng(0)
    indices = rng.integers(V, size=N_TOKENS)
    table = rng.standard_normal((V, N_E), dtype=np.float32)
    dout = rng.standard_normal((N_TOKENS, N_E), dtype=np.float32)

    def look_up() -> object:
        out, cache = embedding_forward(indices, table)
        return out, *embedding_row_gradients(dout, cache)

    def product() -> object:
        x = one_hot(indices, V, dtype=np.float32)
        return x @ table, x.T @ dout

    out, tokens, drows = look_up()
    expected, dtable = product()
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(drows, dtable[tokens], rtol=1e-4, atol=1e-4)
    result = {
        "tokens": N_TOKENS,
        "V": V,
        "n_e": N_E,
        "times faster": round(1 / ratio(look_up, product, 3.0), 1),
        "MB of input, one-hot": round(N_TOKENS * V * 4 / 1e6, 3),
        "MB of input, indices": round(indices.nbytes / 1e6, 3),
        "peak MB, look-up": round(peak_bytes(look_up) / 1e6, 1),
        "peak MB, one-hot": round(peak_bytes(product) / 1e6, 1),
    }
    print(result)
    return result
