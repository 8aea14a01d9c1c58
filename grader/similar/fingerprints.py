"""A few k-grams of a list of tokens, chosen so that texts with a common part share some.

The choice is winnowing: S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for
Document Fingerprinting", SIGMOD 2003.
"""

import hashlib

from grader.similar.tokens import Token

K = 6  # tokens of a k-gram: shorter common parts are not seen
WINDOW = 3  # of each so many k-grams in a row one is chosen: K + WINDOW - 1 common tokens are seen

Fingerprints = dict[int, frozenset[int]]
"""For each chosen k-gram, as a number, the lines in which it stands."""


def fingerprints_of(tokens: list[Token]) -> Fingerprints:
    """Choose the smallest hash of every window of k-grams."""
    hashes = [_hash(tokens[i : i + K]) for i in range(len(tokens) - K + 1)]
    lines: dict[int, set[int]] = {}
    for start in range(max(1, len(hashes) - WINDOW + 1)):
        window = hashes[start : start + WINDOW]
        if window:
            smallest = min(window)
            place = start + max(i for i, value in enumerate(window) if value == smallest)
            where = {token.line for token in tokens[place : place + K]}
            lines.setdefault(smallest, set()).update(where)
    return {value: frozenset(where) for value, where in lines.items()}


def _hash(tokens: list[Token]) -> int:
    text = "\0".join(token.text for token in tokens)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
