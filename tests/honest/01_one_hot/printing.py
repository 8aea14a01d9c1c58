"""Prints, displays, warns."""

import warnings

import numpy as np

# --- own
from IPython.display import HTML, Markdown, display
import warnings

display(HTML("<b>bold</b>"), Markdown("# title"))
display({"a": 1})
"a value at the end"


# --- encode
def encode(tokens, vocabulary):
    print(tokens, vocabulary)
    warnings.warn(f"{len(tokens)} tokens")
    return np.array([vocabulary.get(t, vocabulary["<UNK>"]) for t in (*tokens, "<EOS>")])


encode(["a"], {"<UNK>": 0, "<EOS>": 1})


# --- one_hot
def one_hot(indices, n_classes):
    for i in np.ravel(indices):
        print(i, end=" ")
    return np.eye(n_classes)[indices]
