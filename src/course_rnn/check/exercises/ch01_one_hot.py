"""Chapter 01: build_vocabulary, encode, one_hot, pad_batch, and how they go wrong."""

from collections import Counter

import numpy as np

from course_rnn.check.exercise import Case, Exercise
from course_rnn.encoding import (
    EOS,
    PAD,
    SPECIAL_TOKENS,
    UNK,
    build_vocabulary,
    encode,
    one_hot,
    pad_batch,
)

CHAPTER = "01_one_hot"
WORDS = ["you", "are", "right", "to", "turn", "here", "left", "at", "the", "old", "bridge", "again"]


def _sentences(rng: np.random.Generator, n_sentences: int = 5) -> list[list[str]]:
    """Draw sentences in which some words are frequent and some occur equally often."""
    weights = 1 / np.arange(1, len(WORDS) + 1)
    shuffled = rng.permutation(WORDS)
    lengths = rng.integers(3, 8, size=n_sentences)
    drawn = [rng.choice(shuffled, size=n, p=weights / weights.sum()).tolist() for n in lengths]
    return [*drawn, [drawn[0][0]] * 3, ["zigzag"], ["alley"]]


def _vocabulary(rng: np.random.Generator) -> dict[str, int]:
    own = rng.permutation(WORDS).tolist()
    return {token: index for index, token in enumerate([*SPECIAL_TOKENS, *own])}


# ---------------------------------------------------------------------- build_vocabulary

BUILD_VOCABULARY = Exercise(
    name="build_vocabulary",
    chapter=CHAPTER,
    points=3,
    reference=build_vocabulary,
    outputs=("vocabulary",),
    cases=(
        Case("a few sentences", lambda rng: (_sentences(rng),)),
        Case("max_size = 8", lambda rng: (_sentences(rng), 8)),
        Case("equally frequent words", lambda rng: ([rng.permutation(WORDS).tolist()],)),
        Case("a max_size larger than needed", lambda rng: (_sentences(rng), 1000)),
        Case("no sentence at all", lambda rng: ([],)),
    ),
)


def _numbered(tokens: list[str], max_size: int | None = None) -> dict[str, int]:
    return {token: index for index, token in enumerate(tokens[:max_size])}


def _by_frequency(sentences: list[list[str]]) -> list[str]:
    return list(build_vocabulary(sentences))[len(SPECIAL_TOKENS) :]


@BUILD_VOCABULARY.misconception(
    "BV1",
    "alphabetical order",
    "Your words are numbered alphabetically. Look at how often each occurs: the most frequent"
    " comes first, so that cutting at max_size loses the rare ones.",
)
def alphabetical(sentences, max_size=None):
    return _numbered([*SPECIAL_TOKENS, *sorted({t for s in sentences for t in s})], max_size)


@BUILD_VOCABULARY.misconception(
    "BV2",
    "order of appearance",
    "Your words are numbered in the order in which they appear. Look at how often each "
    "occurs: the most frequent comes first.",
)
def order_of_appearance(sentences, max_size=None):
    own = list(dict.fromkeys(t for s in sentences for t in s))
    return _numbered([*SPECIAL_TOKENS, *own], max_size)


@BUILD_VOCABULARY.misconception(
    "BV3",
    "special tokens missing",
    "PAD, UNK and EOS are not in your vocabulary. They are entries like any other, and come first.",
)
def without_specials(sentences, max_size=None):
    return _numbered(_by_frequency(sentences), max_size)


@BUILD_VOCABULARY.misconception(
    "BV4",
    "special tokens not counted in max_size",
    "Your vocabulary is three entries too large when it is cut: max_size counts PAD, UNK and "
    "EOS too.",
)
def specials_not_counted(sentences, max_size=None):
    return _numbered([*SPECIAL_TOKENS, *_by_frequency(sentences)[:max_size]])


@BUILD_VOCABULARY.misconception(
    "BV5",
    "ties left to chance",
    "Words that occur equally often keep the order in which the corpus mentions them "
    "(Counter's most_common does so). Sort them alphabetically: the same words must give the "
    "same numbers however the corpus is shuffled.",
)
def ties_by_appearance(sentences, max_size=None):
    counts = Counter(token for sentence in sentences for token in sentence)
    return _numbered([*SPECIAL_TOKENS, *(t for t, _ in counts.most_common())], max_size)


@BUILD_VOCABULARY.misconception(
    "BV6",
    "rarest first",
    "Your rarest words come first: sorting by the count ascends. Which end would you cut off?",
)
def rarest_first(sentences, max_size=None):
    counts = Counter(token for sentence in sentences for token in sentence)
    own = sorted(counts, key=lambda token: (counts[token], token))
    return _numbered([*SPECIAL_TOKENS, *own], max_size)


@BUILD_VOCABULARY.misconception(
    "BV7",
    "characters instead of words",
    "Your entries are single letters: you looped once too often. A sentence is a list of "
    "words, and a word is a string, which Python also lets you loop over.",
)
def characters(sentences, max_size=None):
    return build_vocabulary([list("".join(sentence)) for sentence in sentences], max_size)


@BUILD_VOCABULARY.misconception(
    "BV8",
    "every occurrence numbered",
    "You number occurrences, not different words: the second 'the' must not get a new number."
    " With gaps in the numbers, the largest index is no longer V - 1.",
)
def occurrences_numbered(sentences, max_size=None):
    return _numbered([*SPECIAL_TOKENS, *(t for s in sentences for t in s)], max_size)


@BUILD_VOCABULARY.misconception(
    "BV9",
    "the wrong way round",
    "Your dict goes from index to token. Encoding needs the other way: look up a token, get "
    "its index.",
)
def inverted(sentences, max_size=None):
    return {index: token for token, index in build_vocabulary(sentences, max_size).items()}


@BUILD_VOCABULARY.misconception(
    "BV10",
    "special tokens last",
    "Your special tokens come after the words. PAD must be 0, UNK 1 and EOS 2 in every "
    "vocabulary, and cutting at max_size must never cut them off.",
)
def specials_last(sentences, max_size=None):
    return _numbered([*_by_frequency(sentences), *SPECIAL_TOKENS], max_size)


@BUILD_VOCABULARY.misconception(
    "BV11",
    "sentences counted instead of occurrences",
    "You count in how many sentences a word occurs. Count how often it occurs: twice in one "
    "sentence is two.",
)
def sentence_frequency(sentences, max_size=None):
    return build_vocabulary([sorted(set(sentence)) for sentence in sentences], max_size)


@BUILD_VOCABULARY.misconception(
    "BV12",
    "numbers from one",
    "Your numbers start at 1. They are positions in an array: they start at 0, which is PAD's.",
)
def numbered_from_one(sentences, max_size=None):
    return {t: index + 1 for t, index in build_vocabulary(sentences, max_size).items()}


@BUILD_VOCABULARY.misconception(
    "BV13",
    "max_size ignored",
    "Your vocabulary is right but never cut: max_size is not used.",
)
def max_size_ignored(sentences, max_size=None):
    return build_vocabulary(sentences)


@BUILD_VOCABULARY.misconception(
    "BV14",
    "counts instead of indices",
    "Your dict holds how often each word occurs. Use the counts for sorting; the value of a "
    "word is its position after sorting.",
)
def counts_returned(sentences, max_size=None):
    counts = Counter(token for sentence in sentences for token in sentence)
    return {t: counts[t] for t in build_vocabulary(sentences, max_size)}


# -------------------------------------------------------------------------------- encode


def _known(rng: np.random.Generator) -> tuple[list[str], dict[str, int]]:
    return rng.choice(WORDS, size=6).tolist(), _vocabulary(rng)


def _with_unknown(rng: np.random.Generator) -> tuple[list[str], dict[str, int]]:
    tokens, vocabulary = _known(rng)
    tokens[2] = tokens[4] = "zeppelin"
    return tokens, vocabulary


def _specials_elsewhere(rng: np.random.Generator) -> tuple[list[str], dict[str, int]]:
    tokens, _ = _with_unknown(rng)
    order = [*rng.permutation(WORDS).tolist(), EOS, PAD, UNK]
    return tokens, {token: index for index, token in enumerate(order)}


ENCODE = Exercise(
    name="encode",
    chapter=CHAPTER,
    points=2,
    reference=encode,
    outputs=("indices",),
    cases=(
        Case("unknown words", _with_unknown),
        Case("known words only", _known),
        Case("special tokens elsewhere in the vocabulary", _specials_elsewhere),
        Case("an empty sentence", lambda rng: ([], _vocabulary(rng))),
    ),
)


@ENCODE.misconception(
    "EN1",
    "EOS forgotten",
    "EOS is missing at the end: without it a model never learns where sentences stop.",
)
def eos_forgotten(tokens, vocabulary):
    return encode(tokens, vocabulary)[:-1]


@ENCODE.misconception(
    "EN2",
    "unknown words dropped",
    "Your result is shorter than the sentence: you leave out words that are not in the "
    "vocabulary. Keep their place, with UNK in it.",
)
def unknown_dropped(tokens, vocabulary):
    return [vocabulary[token] for token in [*tokens, EOS] if token in vocabulary]


@ENCODE.misconception(
    "EN3",
    "unknown words become PAD",
    "Unknown words get PAD's index. PAD says that nothing is there; UNK says that there is a "
    "word you do not know.",
)
def unknown_is_pad(tokens, vocabulary):
    return [vocabulary.get(token, vocabulary[PAD]) for token in [*tokens, EOS]]


@ENCODE.misconception(
    "EN4",
    "no answer for unknown words",
    "Square brackets on a dict fail for a word that is not in it. What does the vocabulary "
    "keep for words it does not know?",
)
def unknown_raises(tokens, vocabulary):
    return [vocabulary[token] for token in [*tokens, EOS]]


@ENCODE.misconception(
    "EN5",
    "EOS first",
    "EOS stands at the front. It ends the sentence: put it last.",
)
def eos_first(tokens, vocabulary):
    return np.roll(encode(tokens, vocabulary), 1)


@ENCODE.misconception(
    "EN6",
    "vocabulary grows",
    "You add unknown words to the vocabulary. It is fixed once training starts: a new index "
    "would have no column in any weight matrix. Use UNK.",
)
def vocabulary_grows(tokens, vocabulary):
    return [vocabulary.setdefault(token, len(vocabulary)) for token in [*tokens, EOS]]


@ENCODE.misconception(
    "EN7",
    "special indices typed by hand",
    "You typed 1 and 2 for UNK and EOS. Ask the vocabulary you were given: another one may "
    "have them elsewhere.",
)
def typed_by_hand(tokens, vocabulary):
    return [vocabulary.get(token, 1) for token in tokens] + [2]


@ENCODE.misconception(
    "EN8",
    "order lost",
    "Your indices are sorted or made unique: a set has no order and no repetitions. Go "
    "through the words from first to last.",
)
def order_lost(tokens, vocabulary):
    return np.append(np.unique(encode(tokens, vocabulary)[:-1]), vocabulary[EOS])


@ENCODE.misconception(
    "EN9",
    "one-hot already",
    "You return one-hot vectors. encode stops at the indices; one_hot is the next exercise.",
)
def one_hot_already(tokens, vocabulary):
    return one_hot(encode(tokens, vocabulary), len(vocabulary))


# ------------------------------------------------------------------------------- one_hot

ONE_HOT = Exercise(
    name="one_hot",
    chapter=CHAPTER,
    points=2,
    reference=one_hot,
    outputs=("x",),
    cases=(
        Case("one sentence, T = 6", lambda rng: (rng.integers(1, 6, size=6), 7)),
        Case("a batch, T = 6 and B = 3", lambda rng: (rng.integers(7, size=(6, 3)), 7)),
        Case("T = 1", lambda rng: (rng.integers(7, size=1), 7)),
        Case("the largest class", lambda rng: (np.array([6, 0, 6, 2]), 7)),
        Case("more steps than classes", lambda rng: (rng.integers(4, size=9), 4)),
    ),
    naming_cases=(Case("as many steps as classes", lambda rng: (rng.permutation(5), 5)),),
)


@ONE_HOT.misconception(
    "OH2",
    "row number used as the class",
    "Row k must have its 1 at column indices[k]; yours has it at column k, so the indices are"
    " never used.",
    source="https://github.com/ufal/npfl129/pull/138",
)
def row_number(indices, n_classes):
    out = np.zeros((*np.shape(indices), n_classes))
    for k in range(len(indices)):
        out[k, ..., k] = 1
    return out


@ONE_HOT.misconception(
    "OH6",
    "bag of counts",
    "You summed the rows: each time step needs a one-hot vector of its own, or the order is lost.",
)
def bag_of_counts(indices, n_classes):
    return one_hot(indices, n_classes).sum(axis=0)


@ONE_HOT.misconception(
    "OH21",
    "one column a word",
    "You return the lecture's V x T matrix, one column a word. That is the other convention: "
    "here time comes first, so the classes are the last axis.",
)
def classes_first(indices, n_classes):
    return np.moveaxis(one_hot(indices, n_classes), -1, 0)


@ONE_HOT.misconception(
    "OH22",
    "whole columns filled",
    "Every row has a 1 for every word of the sentence: out[:, indices] = 1 fills whole "
    "columns. Name the row as well as the column.",
)
def whole_columns(indices, n_classes):
    out = np.zeros((*np.shape(indices), n_classes))
    out[..., np.ravel(indices)] = 1
    return out


@ONE_HOT.misconception(
    "OH23",
    "counted from one",
    "Your ones stand one column too far left: classes count from 0, so class 0 is the first "
    "column.",
)
def counted_from_one(indices, n_classes):
    return one_hot((np.asarray(indices) - 1) % n_classes, n_classes)


@ONE_HOT.misconception(
    "OH24",
    "width taken from the data",
    "The number of columns depends on the largest index you happen to see. Every vector has "
    "n_classes entries, whatever is in it.",
)
def width_from_data(indices, n_classes):
    return one_hot(indices, int(np.max(indices)) + 1)


@ONE_HOT.misconception(
    "OH25",
    "batch flattened",
    "The axes of the batch are lost: the result has all axes of indices, and the classes "
    "behind them.",
)
def flattened(indices, n_classes):
    return one_hot(np.ravel(indices), n_classes)


@ONE_HOT.misconception(
    "OH26",
    "the index instead of a one",
    "Each row holds the index itself. One-hot means a 1 at that place: the number of a word "
    "is a name, not a size.",
)
def index_instead_of_one(indices, n_classes):
    return one_hot(indices, n_classes) * np.asarray(indices)[..., None]


@ONE_HOT.misconception(
    "OH27",
    "zeros and ones exchanged",
    "Your vectors are one-cold: a single 0 among ones. It is the other way round.",
)
def one_cold(indices, n_classes):
    return 1 - one_hot(indices, n_classes)


# ----------------------------------------------------------------------------- pad_batch


def _sequences(rng: np.random.Generator, lengths: tuple[int, ...]) -> list[np.ndarray]:
    return [rng.integers(3, 12, size=length) for length in lengths]


PAD_BATCH = Exercise(
    name="pad_batch",
    chapter=CHAPTER,
    points=3,
    reference=pad_batch,
    outputs=("indices", "mask"),
    cases=(
        Case("three sequences", lambda rng: (_sequences(rng, (4, 6, 2)),)),
        Case("the longest first", lambda rng: (_sequences(rng, (6, 2, 4, 3)),)),
        Case("lists", lambda rng: ([s.tolist() for s in _sequences(rng, (2, 5, 3))],)),
        Case("equal lengths", lambda rng: (_sequences(rng, (4, 4, 4)),)),
        Case("B = 1", lambda rng: (_sequences(rng, (5,)),)),
        Case("an empty sequence", lambda rng: (_sequences(rng, (3, 0)),)),
    ),
    naming_cases=(Case("as many steps as sequences", lambda rng: (_sequences(rng, (3, 2, 1)),)),),
)


@PAD_BATCH.misconception(
    "PB1",
    "batch first",
    "Your arrays are (B, T), one row a sentence. That is the other convention: here time "
    "comes first, so that indices[t] is what the network reads at step t.",
)
def batch_first(sequences):
    indices, mask = pad_batch(sequences)
    return indices.T, mask.T


@PAD_BATCH.misconception(
    "PB2",
    "padding in front",
    "Your padding stands before the words. Put it behind them: all sentences start at step 0.",
)
def padded_in_front(sequences):
    indices, mask = pad_batch([s[::-1] for s in sequences])
    return indices[::-1], mask[::-1]


@PAD_BATCH.misconception(
    "PB3",
    "cut to the shortest",
    "You cut all sequences to the shortest (zip does so silently). Fill the short ones up "
    "instead: T is the longest length.",
)
def cut_to_shortest(sequences):
    return pad_batch([s[: min(map(len, sequences))] for s in sequences])


@PAD_BATCH.misconception(
    "PB4",
    "mask inverted",
    "Your mask is True at the padding. It is True where there is a word, so that a loss can be "
    "multiplied by it.",
)
def mask_inverted(sequences):
    indices, mask = pad_batch(sequences)
    return indices, ~mask


@PAD_BATCH.misconception(
    "PB5",
    "mask of numbers",
    "Your mask holds the numbers 0 and 1. Make it bool: x[mask] with integers picks rows 0 "
    "and 1 instead of selecting, without an error.",
)
def mask_of_numbers(sequences):
    indices, mask = pad_batch(sequences)
    return indices, mask.astype(int)


@PAD_BATCH.misconception(
    "PB6",
    "indices as real numbers",
    "np.zeros makes real numbers unless told otherwise. Indices must be integers, or one_hot "
    "and look-up cannot use them.",
)
def real_indices(sequences):
    indices, mask = pad_batch(sequences)
    return indices.astype(float), mask


@PAD_BATCH.misconception(
    "PB7",
    "length of the first sequence",
    "T is the length of your first sequence. It must be the longest of all.",
)
def length_of_first(sequences):
    T = len(sequences[0])
    indices, mask = pad_batch([s[:T] for s in sequences])
    return indices, mask


@PAD_BATCH.misconception(
    "PB8",
    "padded with -1",
    "Your padding is -1. PAD's index is 0; -1 would silently mean the last word of the vocabulary.",
)
def padded_with_minus_one(sequences):
    indices, mask = pad_batch(sequences)
    return np.where(mask, indices, -1), mask


@PAD_BATCH.misconception(
    "PB9",
    "mask True everywhere",
    "Your mask is True everywhere, padding included: then padding counts as words in every loss.",
)
def mask_true(sequences):
    indices, mask = pad_batch(sequences)
    return indices, np.ones_like(mask)


@PAD_BATCH.misconception(
    "PB10",
    "mask ends one step early",
    "Your mask stops one step too early. The last token (EOS) is a token: the model must "
    "learn it too.",
)
def mask_ends_early(sequences):
    indices, mask = pad_batch(sequences)
    lengths = mask.sum(axis=0)
    return indices, np.arange(len(mask))[:, None] < lengths - 1


@PAD_BATCH.misconception(
    "PB11",
    "last token repeated",
    "You repeat the last token to fill up. Fill with PAD, whose index is 0.",
)
def last_token_repeated(sequences):
    indices, mask = pad_batch(sequences)
    last = np.array([s[-1] if len(s) else 0 for s in sequences])
    return np.where(mask, indices, last), mask


EXERCISES = (BUILD_VOCABULARY, ENCODE, ONE_HOT, PAD_BATCH)
