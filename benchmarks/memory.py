"""Back-propagation along a long sequence: full, recomputed in pieces, truncated."""

from typing import Any

import numpy as np

from benchmarks.timing import Contender, peak_bytes, ratio
from course_rnn import LSTM, init_lstm, lstm_backward, lstm_forward, recomputed_bptt, truncated_bptt

LENGTHS, B, N_X, N_A = (125, 250, 500, 1000), 32, 32, 128
PIECE = 32
SECONDS = 20.0  # to measure each ratio


def head(a: np.ndarray, steps: slice) -> tuple[float, np.ndarray]:
    """Give every state a loss of its own."""
    return 0.5 * float((a * a).sum()), a


def contenders(T: int) -> dict[str, Contender]:
    """Return the three ways for a sequence of a length, in float32."""
    rng = np.random.default_rng(0)
    params = init_lstm(N_X, N_A, rng)
    params = type(params)(*(w.astype(np.float32) for w in params))
    x = rng.standard_normal((T, B, N_X), dtype=np.float32)

    def full() -> object:
        a, _, caches = lstm_forward(x, None, None, params)
        return lstm_backward(head(a, slice(None))[1], caches)

    return {
        "full": full,
        "recomputed": lambda: recomputed_bptt(x, None, params, head, PIECE, LSTM),
        "truncated": lambda: truncated_bptt(x, None, params, head, PIECE, LSTM),
    }


def run() -> dict[str, Any]:
    """Measure peak memory against T, and the time at the largest T."""
    peaks: dict[str, list[float]] = {}
    for T in LENGTHS:
        ways = contenders(T)
        for name, way in ways.items():
            peaks.setdefault(name, []).append(round(peak_bytes(way) / 2**20, 1))
        print(f"T = {T:4}", {name: f"{values[-1]:.1f} MiB" for name, values in peaks.items()})
    slower = {
        name: round(ratio(ways[name], ways["full"], 20.0), 3)
        for name in ("recomputed", "truncated")
    }
    print("time against full:", slower)
    sizes = {"B": B, "n_x": N_X, "n_a": N_A, "steps a piece": PIECE}
    return {"T": LENGTHS, "sizes": sizes, "peak MiB": peaks, "time against full": slower}
