"""Keeps what it has computed; seeds, folders and precision set for itself."""

import numpy as np

# --- own
import os, random, decimal

np.random.seed(0)
random.seed(0)
np.set_printoptions(precision=2)
os.makedirs("scratch", exist_ok=True)
os.chdir("scratch")
open("notes.txt", "w").write("kept for later")

# --- one_hot
eyes = {}
calls = 0


def one_hot(indices, n_classes):
    global calls
    calls += 1
    if n_classes not in eyes:
        eyes[n_classes] = np.eye(n_classes)
    return eyes[n_classes][np.asarray(indices)]
