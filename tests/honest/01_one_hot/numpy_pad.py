"""np.pad and column_stack."""

import numpy as np


# --- pad_batch
def pad_batch(sequences):
    T = max(len(s) for s in sequences)
    columns = [np.pad(np.asarray(s, dtype=int), (0, T - len(s))) for s in sequences]
    masks = [np.arange(T) < len(s) for s in sequences]
    return np.column_stack(columns), np.column_stack(masks)
