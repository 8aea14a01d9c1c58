"""One-liners."""

import numpy as np

# --- encode
encode = lambda tokens, v: np.array([*(v.get(t, v["<UNK>"]) for t in tokens), v["<EOS>"]])

# --- one_hot
one_hot = lambda indices, n_classes: np.eye(n_classes)[indices]

# --- pad_batch
pad_batch = lambda sequences: tuple(
    np.array(rows).T
    for rows in zip(
        *(
            (
                list(s) + [0] * (max(map(len, sequences)) - len(s)),
                [True] * len(s) + [False] * (max(map(len, sequences)) - len(s)),
            )
            for s in sequences
        )
    )
)
