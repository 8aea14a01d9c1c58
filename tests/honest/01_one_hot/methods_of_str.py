"""Sorts twice, stable; formats numbers; a set for membership."""

from collections import Counter

import numpy as np


# --- build_vocabulary
def build_vocabulary(sentences, max_size=None):
    tokens = " ".join(" ".join(s) for s in sentences).split()
    different = sorted(set(tokens))
    different.sort(key=tokens.count, reverse=True)
    rows = [f"{name} {i}" for i, name in enumerate("<PAD> <UNK> <EOS>".split() + different)]
    return {row.split()[0]: int(row.split()[1]) for row in rows[:max_size]}
