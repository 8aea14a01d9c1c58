"""Plain loops."""

import numpy as np


# --- build_vocabulary
def build_vocabulary(sentences, max_size=None):
    counts = {}
    for sentence in sentences:
        for token in sentence:
            if token in counts:
                counts[token] += 1
            else:
                counts[token] = 1
    words = list(counts)
    for i in range(len(words)):
        for j in range(i + 1, len(words)):
            a, b = words[i], words[j]
            if counts[b] > counts[a] or (counts[b] == counts[a] and b < a):
                words[i], words[j] = b, a
    vocabulary = {"<PAD>": 0, "<UNK>": 1, "<EOS>": 2}
    for word in words:
        if max_size is not None and len(vocabulary) >= max_size:
            break
        vocabulary[word] = len(vocabulary)
    return vocabulary


# --- encode
def encode(tokens, vocabulary):
    result = []
    for token in tokens:
        if token in vocabulary:
            result.append(vocabulary[token])
        else:
            result.append(vocabulary["<UNK>"])
    result.append(vocabulary["<EOS>"])
    return result


# --- one_hot
def one_hot(indices, n_classes):
    indices = np.asarray(indices)
    out = np.zeros(indices.shape + (n_classes,))
    for place in np.ndindex(*indices.shape):
        for k in range(n_classes):
            if indices[place] == k:
                out[place][k] = 1
    return out


# --- pad_batch
def pad_batch(sequences):
    T = 0
    for s in sequences:
        if len(s) > T:
            T = len(s)
    indices = [[0] * len(sequences) for _ in range(T)]
    mask = [[False] * len(sequences) for _ in range(T)]
    for b, s in enumerate(sequences):
        for t, i in enumerate(s):
            indices[t][b] = int(i)
            mask[t][b] = True
    return indices, mask
