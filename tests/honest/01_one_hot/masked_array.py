"""numpy.ma inside."""

import numpy as np


# --- pad_batch
def pad_batch(sequences):
    T = max(len(s) for s in sequences)
    table = np.ma.masked_all((T, len(sequences)), dtype=int)
    for b, s in enumerate(sequences):
        table[: len(s), b] = s
    return table.filled(0), ~np.ma.getmaskarray(table)
