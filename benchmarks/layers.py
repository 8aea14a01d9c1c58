"""Layers, forward plus backward, against torch.nn on the CPU and a plain loop of cells.

The bare matrix products are timed beside them: the floor for anything written in NumPy.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks.timing import Contender, ratio
from course_rnn.rnn import by_columns

SIZES = [
    (10, 1, 27, 50),
    (25, 1, 65, 100),
    (50, 32, 65, 128),
    (100, 64, 128, 256),
    (200, 16, 256, 512),
]
KINDS = ("RNN", "GRU", "LSTM")
DTYPES = ("float32", "float64")
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


class Layer(NamedTuple):
    """What to call for a layer and for its cell, and how many states it carries."""

    init: Any
    forward: Any
    backward: Any
    cell_forward: Any
    cell_backward: Any
    n_states: int


def layer(kind: str) -> Layer:
    """Look up the functions of the library for "RNN", "GRU" or "LSTM"."""
    name = kind.lower()
    module = importlib.import_module(f"course_rnn.{name}")
    found = [
        getattr(module, f"{prefix}{name}{suffix}")
        for prefix, suffix in (
            ("init_", ""),
            ("", "_forward"),
            ("", "_backward"),
            ("", "_cell_forward"),
            ("", "_cell_backward"),
        )
    ]
    return Layer(*found, n_states=2 if kind == "LSTM" else 1)


def ours(kind: str, size: tuple[int, int, int, int], dtype: str) -> tuple[Contender, Contender]:
    """Return two contenders of this course: the fast road, and the loop of cells."""
    T, B, n_x, n_a = size
    rng = np.random.default_rng(0)
    functions = layer(kind)
    params = functions.init(n_x, n_a, rng)
    params = type(params)(*(w.astype(dtype) for w in params))
    x, da = rng.normal(size=(T, B, n_x)).astype(dtype), rng.normal(size=(T, B, n_a)).astype(dtype)
    start = [np.zeros((B, n_a), dtype) for _ in range(functions.n_states)]

    def fast() -> object:
        caches = functions.forward(x, *start, params)[-1]
        return functions.backward(da, caches)

    def loop() -> object:
        states, caches = start, []
        for x_t in x:
            *states, cache = functions.cell_forward(x_t, *states, params)
            caches.append(cache)
        total = [np.zeros_like(w) for w in params]
        dstates = [np.zeros_like(s) for s in start]
        dx = np.empty_like(x)
        for t in reversed(range(T)):
            dstates[0] = dstates[0] + da[t]
            dx[t], *dstates, grads = functions.cell_backward(*dstates, caches[t])
            for sum_, g in zip(total, grads, strict=True):
                sum_ += g
        return dx, dstates, total

    return fast, loop


def products(kind: str, size: tuple[int, int, int, int], dtype: str) -> Contender:
    """Return the matrix products alone, which no version in NumPy can do without."""
    T, B, n_x, n_a = size
    rng, n_z = np.random.default_rng(0), GATES[kind] * n_a
    shapes = [(T, B, n_x), (T, B, n_a), (T, B, n_z), (n_z, n_x), (n_z, n_a)]
    x, a, z, Wx, Wa = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    Wa_back = by_columns(Wa, B)

    def run() -> object:
        inputs, states, gates = (v.reshape(T * B, -1) for v in (x, a, z))
        found = [inputs @ Wx.T, gates @ Wx, gates.T @ inputs, gates.T @ states]
        for t in range(T):
            found = [a[t] @ Wa.T, z[t] @ Wa_back]
        return found

    return run


def theirs(kind: str, size: tuple[int, int, int, int], dtype: str) -> Contender:
    """Return torch.nn's layer as a contender."""
    import torch

    T, B, n_x, n_a = size
    number = getattr(torch, dtype)
    module = getattr(torch.nn, kind)(n_x, n_a, dtype=number)
    x = torch.randn(T, B, n_x, dtype=number, requires_grad=True)
    da = torch.randn(T, B, n_a, dtype=number)

    def run() -> object:
        module.zero_grad()
        x.grad = None
        out, _ = module(x)
        out.backward(da)
        return x.grad

    return run


def measure(seconds: float) -> Iterator[dict[str, Any]]:
    """Measure every size, kind and dtype with the threads this process was given."""
    import torch

    threads = int(os.environ["OMP_NUM_THREADS"])
    torch.set_num_threads(threads)
    for size in SIZES:
        for kind in KINDS:
            for dtype in DTYPES:
                fast, loop = ours(kind, size, dtype)
                torchs = theirs(kind, size, dtype)
                bare = products(kind, size, dtype)
                yield {
                    "threads": threads,
                    "size": size,
                    "kind": kind,
                    "dtype": dtype,
                    "against torch": round(ratio(fast, torchs, seconds), 3),
                    "against the loop of cells": round(ratio(fast, loop, seconds), 3),
                    "bare products against torch": round(ratio(bare, torchs, seconds), 3),
                }


def run(seconds: float = 0.5) -> list[dict[str, Any]]:
    """Measure with one thread, then with two; each needs a process of its own."""
    rows = []
    for threads in ("1", "2"):
        command = [sys.executable, "-m", "benchmarks.layers", "--seconds", str(seconds)]
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            rows.append(json.loads(line))
            print(_line(rows[-1]), flush=True)
        if process.wait():
            raise SystemExit("benchmarks.layers failed: see the message above.")
    return rows


def _line(row: dict[str, Any]) -> str:
    size = ",".join(map(str, row["size"]))
    peers = ("against torch", "against the loop of cells", "bare products against torch")
    return f"{row['threads']} thread(s)  {size:16} {row['kind']:5} {row['dtype']}  " + "   ".join(
        f"{peer} {row[peer]:5.2f}" for peer in peers
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure a ratio")
    for row in measure(parser.parse_args().seconds):
        print(json.dumps(row), flush=True)
