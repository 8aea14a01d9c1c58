"""Chapter 05: pairs, embedding, sampling, streams and perplexity, and how they go wrong."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course_rnn.check.compare import Chances, UnusableAnswerError
from course_rnn.check.exercise import Case, Exercise
from course_rnn.encoding import EOS, SPECIAL_TOKENS, one_hot
from course_rnn.language_model import (
    embedding_backward,
    next_token_pairs,
    perplexity,
    sample_index,
    sample_text,
    stateful_batches,
)
from course_rnn.losses import masked_cross_entropy, softmax

CHAPTER = "05_language_models"

# ---------------------------------------------------------------------- next_token_pairs


def _tokens(*shape: int) -> Callable[[np.random.Generator], tuple]:
    """Draw different tokens, so that each can be told from the others."""
    size = int(np.prod(shape))
    return lambda rng: (rng.permutation(size).reshape(shape),)


NEXT_TOKEN_PAIRS = Exercise(
    name="next_token_pairs",
    chapter=CHAPTER,
    points=1,
    reference=next_token_pairs,
    outputs=("inputs", "targets"),
    cases=(
        Case("one text of 9 tokens", _tokens(9)),
        Case("a batch (7, 3)", _tokens(7, 3)),
        Case("two tokens", _tokens(2)),
        Case("more texts than steps", _tokens(3, 8)),
    ),
    naming_cases=(Case("as many texts as steps", _tokens(4, 4)),),
)


@NEXT_TOKEN_PAIRS.misconception(
    "LM1",
    "targets not shifted",
    "Your targets equal your inputs, so a model only learns to copy what it has just read. Compare "
    "targets[0] with the token that follows inputs[0].",
    source="https://github.com/Project-MONAI/GenerativeModels/issues/314",
)
def targets_not_shifted(indices):
    return indices[:-1], indices[:-1]


@NEXT_TOKEN_PAIRS.misconception(
    "LM3",
    "last target wraps round",
    "Your last target is the first token again: np.roll goes round in a circle, a text does not. "
    "Nobody knows what comes after the last token, so it cannot be an input.",
    source="https://github.com/udacity/deep-learning/pull/239",
)
def last_target_wraps(indices):
    return indices, np.roll(indices, -1, axis=0)


@NEXT_TOKEN_PAIRS.misconception(
    "LM21",
    "the whole text twice",
    "You return all tokens both times. How many of the T + 1 tokens have one before them that "
    "could predict them?",
)
def whole_text_twice(indices):
    return indices, indices


@NEXT_TOKEN_PAIRS.misconception(
    "LM22",
    "inputs and targets exchanged",
    "Your model would predict the token BEFORE the one it reads. Look at which of the two you "
    "return first.",
)
def exchanged(indices):
    return indices[1:], indices[:-1]


@NEXT_TOKEN_PAIRS.misconception(
    "LM23",
    "last axis shifted",
    "One text is right, a batch is not: in a batch (T, B) you shift from text to text. Time is the"
    " first axis.",
)
def last_axis_shifted(indices):
    return indices[..., :-1], indices[..., 1:]


@NEXT_TOKEN_PAIRS.misconception(
    "LM24",
    "second axis shifted",
    "You index a second axis. One text has only one, and in a batch (T, B) the second axis counts "
    "texts: look for the axis of time.",
)
def second_axis_shifted(indices):
    return indices[:, :-1], indices[:, 1:]


@NEXT_TOKEN_PAIRS.misconception(
    "LM25",
    "two steps ahead",
    "Your targets come two steps later than their inputs. One step is enough.",
)
def two_steps_ahead(indices):
    return indices[:-2], indices[2:]


@NEXT_TOKEN_PAIRS.misconception(
    "LM26",
    "a target invented",
    "You keep all tokens as inputs and fill up the targets with a zero, which is PAD: the model "
    "would learn that texts end so. Leave the last input out.",
)
def target_invented(indices):
    return indices, np.concatenate([indices[1:], np.zeros_like(indices[:1])])


@NEXT_TOKEN_PAIRS.misconception(
    "LM27",
    "one array instead of two",
    "Your numbers are right, but inputs and targets are stacked into one array. Return two arrays, "
    "side by side.",
)
def stacked(indices):
    return np.stack([indices[:-1], indices[1:]])


# -------------------------------------------------------------------- embedding_backward


def _lookups(V: int, n_e: int, *shape: int) -> Callable[[np.random.Generator], tuple]:
    """Draw the gradients of rows that were looked up; some tokens twice, some never."""

    def draw(rng: np.random.Generator) -> tuple:
        indices = rng.integers(V - 2, size=shape)  # the last two tokens never occur
        indices.flat[0] = 0
        if indices.size > 2:
            indices.flat[1] = indices.flat[-1]
        if indices.ndim > 1 and indices.size > 1:
            indices[-1, 0] = indices[-1, 1]  # two texts read the same token in the same step
        return rng.normal(size=(*shape, n_e)), (indices, V)

    return draw


def _lookups_float32(rng: np.random.Generator) -> tuple:
    dembedded, cache = _lookups(9, 4, 6, 3)(rng)
    return dembedded.astype(np.float32), cache


EMBEDDING_BACKWARD = Exercise(
    name="embedding_backward",
    chapter=CHAPTER,
    points=2,
    reference=embedding_backward,
    outputs=("dtable",),
    cases=(
        Case("T = 6, B = 3, n_e = 4, V = 9", _lookups(9, 4, 6, 3)),
        Case("one text, T = 8", _lookups(7, 5, 8)),
        Case("T = 1, B = 1", _lookups(6, 3, 1, 1)),
        Case("one token five times", lambda rng: (rng.normal(size=(5, 1, 3)), (_ones(5, 1), 4))),
        Case("float32", _lookups_float32),
    ),
    naming_cases=(Case("as many tokens as numbers a token", _lookups(5, 5, 4, 4)),),
)


def _ones(*shape: int) -> np.ndarray:
    return np.ones(shape, dtype=int)


@EMBEDDING_BACKWARD.misconception(
    "EB1",
    "a repeated token counted once",
    "A token that stands at several places gets the gradient of one place alone: with an array of "
    "indices, = and += write to each row once. Every place must be ADDED to its token's row.",
)
def counted_once(dembedded, cache):
    indices, V = cache
    dtable = np.zeros((V, dembedded.shape[-1]), dtype=dembedded.dtype)
    dtable[indices] += dembedded
    return dtable


@EMBEDDING_BACKWARD.misconception(
    "EB2",
    "averaged over the places",
    "You average over the places of a token. The loss is a sum over places, so their gradients "
    "are added.",
)
def averaged(dembedded, cache):
    counts = np.bincount(np.ravel(cache[0]), minlength=cache[1])
    return embedding_backward(dembedded, cache) / np.maximum(1, counts)[:, None]


@EMBEDDING_BACKWARD.misconception(
    "EB3",
    "rows of absent tokens missing",
    "Your gradient has a row for each token that occurred. It must have the shape of the table: a "
    "token that did not occur has a row too. What is its gradient?",
)
def absent_rows_missing(dembedded, cache):
    return embedding_backward(dembedded, cache)[np.unique(cache[0])]


@EMBEDDING_BACKWARD.misconception(
    "EB4",
    "as many rows as the largest index",
    "You count the rows from the largest index that occurs. The cache tells how many rows the "
    "table has.",
)
def rows_up_to_largest(dembedded, cache):
    return embedding_backward(dembedded, (cache[0], int(np.max(cache[0])) + 1))


@EMBEDDING_BACKWARD.misconception(
    "EB5",
    "a table for each text",
    "You return one gradient for each text. All texts share one table: add them up as well.",
)
def table_for_each_text(dembedded, cache):
    indices, V = cache
    if np.ndim(indices) == 1:
        return embedding_backward(dembedded, cache)
    pairs = zip(dembedded.swapaxes(0, 1), indices.T, strict=True)
    return np.stack([embedding_backward(d, (column, V)) for d, column in pairs])


@EMBEDDING_BACKWARD.misconception(
    "EB6",
    "row 0 left out",
    "Row 0, that of PAD, is zero. That is the other convention (PyTorch's padding_idx); here the "
    "mask of the loss has already made the gradients of padding zero, and row 0 is like any other.",
)
def row_zero_left_out(dembedded, cache):
    dtable = embedding_backward(dembedded, cache)
    dtable[0] = 0
    return dtable


@EMBEDDING_BACKWARD.misconception(
    "EB7",
    "transposed",
    "Your gradient is (n_e, V). A gradient has the shape of what it belongs to: one row a token.",
)
def transposed(dembedded, cache):
    return embedding_backward(dembedded, cache).T


@EMBEDDING_BACKWARD.misconception(
    "EB8",
    "divided by the batch size again",
    "You divide by B. The loss is averaged over the batch already, and dembedded comes from it.",
)
def divided_by_batch(dembedded, cache):
    B = dembedded.shape[1] if dembedded.ndim == 3 else 1
    return embedding_backward(dembedded, cache) / B


@EMBEDDING_BACKWARD.misconception(
    "EB9",
    "only the last step",
    "Only the last step of each text arrives in your table: add up all steps.",
)
def last_step_only(dembedded, cache):
    return embedding_backward(dembedded[-1:], (cache[0][-1:], cache[1]))


@EMBEDDING_BACKWARD.misconception(
    "EB10",
    "a token of two texts counted once a step",
    "Your loop over the steps is right for one text. In a batch two texts can read the same token "
    "in the same step: then one index array names a row twice, and += writes to it once.",
)
def counted_once_a_step(dembedded, cache):
    indices, V = cache
    dtable = np.zeros((V, dembedded.shape[-1]), dtype=dembedded.dtype)
    for t in range(len(indices)):
        dtable[indices[t]] += dembedded[t]
    return dtable


@EMBEDDING_BACKWARD.misconception(
    "EB11",
    "a repeated token counted once a text",
    "Your loop over the texts counts a token once a text. Within one text it can occur at several "
    "steps: then one index array names its row twice, and += writes to it once.",
)
def counted_once_a_text(dembedded, cache):
    indices, V = cache
    dtable = np.zeros((V, dembedded.shape[-1]), dtype=dembedded.dtype)
    if np.ndim(indices) == 1:
        dtable[indices] += dembedded
        return dtable
    for b in range(indices.shape[1]):
        dtable[indices[:, b]] += dembedded[:, b]
    return dtable


@EMBEDDING_BACKWARD.misconception(
    "EB12",
    "averaged over the places, NaN for absent tokens",
    "You take the mean of the gradients of a token's places, which is NaN for a token without one. "
    "The gradients of all places are added up; a sum over no place is zero.",
)
def mean_of_places(dembedded, cache):
    indices, V = cache
    return np.stack([dembedded[indices == v].mean(axis=0) for v in range(V)])


@EMBEDDING_BACKWARD.misconception(
    "EB13",
    "divided by the number of places",
    "You divide by the number of all places. The gradients of the places of a token are added up, "
    "nothing else: what had to be averaged was averaged in the loss.",
)
def divided_by_places(dembedded, cache):
    return embedding_backward(dembedded, cache) / np.size(cache[0])


@EMBEDDING_BACKWARD.misconception(
    "EB14",
    "averaged over the steps",
    "You average over time. The loss is summed over the steps, and so are the gradients.",
)
def averaged_over_steps(dembedded, cache):
    return embedding_backward(dembedded, cache) / len(dembedded)


# -------------------------------------------------------------------------- sample_index

N_DRAWS = 100


def _frequencies(
    function: Callable[..., int],
    logits: np.ndarray,
    rng: np.random.Generator,
    temperature: float = 1.0,
) -> Any:
    """Draw often for each step and count: whoever draws from the right probabilities is right.

    logits: of one step, (V,), or of several, (T, V). The reference answers with its probabilities,
    so that chance has a say on one side only.
    """
    steps = np.atleast_2d(logits)
    if function is sample_index:
        frequencies = [Chances(softmax(z / temperature), N_DRAWS) for z in steps]
        return tuple(frequencies) if np.ndim(logits) > 1 else frequencies[0]
    before = rng.bit_generator.state
    drawn = [[_index(function(z, rng, temperature), len(z)) for _ in range(N_DRAWS)] for z in steps]
    if rng.bit_generator.state == before:
        _ask_where_chance_comes_from(drawn, list(steps.argmax(axis=1)))
    frequencies = [np.bincount(d, minlength=steps.shape[1]) / N_DRAWS for d in drawn]
    return tuple(frequencies) if np.ndim(logits) > 1 else frequencies[0]


def _index(index: Any, V: int) -> int:
    if index is None:
        raise UnusableAnswerError(
            "your function returned None: is there a return line, and is it reached?"
        )
    if np.ndim(index) or not np.issubdtype(np.asarray(index).dtype, np.integer):
        raise UnusableAnswerError(
            f"your function returned {index!r}, expected one index, an integer."
        )
    if not 0 <= index < V:
        raise UnusableAnswerError(f"your function returned {index}, expected 0 … {V - 1}.")
    return int(index)


def _ask_where_chance_comes_from(drawn: list[list[int]], likeliest: list[int]) -> None:
    """Object to draws for which rng was not used, unless they are the likeliest throughout.

    A fixed random number cannot pass for that in the first case: the likeliest token is at one end
    of 0 … 1 in its first step, at the other in its second, and the two do not meet.
    """
    if any(len(set(indices)) > 1 for indices in drawn):
        raise UnusableAnswerError("your function draws, but the rng it was given is never used.")
    if [indices[0] for indices in drawn] != likeliest:
        raise UnusableAnswerError(
            f"{N_DRAWS} draws from the same logits gave the same index each time, and it is not "
            "the likeliest."
        )


def _scores(temperature: float, *logits: Any, shift: float = 0.0) -> Callable[..., tuple]:
    return lambda rng: (np.array(logits) + shift, rng, temperature)


LIKELY_FIRST = (1.5, *np.linspace(-0.7, -0.3, 9))  # the first with a probability just below 1/2

SAMPLE_INDEX = Exercise(
    name="sample_index",
    chapter=CHAPTER,
    points=2,
    reference=sample_index,
    outputs=("frequency",),
    cases=(
        Case(
            f"the logits of two steps, {N_DRAWS} draws of each",
            _scores(1.0, LIKELY_FIRST, LIKELY_FIRST[::-1]),
        ),
        Case("temperature 0.25", _scores(0.25, 0, 2, 1, -1)),
        Case("temperature 3", _scores(3.0, 0, 6, 3, -3)),
        Case("logits near 1000, temperature 0.01", _scores(0.01, 0, 2, 1, -1, shift=1000.0)),
    ),
    ask=_frequencies,
    tolerance=0.12,  # to find the misconception, not to judge: Chances do that
)


def _draw(p: np.ndarray, rng: np.random.Generator) -> int:
    return int(min(np.searchsorted(np.cumsum(p), rng.random()), len(p) - 1))


@SAMPLE_INDEX.misconception(
    "SP1",
    "argmax instead of sampling",
    "You always take the likeliest token, so the text will run in circles. The likely ones must "
    "come often, the unlikely ones now and then: draw from p.",
    source="https://github.com/FluxML/model-zoo/issues/12",
)
def likeliest(logits, rng, temperature=1.0):
    return int(np.argmax(logits))


@SAMPLE_INDEX.misconception(
    "SP8",
    "temperature multiplied",
    "Your high temperature makes the likely tokens likelier, and should make all alike. Look at "
    "what happens to a difference of two logits.",
    source="https://github.com/karpathy/char-rnn/issues/124",
)
def temperature_multiplied(logits, rng, temperature=1.0):
    return _draw(softmax(logits * temperature), rng)


@SAMPLE_INDEX.misconception(
    "SP9",
    "temperature without effect",
    "Your temperature changes nothing. Either it is not used, or it divides the probabilities: "
    "then it cancels when they are made to sum to one. Where must it enter to matter?",
)
def temperature_without_effect(logits, rng, temperature=1.0):
    return _draw(softmax(logits), rng)


@SAMPLE_INDEX.misconception(
    "SP21",
    "own source of randomness",
    "You draw from a source of your own (np.random, or a new generator), so nobody can repeat "
    "your text. Draw from the rng you are given.",
)
def own_randomness(logits, rng, temperature=1.0):
    return _draw(softmax(logits / temperature), np.random.default_rng())


@SAMPLE_INDEX.misconception(
    "SP22",
    "all tokens alike",
    "You draw each token equally often, whatever the model thinks of it. The logits must enter.",
)
def all_alike(logits, rng, temperature=1.0):
    return int(rng.integers(len(logits)))


@SAMPLE_INDEX.misconception(
    "SP23",
    "logits taken for probabilities",
    "You use the logits as probabilities. They can be negative and do not sum to one: which "
    "function of chapter 02 turns scores into probabilities?",
)
def without_softmax(logits, rng, temperature=1.0):
    return int(rng.choice(len(logits), p=logits / temperature / np.sum(logits / temperature)))


@SAMPLE_INDEX.misconception(
    "SP24",
    "softmax twice",
    "You put probabilities through softmax once more, which makes them nearly alike. softmax takes"
    " the logits themselves.",
)
def softmax_twice(logits, rng, temperature=1.0):
    return _draw(softmax(softmax(logits) / temperature), rng)


@SAMPLE_INDEX.misconception(
    "SP25",
    "a new random number for each token",
    "You ask the tokens one after the other, each with a random number of its own, so the last gets"
    " what the others left. Draw ONE number and compare it with the sums p0, p0 + p1, ...",
)
def number_for_each_token(logits, rng, temperature=1.0):
    p = softmax(logits / temperature)
    return next((i for i in range(len(p)) if rng.random() < p[i]), len(p) - 1)


@SAMPLE_INDEX.misconception(
    "SP29",
    "a random number of its own for each running sum",
    "You compare each running sum with another random number, so the first tokens have chances "
    "that were not theirs. Draw ONE number and compare all sums with it.",
)
def number_for_each_sum(logits, rng, temperature=1.0):
    return int(np.argmax(np.cumsum(softmax(logits / temperature)) > rng.random(len(logits))))


@SAMPLE_INDEX.misconception(
    "SP28",
    "probabilities divided by the temperature",
    "You divide the probabilities by the temperature, so they no longer sum to 1. To make them sum "
    "to 1 again would undo the division: where must the temperature enter to matter?",
)
def probabilities_divided(logits, rng, temperature=1.0):
    return int(rng.choice(len(logits), p=softmax(logits) / temperature))


@SAMPLE_INDEX.misconception(
    "SP30",
    "running sums of probabilities divided by the temperature",
    "You divide the probabilities by the temperature, so your running sums do not end at 1, and "
    "one random number between 0 and 1 does not fit them. What should the temperature divide?",
)
def sums_divided(logits, rng, temperature=1.0):
    return int(np.searchsorted(np.cumsum(softmax(logits) / temperature), rng.random()))


@SAMPLE_INDEX.misconception(
    "SP26",
    "exp overflows",
    "Large logits become infinite under exp. Subtract the largest first, or use softmax.",
)
def overflowing(logits, rng, temperature=1.0):
    exp = np.exp(logits / temperature)
    return int(rng.choice(len(logits), p=exp / exp.sum()))


@SAMPLE_INDEX.misconception(
    "SP27",
    "the same random number every time",
    "All your draws are the same, and they are not the likeliest token: a generator that is made "
    "anew with a fixed seed at every call gives the same number every time. Use the rng you are "
    "given.",
    source="https://github.com/nicodjimenez/lstm/pull/35",
)
def reseeded(logits, rng, temperature=1.0):
    return _draw(softmax(logits / temperature), np.random.default_rng(1))


# --------------------------------------------------------------------------- sample_text

TOKENS = [*SPECIAL_TOKENS, "a", "b", "c", "d"]


def _writer(rng: np.random.Generator, eos: float, n_a: int = 5) -> Callable[..., tuple]:
    """Draw a model that remembers what it read; eos is the logit of EOS."""
    V = len(TOKENS)
    E, Waa, Wya = (1.5 * rng.normal(size=size) for size in ((V, n_a), (n_a, n_a), (V, n_a)))

    def step(indices: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if np.shape(indices) != (1,):
            raise ValueError(f"indices has shape {np.shape(indices)}, expected (1,)")
        state = np.tanh(E[np.asarray(indices)] + state @ Waa.T)
        logits = state @ Wya.T
        logits[:, :3] = -99.0, -99.0, eos  # PAD and UNK are never written
        return logits, state

    return step


def _writing(
    prompt: tuple[str, ...], n_tokens: int, temperature: float, eos: float
) -> Callable[[np.random.Generator], tuple]:
    def draw(rng: np.random.Generator) -> tuple:
        vocabulary = {token: index for index, token in enumerate(TOKENS)}
        state = rng.uniform(-1, 1, size=(1, 5))
        return _writer(rng, eos), state, vocabulary, rng, prompt, n_tokens, temperature

    return draw


def _written(
    function: Callable[..., list[str]],
    step: Callable[..., tuple],
    state: np.ndarray,
    vocabulary: dict[str, int],
    rng: np.random.Generator,
    prompt: tuple[str, ...],
    n_tokens: int,
    temperature: float,
) -> list[str]:
    """Ask for a text from a model that loses patience, since a loop can forget to end.

    Whoever reads everything anew for each token stays below the limit.
    """
    limit = (len(prompt) + n_tokens) * (len(prompt) + n_tokens + 1)
    n_calls = 0

    def limited(indices: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nonlocal n_calls
        n_calls += 1
        if n_calls > limit:
            raise RuntimeError(
                f"you have called step {limit} times, and n_tokens is {n_tokens}: what ends your "
                "loop?"
            )
        return step(indices, state)

    return function(limited, state, vocabulary, rng, prompt, n_tokens, temperature)


SAMPLE_TEXT = Exercise(
    name="sample_text",
    chapter=CHAPTER,
    points=2,
    reference=sample_text,
    outputs=("tokens",),
    cases=(
        Case("a prompt of three tokens", _writing(("c", "a", "d"), 12, 1.0, -99.0)),
        Case("temperature 0.2", _writing(("b", "d"), 15, 0.2, -99.0)),
        Case("EOS likely", _writing((EOS,), 50, 1.0, -0.5)),
        Case("EOS nearly certain", _writing((EOS, "a"), 6, 1.0, 7.0)),
        Case("n_tokens = 1", _writing(("a",), 1, 1.0, -99.0)),
        Case("25 tokens, temperature 3", _writing(("b", "a", "c"), 25, 3.0, -99.0)),
    ),
    builds_on=(sample_index,),
    ask=_written,
)


def _sampler(rng: np.random.Generator, temperature: float) -> Callable[[np.ndarray], int]:
    def draw(z: np.ndarray) -> int:
        return sample_index(z, rng, temperature)

    return draw


def _read(
    step: Callable,
    state: np.ndarray,
    vocabulary: dict[str, int],
    prompt: tuple[str, ...],
    carries: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Read a prompt as it should be, or from the same state at every token."""
    for token in prompt:
        logits, after = step(np.array([vocabulary[token]]), state)
        state = after if carries else state
    return logits, state


def _go_on(
    step: Callable,
    logits: np.ndarray,
    state: np.ndarray,
    draw: Callable[[np.ndarray], int],
    n_tokens: int,
    carries: bool = True,
    stops: bool = True,
    feeds: Callable[[np.ndarray], np.ndarray] | None = None,
) -> list[str]:
    """Write after the prompt as it should be, or with one thing wrong."""
    written: list[int] = []
    while len(written) < n_tokens:
        index = draw(logits[0])
        if stops and TOKENS[index] == EOS:
            break
        written.append(index)
        logits, after = step(feeds(logits) if feeds else np.array([index]), state)
        state = after if carries else state
    return [TOKENS[index] for index in written]


def _write(
    step: Callable,
    state: np.ndarray,
    vocabulary: dict[str, int],
    draw: Callable[[np.ndarray], int],
    prompt: tuple[str, ...],
    n_tokens: int,
    stops: bool = True,
    feeds: Callable[[np.ndarray], np.ndarray] | None = None,
) -> list[str]:
    """Read a prompt, then go on."""
    logits, state = _read(step, state, vocabulary, prompt)
    return _go_on(step, logits, state, draw, n_tokens, stops=stops, feeds=feeds)


@SAMPLE_TEXT.misconception(
    "SP2",
    "another token fed back than the one drawn",
    "Your text is right up to the first surprise, then it goes another way: the model reads the "
    "token it thinks likeliest, not the one that was drawn. Feed back what you wrote.",
    source="https://github.com/FluxML/model-zoo/issues/12",
)
def likeliest_fed_back(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    def likeliest(logits: np.ndarray) -> np.ndarray:
        return logits.argmax(axis=-1)

    draw = _sampler(rng, temperature)
    return _write(step, state, vocabulary, draw, prompt, n_tokens, feeds=likeliest)


@SAMPLE_TEXT.misconception(
    "SP3",
    "input never updated",
    "Every step reads the last token of the prompt again. The token just written is the next "
    "step's input.",
)
def input_never_updated(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    def last(_: np.ndarray) -> np.ndarray:
        return np.array([vocabulary[prompt[-1]]])

    draw = _sampler(rng, temperature)
    return _write(step, state, vocabulary, draw, prompt, n_tokens, feeds=last)


@SAMPLE_TEXT.misconception(
    "SP4",
    "state not carried while writing",
    "While it writes, your model remembers nothing but the prompt: every step starts from the state"
    " after the prompt. The state that comes out of a step must go into the next.",
    source="https://github.com/johnarevalo/blocks-char-rnn/pull/2",
)
def state_not_carried(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    logits, state = _read(step, state, vocabulary, prompt)
    return _go_on(step, logits, state, _sampler(rng, temperature), n_tokens, carries=False)


@SAMPLE_TEXT.misconception(
    "SP41",
    "state from before the last token of the prompt kept",
    "While it writes, your model starts every step from the state before the last token of the "
    "prompt. What each step returns as its state is lost: the next step needs it.",
)
def state_before_last_kept(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    for token in prompt:
        before = state
        logits, state = step(np.array([vocabulary[token]]), before)
    return _go_on(step, logits, before, _sampler(rng, temperature), n_tokens, carries=False)


@SAMPLE_TEXT.misconception(
    "SP42",
    "state not carried while reading",
    "While it reads the prompt, your model remembers nothing: each token of it is read from the "
    "state you were given, and so is the first token written. Keep the state of every step.",
)
def state_not_carried_reading(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    logits, _ = _read(step, state, vocabulary, prompt, carries=False)
    return _go_on(step, logits, state, _sampler(rng, temperature), n_tokens)


@SAMPLE_TEXT.misconception(
    "SP43",
    "state never carried",
    "Each token depends on the last one alone: neither while reading nor while writing is the "
    "state that comes out of a step kept. step returns two things, and both are needed.",
)
def state_never_carried(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    logits, _ = _read(step, state, vocabulary, prompt, carries=False)
    return _go_on(step, logits, state, _sampler(rng, temperature), n_tokens, carries=False)


@SAMPLE_TEXT.misconception(
    "SP44",
    "writing begins from the state before the prompt",
    "Your first token is right, then the prompt is forgotten: writing begins again from the state "
    "you were given. The state that the prompt led to is the one to go on from.",
)
def state_given_again(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    logits, _ = _read(step, state, vocabulary, prompt)
    return _go_on(step, logits, state, _sampler(rng, temperature), n_tokens)


@SAMPLE_TEXT.misconception(
    "SP45",
    "writing begins from zero",
    "Your first token is right, then the prompt is forgotten: you set the state to zero before you "
    "write. What the prompt led to is in the state.",
)
def state_zeroed(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    logits, state = _read(step, state, vocabulary, prompt)
    return _go_on(step, logits, np.zeros_like(state), _sampler(rng, temperature), n_tokens)


@SAMPLE_TEXT.misconception(
    "SP46",
    "the given state ignored",
    "You start from a state of zeros. The state before the prompt is an argument: the caller may "
    "have read something already.",
)
def state_ignored(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    zero = np.zeros_like(state)
    return sample_text(step, zero, vocabulary, rng, prompt, n_tokens, temperature)


@SAMPLE_TEXT.misconception(
    "SP47",
    "drawn while reading",
    "You draw at every token of the prompt, and throw away what you drew: that uses up the random "
    "numbers of your text. While the model reads, nothing is drawn.",
)
def drawn_while_reading(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    draw = _sampler(rng, temperature)
    for token in prompt:
        logits, state = step(np.array([vocabulary[token]]), state)
        draw(logits[0])
    return _go_on(step, logits, state, draw, n_tokens)


@SAMPLE_TEXT.misconception(
    "SP48",
    "EOS read before the prompt",
    "Your model reads EOS before the prompt. Whether a text begins there is the caller's choice: "
    "read the prompt alone.",
)
def eos_before_prompt(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return sample_text(step, state, vocabulary, rng, (EOS, *prompt), n_tokens, temperature)


@SAMPLE_TEXT.misconception(
    "SP49",
    "prompt ignored",
    "Your text does not depend on the prompt: the model reads EOS instead. Read the tokens you were"
    " given.",
)
def prompt_ignored(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return sample_text(step, state, vocabulary, rng, (EOS,), n_tokens, temperature)


@SAMPLE_TEXT.misconception(
    "SP50",
    "only the first token of the prompt read",
    "Your model reads the first token of the prompt and no other. A prompt can have several.",
)
def prompt_begun(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return sample_text(step, state, vocabulary, rng, prompt[:1], n_tokens, temperature)


@SAMPLE_TEXT.misconception(
    "SP51",
    "drawn without sample_index",
    "You draw in a way of your own. It may be right, but another way of drawing makes another text"
    " of the same random numbers: let sample_index draw.",
)
def own_draw(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    def draw(z: np.ndarray) -> int:
        return _draw(softmax(z / temperature), rng)

    return _write(step, state, vocabulary, draw, prompt, n_tokens)


@SAMPLE_TEXT.misconception(
    "SP52",
    "drawn again at EOS",
    "When EOS is drawn, you draw again. Then nothing but n_tokens ends a text: EOS must end it.",
)
def drawn_again_at_eos(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    def draw(z: np.ndarray) -> int:
        index = sample_index(z, rng, temperature)
        return draw(z) if index == vocabulary[EOS] else index

    return _write(step, state, vocabulary, draw, prompt, n_tokens)


@SAMPLE_TEXT.misconception(
    "SP53",
    "EOS left out, but no end",
    "You leave EOS out of your text, and then the model reads it and goes on. Nothing comes after "
    "EOS: return what was written before it.",
)
def eos_filtered(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    draw = _sampler(rng, temperature)
    written = _write(step, state, vocabulary, draw, prompt, n_tokens, stops=False)
    return [token for token in written if token != EOS]


@SAMPLE_TEXT.misconception(
    "SP55",
    "EOS costs a turn",
    "When EOS is drawn, you go on to the next turn and draw again from the same logits, so your "
    "text does not end there. EOS ends it: leave the loop.",
)
def eos_costs_a_turn(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    logits, state = _read(step, state, vocabulary, prompt)
    written = []
    for _ in range(n_tokens):
        index = sample_index(logits[0], rng, temperature)
        if index == vocabulary[EOS]:
            continue
        written.append(TOKENS[index])
        logits, state = step(np.array([index]), state)
    return written


@SAMPLE_TEXT.misconception(
    "SP56",
    "EOS read and left out until n_tokens are written",
    "Your model reads the EOS it has drawn and starts another text, until n_tokens are written. "
    "EOS is no token to skip: it ends the text.",
)
def eos_skipped(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    logits, state = _read(step, state, vocabulary, prompt)
    written: list[str] = []
    for _ in range(100 * n_tokens):
        index = sample_index(logits[0], rng, temperature)
        if index != vocabulary[EOS]:
            written.append(TOKENS[index])
        if len(written) == n_tokens:
            break
        logits, state = step(np.array([index]), state)
    return written


@SAMPLE_TEXT.misconception(
    "SP54",
    "no end without EOS",
    "If EOS is never drawn, nothing ends your loop. n_tokens is the largest number of tokens to "
    "write: does your loop look at it, and does what it counts grow?",
)
def without_end(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return _write(step, state, vocabulary, _sampler(rng, temperature), prompt, 10**9)


@SAMPLE_TEXT.misconception(
    "SP5",
    "a single number instead of a batch of one",
    "step takes a batch: indices of shape (1,), of which it makes logits (1, V). You pass a single "
    "number, without an axis.",
    source="https://huggingface.co/datasets/nvidia/Nemotron-CC-Math-v1",
)
def single_number(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return step(vocabulary[prompt[0]], state)


@SAMPLE_TEXT.misconception(
    "SP7",
    "seeded at every step",
    "You make a generator with a fixed seed inside the loop, so every step draws with the same "
    "random number. Use the one rng for the whole text.",
    source="https://github.com/nicodjimenez/lstm/pull/35",
)
def seeded_every_step(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    def draw(z: np.ndarray) -> int:
        return sample_index(z, np.random.default_rng(0), temperature)

    return _write(step, state, vocabulary, draw, prompt, n_tokens)


@SAMPLE_TEXT.misconception(
    "SP10",
    "inputs pile up",
    "You hand over all tokens so far at once, a batch that grows. The state knows the earlier ones:"
    " a step reads the new token alone.",
)
def inputs_pile_up(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    so_far = []
    for token in [*prompt, "a"]:
        so_far.append(vocabulary[token])
        logits, state = step(np.array(so_far), state)
    return logits


@SAMPLE_TEXT.misconception(
    "SP31",
    "only the last token of the prompt read",
    "Your model reads the last token of the prompt and no other. It must read them all, one after "
    "the other: what the earlier ones said is in the state.",
)
def prompt_unread(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return sample_text(step, state, vocabulary, rng, prompt[-1:], n_tokens, temperature)


@SAMPLE_TEXT.misconception(
    "SP32",
    "last token of the prompt read twice",
    "Your model reads the last token of the prompt twice: once with the prompt, and once more as "
    "the first input. The logits after the prompt already say what comes next.",
)
def prompt_end_twice(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    twice = (*prompt, prompt[-1])
    return sample_text(step, state, vocabulary, rng, twice, n_tokens, temperature)


@SAMPLE_TEXT.misconception(
    "SP33",
    "EOS in the text",
    "You stop at EOS, but it stands in your text. It is a signal, not something that was written.",
)
def eos_in_text(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    written = sample_text(step, state, vocabulary, rng, prompt, n_tokens, temperature)
    return written if len(written) == n_tokens else [*written, EOS]


@SAMPLE_TEXT.misconception(
    "SP34",
    "EOS does not end the text",
    "Your text goes on after EOS. When the model draws it, the text is over.",
)
def eos_ignored(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    draw = _sampler(rng, temperature)
    return _write(step, state, vocabulary, draw, prompt, n_tokens, stops=False)


@SAMPLE_TEXT.misconception(
    "SP35",
    "prompt in the text",
    "The prompt stands in front of your text. Return what the model wrote, nothing else.",
)
def prompt_in_text(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return [*prompt, *sample_text(step, state, vocabulary, rng, prompt, n_tokens, temperature)]


@SAMPLE_TEXT.misconception(
    "SP36",
    "temperature not passed on",
    "Your text is the one of temperature 1, whatever temperature was asked for: hand it on to "
    "sample_index.",
)
def temperature_forgotten(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return sample_text(step, state, vocabulary, rng, prompt, n_tokens)


@SAMPLE_TEXT.misconception(
    "SP37",
    "indices instead of tokens",
    "You return indices. The vocabulary goes from token to index: turn it round, or use decode.",
)
def indices_returned(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    written = sample_text(step, state, vocabulary, rng, prompt, n_tokens, temperature)
    return [vocabulary[token] for token in written]


@SAMPLE_TEXT.misconception(
    "SP38",
    "prompt counted",
    "Your text is too short: n_tokens counts what is written, without the prompt.",
)
def prompt_counted(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    rest = n_tokens - len(prompt)
    if rest < 1:
        return []
    return sample_text(step, state, vocabulary, rng, prompt, rest, temperature)


@SAMPLE_TEXT.misconception(
    "SP39",
    "always the likeliest",
    "Your text holds no surprise: you take the likeliest token at each step. Let sample_index "
    "draw.",
)
def always_likeliest(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    def draw(z: np.ndarray) -> int:
        return int(z.argmax())

    return _write(step, state, vocabulary, draw, prompt, n_tokens)


@SAMPLE_TEXT.misconception(
    "SP40",
    "one string",
    "You joined the tokens into one string. Return the list: a token may be a word, and only the "
    "caller knows what stands between two of them.",
)
def one_string(step, state, vocabulary, rng, prompt, n_tokens, temperature):
    return "".join(sample_text(step, state, vocabulary, rng, prompt, n_tokens, temperature))


# ---------------------------------------------------------------------- stateful_batches


def _corpus(n_tokens: int, n_steps: int, batch_size: int) -> Callable[..., tuple]:
    return lambda rng: (rng.permutation(n_tokens), n_steps, batch_size)


class Batch(NamedTuple):
    """A pair, of which a message can say which of the two is wrong."""

    inputs: Any
    targets: Any


def _as_batches(
    function: Callable[..., list], indices: np.ndarray, n_steps: int, batch_size: int
) -> Any:
    batches = function(indices, n_steps, batch_size)
    if isinstance(batches, (list, tuple)) and all(
        isinstance(batch, (list, tuple)) and len(batch) == 2 for batch in batches
    ):
        return [Batch(*batch) for batch in batches]
    return batches


STATEFUL_BATCHES = Exercise(
    name="stateful_batches",
    chapter=CHAPTER,
    points=2,
    reference=stateful_batches,
    outputs=("batches",),
    cases=(
        Case("59 tokens, T = 4, B = 3", _corpus(59, 4, 3)),
        Case("no rest", _corpus(2 * 5 * 4 + 1, 5, 4)),
        Case("B divides the number of tokens", _corpus(48, 5, 3)),
        Case("B = 1", _corpus(23, 6, 1)),
        Case("T = 1", _corpus(14, 1, 2)),
        Case("a single batch", _corpus(19, 6, 3)),
    ),
    naming_cases=(Case("T = B", _corpus(64, 4, 4)),),
    ask=_as_batches,
)


def _streams(part: np.ndarray, length: int, batch_size: int) -> np.ndarray:
    return part[: length * batch_size].reshape(batch_size, length).T


def _pieces(
    inputs: np.ndarray, targets: np.ndarray, n_steps: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    starts = range(0, len(inputs) - n_steps + 1, n_steps)
    return [(inputs[t : t + n_steps], targets[t : t + n_steps]) for t in starts]


@STATEFUL_BATCHES.misconception(
    "SB1",
    "columns do not continue",
    "Column 0 of your second batch does not go on where column 0 of the first ended: you deal the "
    "pieces of the text out to the columns in turn. The state carried over would belong to another "
    "place.",
)
def columns_do_not_continue(indices, n_steps, batch_size):
    inputs, targets = next_token_pairs(indices)
    size = n_steps * batch_size
    return [
        tuple(part[i : i + size].reshape(batch_size, n_steps).T for part in (inputs, targets))
        for i in range(0, len(inputs) - size + 1, size)
    ]


@STATEFUL_BATCHES.misconception(
    "SB2",
    "streams interleaved",
    "Neighbouring tokens of your text stand side by side, in different columns: reshape fills row "
    "by row, so a shape with time first deals the text out like cards. Make streams first, then "
    "turn them.",
)
def interleaved(indices, n_steps, batch_size):
    length = (len(indices) - 1) // batch_size
    parts = (part[: length * batch_size] for part in next_token_pairs(indices))
    return _pieces(*(part.reshape(length, batch_size) for part in parts), n_steps)


@STATEFUL_BATCHES.misconception(
    "SB3",
    "batch first",
    "Your batches are (B, T). That is the other convention (batch first); here time comes first.",
)
def batch_first(indices, n_steps, batch_size):
    return [(x.T, y.T) for x, y in stateful_batches(indices, n_steps, batch_size)]


@STATEFUL_BATCHES.misconception(
    "SB4",
    "targets wrap round in each piece",
    "The last target of each piece is its first input: you shifted within the piece. The target of "
    "a piece's last step is the first token of the next piece.",
)
def wrapped(indices, n_steps, batch_size):
    batches = stateful_batches(indices, n_steps, batch_size)
    return [(x, np.roll(x, -1, axis=0)) for x, _ in batches]


@STATEFUL_BATCHES.misconception(
    "SB5",
    "a step lost in each piece",
    "Your pieces have T - 1 steps: cutting first and shifting afterwards loses the last target of "
    "each piece. The text knows it: shift first, then cut.",
)
def step_lost(indices, n_steps, batch_size):
    batches = stateful_batches(indices, n_steps, batch_size)
    return [(x[:-1], y[:-1]) for x, y in batches]


@STATEFUL_BATCHES.misconception(
    "SB6",
    "short rest kept",
    "Your last batch is shorter than the others. Leave out a rest that does not fill T steps.",
)
def rest_kept(indices, n_steps, batch_size):
    length = (len(indices) - 1) // batch_size
    x, y = (_streams(part, length, batch_size) for part in next_token_pairs(indices))
    starts = range(0, length, n_steps)
    return [(x[t : t + n_steps], y[t : t + n_steps]) for t in starts]


@STATEFUL_BATCHES.misconception(
    "SB7",
    "overlapping pieces",
    "Each of your batches begins one token after the one before. A batch goes on where the last one"
    " ended: T tokens later.",
)
def overlapping(indices, n_steps, batch_size):
    length = (len(indices) - 1) // batch_size
    x, y = (_streams(part, length, batch_size) for part in next_token_pairs(indices))
    return [(x[t : t + n_steps], y[t : t + n_steps]) for t in range(length - n_steps + 1)]


@STATEFUL_BATCHES.misconception(
    "SB8",
    "streams cut before shifting",
    "You cut the streams first, so the last token of each has no target, although the next stream "
    "begins with it. Make the pairs of the whole text, then cut both into streams.",
)
def cut_before_shifting(indices, n_steps, batch_size):
    length = len(indices) // batch_size
    streams = _streams(indices, length, batch_size)
    return _pieces(streams[:-1], streams[1:], n_steps)


@STATEFUL_BATCHES.misconception(
    "SB9",
    "last batch missing",
    "Your last batch is missing although the text fills it: look at where your range ends.",
)
def last_missing(indices, n_steps, batch_size):
    length = (len(indices) - 1) // batch_size
    x, y = (_streams(part, length, batch_size) for part in next_token_pairs(indices))
    starts = range(0, length - n_steps, n_steps)
    return [(x[t : t + n_steps], y[t : t + n_steps]) for t in starts]


@STATEFUL_BATCHES.misconception(
    "SB10",
    "targets not shifted",
    "In your batches the targets equal the inputs. They must be one token ahead.",
)
def not_shifted(indices, n_steps, batch_size):
    return [(x, x) for x, _ in stateful_batches(indices, n_steps, batch_size)]


@STATEFUL_BATCHES.misconception(
    "SB11",
    "the same piece again and again",
    "All your batches are the first one: the place where a piece begins must move on.",
)
def same_piece(indices, n_steps, batch_size):
    batches = stateful_batches(indices, n_steps, batch_size)
    return [batches[0] for _ in batches]


@STATEFUL_BATCHES.misconception(
    "SB12",
    "streams not turned",
    "You cut between streams instead of along them. After reshape each row is a stream, (B, L): "
    "turn it, so that time comes first, before you take pieces of T steps.",
)
def not_turned(indices, n_steps, batch_size):
    length = (len(indices) - 1) // batch_size
    parts = (part[: length * batch_size] for part in next_token_pairs(indices))
    x, y = (part.reshape(batch_size, length) for part in parts)
    starts = range(0, length - n_steps + 1, n_steps)
    return [(x[t : t + n_steps], y[t : t + n_steps]) for t in starts]


@STATEFUL_BATCHES.misconception(
    "SB13",
    "the whole text trimmed to full batches",
    "Your streams are too short, so all but the first begin too early in the text: you cut the text"
    " to a multiple of T times B. First make the streams as long as they can be, then drop the rest"
    " of each that fills no piece.",
)
def trimmed_first(indices, n_steps, batch_size):
    length = (len(indices) - 1) // (n_steps * batch_size) * n_steps
    x, y = (_streams(part, length, batch_size) for part in next_token_pairs(indices))
    return _pieces(x, y, n_steps)


@STATEFUL_BATCHES.misconception(
    "SB14",
    "the whole text rolled",
    "You shift with np.roll, which keeps all N tokens and gives the last of them the first as its "
    "target. There are N - 1 pairs: nobody knows what comes after the last token.",
)
def text_rolled(indices, n_steps, batch_size):
    length = len(indices) // batch_size
    parts = (indices, np.roll(indices, -1))
    return _pieces(*(_streams(part, length, batch_size) for part in parts), n_steps)


@STATEFUL_BATCHES.misconception(
    "SB15",
    "the trimmed text rolled",
    "The very last target is the first token of the text: np.roll goes round in a circle. The text "
    "knows what comes next: shift before you leave anything out.",
)
def trimmed_text_rolled(indices, n_steps, batch_size):
    length = (len(indices) - 1) // batch_size
    used = indices[: length * batch_size]
    parts = (used, np.roll(used, -1))
    return _pieces(*(_streams(part, length, batch_size) for part in parts), n_steps)


@STATEFUL_BATCHES.misconception(
    "SB16",
    "each stream rolled",
    "The last target of each stream is the first token of the same stream: np.roll goes round in a "
    "circle. Where does the text go on after a stream?",
)
def streams_rolled(indices, n_steps, batch_size):
    x = _streams(indices, (len(indices) - 1) // batch_size, batch_size)
    return _pieces(x, np.roll(x, -1, axis=0), n_steps)


# ---------------------------------------------------------------------------- perplexity


def _predictions(
    T: int, B: int, V: int, mask: bool = False, shift: float = 0.0
) -> Callable[[np.random.Generator], tuple]:
    def draw(rng: np.random.Generator) -> tuple:
        logits = 2 * rng.normal(size=(T, B, V)) + shift
        targets = rng.integers(V, size=(T, B))
        if not mask:
            return logits, targets
        lengths = 1 + np.arange(B) * (T - 1) // max(1, B - 1)
        return logits, targets, np.arange(T)[:, None] < lengths

    return draw


def _sure(rng: np.random.Generator) -> tuple:
    targets = rng.integers(7, size=(6, 3))
    return 50.0 * one_hot(targets, 7), targets


PERPLEXITY = Exercise(
    name="perplexity",
    chapter=CHAPTER,
    points=1,
    reference=perplexity,
    outputs=("perplexity",),
    cases=(
        Case("T = 6, B = 3, V = 7", _predictions(6, 3, 7)),
        Case("texts of different length", _predictions(5, 4, 6, mask=True)),
        Case("T = 1, B = 1", _predictions(1, 1, 5)),
        Case("one text", _predictions(8, 1, 4)),
        Case("logits near 1000", _predictions(6, 3, 7, shift=1000.0)),
        Case("always right and sure", _sure),
    ),
)


def _log_p(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    p = np.take_along_axis(softmax(logits), targets[..., None], axis=-1)[..., 0]
    return np.log(p)


def _everywhere(targets: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    return np.ones(targets.shape, dtype=bool) if mask is None else mask


@PERPLEXITY.misconception(
    "PP1",
    "exp of the summed loss",
    "You exponentiate the loss of whole texts. The loss adds up over time; perplexity is per "
    "token: how many tokens does one text of the batch have on average?",
)
def of_summed_loss(logits, targets, mask=None):
    return np.exp(masked_cross_entropy(logits, targets, _everywhere(targets, mask))[0])


@PERPLEXITY.misconception(
    "PP2",
    "two bases mixed",
    "You take 2 to the power of a natural logarithm. Base and logarithm must belong together: e "
    "with nats, 2 with bits.",
)
def bases_mixed(logits, targets, mask=None):
    return 2 ** np.log(perplexity(logits, targets, mask))


@PERPLEXITY.misconception(
    "PP3",
    "average of 1/p",
    "You average 1/p, so one unlucky token decides everything. Average the logarithms, then take "
    "exp once.",
)
def average_of_reciprocals(logits, targets, mask=None):
    return np.exp(-_log_p(logits, targets))[_everywhere(targets, mask)].mean()


@PERPLEXITY.misconception(
    "PP4",
    "average of p",
    "You average the probabilities of the targets. Of a text's tokens they are MULTIPLIED: average "
    "their logarithms.",
)
def average_of_p(logits, targets, mask=None):
    return 1 / np.exp(_log_p(logits, targets))[_everywhere(targets, mask)].mean()


@PERPLEXITY.misconception(
    "PP5",
    "mask ignored",
    "Padding is counted as if it had been predicted: leave out the positions where the mask is "
    "False.",
)
def mask_ignored(logits, targets, mask=None):
    return perplexity(logits, targets)


@PERPLEXITY.misconception(
    "PP6",
    "padding in the number of tokens",
    "Your sum leaves the padding out, but you divide as if every text had T tokens. How many "
    "targets does the mask leave in all?",
)
def padding_counted(logits, targets, mask=None):
    return np.exp(-_log_p(logits, targets)[_everywhere(targets, mask)].sum() / targets.size)


@PERPLEXITY.misconception(
    "PP7",
    "exp forgotten",
    "You return nats per token. Perplexity is e to that power: a number of choices.",
)
def exp_forgotten(logits, targets, mask=None):
    return np.log(perplexity(logits, targets, mask))


@PERPLEXITY.misconception(
    "PP8",
    "perplexity of each text, averaged",
    "You average the perplexities of the texts. Add up the logarithms of all tokens first: a short "
    "text must not weigh as much as a long one, and exp comes last.",
)
def averaged_over_texts(logits, targets, mask=None):
    mask = _everywhere(targets, mask)
    nats = np.where(mask, -_log_p(logits, targets), 0).sum(axis=0) / mask.sum(axis=0)
    return np.exp(nats).mean()


@PERPLEXITY.misconception(
    "PP9",
    "bits instead of choices",
    "You return bits per token, the logarithm to base two of the perplexity.",
)
def bits(logits, targets, mask=None):
    return np.log2(perplexity(logits, targets, mask))


@PERPLEXITY.misconception(
    "PP10",
    "sign forgotten",
    "Your perplexity is below 1, as if there were less than one choice: the logarithm of a "
    "probability is negative, look at the sign.",
)
def sign_forgotten(logits, targets, mask=None):
    return 1 / perplexity(logits, targets, mask)


@PERPLEXITY.misconception(
    "PP11",
    "softmax forgotten",
    "You take the logits for logarithms of probabilities. They are not normalised: where is the "
    "softmax?",
)
def softmax_forgotten(logits, targets, mask=None):
    z = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return np.exp(-z[_everywhere(targets, mask)].mean())


@PERPLEXITY.misconception(
    "PP12",
    "softmax over the wrong axis",
    "Your softmax does not run over the vocabulary, the last axis: the probabilities of one step "
    "must sum to one.",
)
def wrong_axis(logits, targets, mask=None):
    logits = np.log(softmax(np.moveaxis(logits, 0, -1)))
    p = np.take_along_axis(np.moveaxis(logits, -1, 0), targets[..., None], axis=-1)[..., 0]
    return np.exp(-p[_everywhere(targets, mask)].mean())


@PERPLEXITY.misconception(
    "PP13",
    "divided by the batch once more",
    "You divide the loss by the number of all tokens, but it has been divided by B before. To get "
    "an average over tokens, undo the average over texts first.",
)
def divided_twice(logits, targets, mask=None):
    mask = _everywhere(targets, mask)
    return np.exp(masked_cross_entropy(logits, targets, mask)[0] / mask.sum())


@PERPLEXITY.misconception(
    "PP14",
    "the steps taken for the batch",
    "You undo the average over the batch with the number of steps. Time is the first axis: which "
    "one counts the texts?",
)
def steps_for_batch(logits, targets, mask=None):
    mask = _everywhere(targets, mask)
    loss, _ = masked_cross_entropy(logits, targets, mask)
    return np.exp(loss * targets.shape[0] / mask.sum())


@PERPLEXITY.misconception(
    "PP15",
    "nats of each text, averaged",
    "You average over each text, then over the texts: a token of a short text weighs more than one "
    "of a long text. Every token that counts must weigh the same.",
)
def nats_averaged_over_texts(logits, targets, mask=None):
    mask = _everywhere(targets, mask)
    nats = np.where(mask, -_log_p(logits, targets), 0).sum(axis=0) / mask.sum(axis=0)
    return np.exp(nats.mean())


@PERPLEXITY.misconception(
    "PP16",
    "loss and gradient not taken apart",
    "You compute with what masked_cross_entropy returns as a whole. It returns two things, the loss"
    " and dlogits: take the loss out first.",
)
def pair_kept(logits, targets, mask=None):
    mask = _everywhere(targets, mask)
    return np.exp(masked_cross_entropy(logits, targets, mask) * targets.shape[1] / mask.sum())


@PERPLEXITY.misconception(
    "PP17",
    "loss and gradient not taken apart, divided by a plain number",
    "masked_cross_entropy returns a pair, and a pair cannot be divided. The loss is the first of "
    "the two, dlogits the second.",
)
def pair_divided(logits, targets, mask=None):
    mask = _everywhere(targets, mask)
    return np.exp(masked_cross_entropy(logits, targets, mask) / int(mask.sum()))


EXERCISES = (
    NEXT_TOKEN_PAIRS,
    EMBEDDING_BACKWARD,
    SAMPLE_INDEX,
    SAMPLE_TEXT,
    STATEFUL_BATCHES,
    PERPLEXITY,
)
