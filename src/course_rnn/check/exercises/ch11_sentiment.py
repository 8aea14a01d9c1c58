"""Chapter 11: from raw text to a padded batch, pooling, F1, and how they go wrong."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from course_rnn.check.exercise import Case, Exercise
from course_rnn.encoding import EOS, UNK, encode, one_hot, pad_batch
from course_rnn.metrics import f1_score
from course_rnn.text import STOP_WORDS, mean_pool, remove_stop_words, tokenize, vectorize

CHAPTER = "11_sentiment"
Draw = Callable[[np.random.Generator], tuple]

# ------------------------------------------------------------------------------ tokenize

PLAIN = ["The", "film", "was", "not", "GOOD", "but", "its", "end", "surprised", "us", "twice"]


def _review(rng: np.random.Generator, extras: Sequence[str] = (), marks: str = ".,!?;:") -> str:
    """Draw words and the extras in any order, some of them followed by a mark."""
    words = rng.permutation([*rng.choice(PLAIN, size=8), *extras])
    return " ".join(word + str(rng.choice(["", "", *marks])) for word in words) + "."


def _raw(*extras: str) -> Draw:
    return lambda rng: (_review(rng, extras),)


def _with_marks(*extras: str) -> Draw:
    return lambda rng: (_review(rng, extras), True)


def _blanks_everywhere(rng: np.random.Generator) -> tuple[str]:
    blanks = rng.choice([" ", "  ", "\n", "\t", "\n\n "], size=8)
    return ("\n " + "".join(f"{w}{b}" for w, b in zip(rng.choice(PLAIN, 8), blanks, strict=True)),)


TOKENIZE = Exercise(
    name="tokenize",
    chapter=CHAPTER,
    points=2,
    reference=tokenize,
    outputs=("tokens",),
    cases=(
        Case("words and marks", _raw()),
        Case("apostrophes", _raw("isn't", "I'd", "rock'n'roll")),
        Case("quoted words", _raw("'good'", '"fine"', "(never)", "actors'")),
        Case("numbers", _raw("3.5", "1,000", "10", "24.12.2026")),
        Case("letters and digits in one word", _raw("3D", "90s", "mp3")),
        Case("letters of other alphabets", _raw("naïve", "Straße", "Ωmega")),
        Case("hyphens and underscores", _raw("well-made", "_very_", "so-so")),
        Case("blanks of all kinds", _blanks_everywhere),
        Case("punctuation=True", _with_marks("isn't", "3.5")),
        Case("punctuation=True, marks side by side", _with_marks("no!!", "well ...", "'so' :-)")),
        Case("punctuation=True, hyphens and underscores", _with_marks("well-made", "_very_")),
        Case("no word at all", lambda rng: (rng.choice(["?! ...", "!!", " : "]),)),
        Case("an empty text", lambda rng: ("",)),
    ),
)


def _words(text: str, punctuation: bool, word: str, mark: str = r"[^\w\s]|_") -> list[str]:
    """Find words by a pattern of one's own, and marks where they are wanted."""
    return re.findall(rf"{word}|{mark}" if punctuation else word, text)


NUMBER = r"\d+(?:[.,]\d+)+"
LETTERS = r"[^\W_]+(?:'[^\W_]+)*"
TOKEN = rf"{NUMBER}|{LETTERS}"


@TOKENIZE.misconception(
    "TK1",
    "cut at blanks",
    "You cut at blanks alone, so that marks stick to their words: 'good', 'good.' and 'good!' "
    "become three entries of the vocabulary.",
)
def cut_at_blanks(text, punctuation=False):
    return text.split()


@TOKENIZE.misconception(
    "TK2",
    "words cut at the apostrophe",
    "You cut words at their apostrophes: what is left of \"isn't\" is 'isn' and 't'. An apostrophe "
    "between two letters belongs to the word.",
)
def cut_at_apostrophes(text, punctuation=False):
    return _words(text, punctuation, rf"{NUMBER}|[^\W_]+")


@TOKENIZE.misconception(
    "TK3",
    "letters made small",
    "Your tokens are right but in small letters. That is normalising, a step of its own: here "
    "the text stays as it is written.",
)
def made_small(text, punctuation=False):
    return _words(text.lower(), punctuation, TOKEN)


@TOKENIZE.misconception(
    "TK4",
    "English letters only",
    "Your pattern knows the letters a to z alone, and cuts 'naïve' in two. Which class of "
    "characters has the letters of every alphabet?",
)
def english_letters(text, punctuation=False):
    return _words(text, punctuation, rf"{NUMBER}|[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")


@TOKENIZE.misconception(
    "TK5",
    "numbers lost",
    "Digits are missing from your tokens. '10' is a word of the text like any other, and says a lot"
    " in a review.",
)
def numbers_lost(text, punctuation=False):
    return _words(text, punctuation, r"[^\W\d_]+(?:'[^\W\d_]+)*")


@TOKENIZE.misconception(
    "TK6",
    "numbers cut at the point",
    "You cut '3.5' into '3' and '5'. A point or comma BETWEEN digits belongs to the number.",
)
def numbers_cut(text, punctuation=False):
    return _words(text, punctuation, LETTERS)


@TOKENIZE.misconception(
    "TK7",
    "quotation marks kept",
    "Single quotes stick to your words: \"'good'\" is 'good' in quotes. An apostrophe belongs to "
    "a word only if there are letters on BOTH sides.",
)
def quotes_kept(text, punctuation=False):
    return _words(text, punctuation, rf"{NUMBER}|(?:[^\W_]|')+")


@TOKENIZE.misconception(
    "TK8",
    "punctuation not used",
    "Your words are right, but marks never become tokens: look at the argument punctuation.",
)
def never_marks(text, punctuation=False):
    return _words(text, False, TOKEN)


@TOKENIZE.misconception(
    "TK9",
    "marks always kept",
    "Marks are among your tokens although punctuation is False.",
)
def always_marks(text, punctuation=False):
    return _words(text, True, TOKEN)


@TOKENIZE.misconception(
    "TK10",
    "a run of marks is one token",
    "Marks that stand side by side become one token in your list. Each is a token of its own: "
    "otherwise '!', '!!' and '!!!' are three entries of the vocabulary.",
)
def runs_of_marks(text, punctuation=False):
    return _words(text, punctuation, TOKEN, mark=r"(?:[^\w\s]|_)+")


@TOKENIZE.misconception(
    "TK11",
    "characters instead of words",
    "Your tokens are single characters: looping over a string gives its letters.",
)
def characters(text, punctuation=False):
    return list(text)


@TOKENIZE.misconception(
    "TK12",
    "underscore taken for a letter",
    "\\w has letters and digits, and the underscore too, so that '_very_' is not 'very'.",
)
def underscore_is_a_letter(text, punctuation=False):
    return _words(text, punctuation, rf"{NUMBER}|\w+(?:'\w+)*", mark=r"[^\w\s]")


@TOKENIZE.misconception(
    "TK13",
    "marks deleted, not cut at",
    'You delete the marks before you cut, which glues together what they kept apart: "isn\'t" is '
    "'isnt', 'well-made' is 'wellmade'.",
)
def marks_deleted(text, punctuation=False):
    return re.sub(r"[^\w\s]|_", "", text).split()


@TOKENIZE.misconception(
    "TK14",
    "empty tokens",
    "There are empty strings among your tokens: re.split returns what lies between two cuts, even "
    "if that is nothing. Look for the words, not for what separates them.",
)
def empty_tokens(text, punctuation=False):
    return re.split(r"[\W_]+", text)


@TOKENIZE.misconception(
    "TK15",
    "each word once",
    "Repeated words are missing. A text is a list, not a set: 'very very good' has three tokens.",
)
def each_once(text, punctuation=False):
    return list(dict.fromkeys(_words(text, punctuation, TOKEN)))


@TOKENIZE.misconception(
    "TK16",
    "hyphen taken for a letter",
    "A hyphen joins two words in your list. It is a mark: 'well-made' is 'well' and 'made'.",
)
def hyphens_join(text, punctuation=False):
    return _words(text, punctuation, rf"{NUMBER}|[^\W_]+(?:['-][^\W_]+)*")


@TOKENIZE.misconception(
    "TK17",
    "groups instead of matches",
    "If a pattern has a group in round brackets, re.findall returns what the GROUP matched, not "
    "the whole match. Write (?: ) for brackets that only hold together.",
)
def groups_returned(text, punctuation=False):
    return re.findall(r"[^\W_]+('[^\W_]+)*", text)


@TOKENIZE.misconception(
    "TK18",
    "a string instead of a list",
    "You return one string. The steps that follow want a list of tokens.",
)
def one_string(text, punctuation=False):
    return " ".join(_words(text, punctuation, TOKEN))


@TOKENIZE.misconception(
    "TK19",
    "several groups",
    "Your pattern has several pairs of round brackets, and re.findall then returns a tuple for "
    "each match, one text a pair. Write (?: ) for brackets that only hold together.",
)
def tuples_of_groups(text, punctuation=False):
    return re.findall(r"\d+([.,]\d+)+|[^\W_]+('[^\W_]+)*", text)


@TOKENIZE.misconception(
    "TK20",
    "words cut after their digits",
    "You cut '3D' into '3' and 'D'. A number comes before a word only if it HAS a point or comma; "
    "digits alone are part of a word.",
)
def cut_after_digits(text, punctuation=False):
    return _words(text, punctuation, rf"\d+(?:[.,]\d+)*|{LETTERS}")


@TOKENIZE.misconception(
    "TK21",
    "one apostrophe at most",
    "A second apostrophe cuts your word: \"rock'n'roll\" is one word. In a pattern ? means at most "
    "once, and * any number of times.",
)
def one_apostrophe(text, punctuation=False):
    return _words(text, punctuation, rf"{NUMBER}|[^\W_]+(?:'[^\W_]+)?")


@TOKENIZE.misconception(
    "TK22",
    "one point at most",
    "A second point or comma cuts your number: '24.12.2026' is one. Repeat the point together with "
    "the digits behind it.",
)
def one_point(text, punctuation=False):
    return _words(text, punctuation, rf"\d+[.,]\d+|{LETTERS}")


@TOKENIZE.misconception(
    "TK23",
    "underscore lost",
    "With punctuation=True the underscore is missing: it is a mark, but \\w takes it for a letter,"
    " so [^\\w\\s] leaves it out.",
)
def underscore_lost(text, punctuation=False):
    return _words(text, punctuation, TOKEN, mark=r"[^\w\s]")


# ---------------------------------------------------------------------- remove_stop_words

STOP = tuple(sorted(STOP_WORDS))
NEGATIONS = ("no", "nor", "not", "never")
CONTENT = ["film", "not", "good", "never", "boring", "no", "theatre", "island", "hat", "low"]


def _tokens(rng: np.random.Generator) -> list[str]:
    """Draw words, half of them stop words; several occur twice, two stop words side by side."""
    words = [*rng.choice(STOP, size=4), "the", "a", *rng.permutation(CONTENT), "the", "film"]
    return ["this", "is", *rng.permutation(words).tolist(), "was", "was", "not"]


def _own_list(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    return _tokens(rng), ["film", "not", "zigzag", str(rng.choice(CONTENT))]


REMOVE_STOP_WORDS = Exercise(
    name="remove_stop_words",
    chapter=CHAPTER,
    points=2,
    reference=remove_stop_words,
    outputs=("tokens",),
    cases=(
        Case("the course's list", lambda rng: (_tokens(rng),)),
        Case("a list of your own", _own_list),
        Case("a tuple", lambda rng: (_tokens(rng), ("good", "was", "the"))),
        Case("nothing to leave out", lambda rng: (rng.permutation(CONTENT).tolist(),)),
        Case("stop words only", lambda rng: (rng.choice(STOP, size=6).tolist(),)),
        Case("an empty list of stop words", lambda rng: (_tokens(rng), [])),
        Case("no token at all", lambda rng: ([],)),
    ),
)


@REMOVE_STOP_WORDS.misconception(
    "SW1",
    "negations removed too",
    "You leave out 'not' and its like, although they are not in the list you were given. Without "
    "them, 'not good' is 'good'.",
)
def negations_too(tokens, stop_words=STOP):
    return [t for t in tokens if t not in stop_words and t not in NEGATIONS]


@REMOVE_STOP_WORDS.misconception(
    "SW2",
    "a set of the words",
    "You compute with sets: repeated words and the order are lost. Walk along the list.",
)
def as_a_set(tokens, stop_words=STOP):
    return sorted(set(tokens) - set(stop_words))


@REMOVE_STOP_WORDS.misconception(
    "SW3",
    "each word once",
    "Words that occur twice are there once in your list. Only stop words go.",
)
def each_word_once(tokens, stop_words=STOP):
    return [t for t in dict.fromkeys(tokens) if t not in stop_words]


@REMOVE_STOP_WORDS.misconception(
    "SW4",
    "parts of stop words removed",
    "`in` on a STRING looks for a piece of it, and 'hat' is a piece of 'that'. Compare with whole "
    "words: keep the stop words in a list or set.",
)
def parts_removed(tokens, stop_words=STOP):
    text = " ".join(stop_words)
    return [t for t in tokens if t not in text]


@REMOVE_STOP_WORDS.misconception(
    "SW5",
    "the stop words kept",
    "You keep the stop words and leave out the others.",
)
def inverted(tokens, stop_words=STOP):
    return [t for t in tokens if t in stop_words]


@REMOVE_STOP_WORDS.misconception(
    "SW6",
    "stop_words not used",
    "You always leave out the course's stop words: use the list in the argument.",
)
def argument_not_used(tokens, stop_words=STOP):
    return [t for t in tokens if t not in STOP]


@REMOVE_STOP_WORDS.misconception(
    "SW7",
    "removed while walking",
    "You remove items from the list along which you walk: what follows a removed item moves one "
    "place forward and is skipped. Collect the words that stay in a new list.",
)
def removed_while_walking(tokens, stop_words=STOP):
    kept = list(tokens)
    for t in kept:
        if t in stop_words:
            kept.remove(t)
    return kept


@REMOVE_STOP_WORDS.misconception(
    "SW8",
    "empty strings left behind",
    "You put an empty string where a stop word was. Leave the place out, too.",
)
def empty_strings(tokens, stop_words=STOP):
    return ["" if t in stop_words else t for t in tokens]


@REMOVE_STOP_WORDS.misconception(
    "SW9",
    "a string instead of a list",
    "You return one string. What follows wants a list of tokens.",
)
def joined(tokens, stop_words=STOP):
    return " ".join(t for t in tokens if t not in stop_words)


@REMOVE_STOP_WORDS.misconception(
    "SW10",
    "only the first one removed",
    "list.remove takes away the first item that is equal: of a stop word that occurs twice the "
    "second one stays.",
)
def first_one_removed(tokens, stop_words=STOP):
    kept = list(tokens)
    for stop_word in dict.fromkeys(stop_words):
        if stop_word in kept:
            kept.remove(stop_word)
    return kept


@REMOVE_STOP_WORDS.misconception(
    "SW11",
    "the argument changed",
    "Your result is right, but you change the list that you were given. Whoever calls you may still"
    " need the whole text: make a new list.",
)
def argument_changed(tokens, stop_words=STOP):
    tokens[:] = [t for t in tokens if t not in stop_words]
    return tokens


@REMOVE_STOP_WORDS.misconception(
    "SW12",
    "letters removed",
    "You look at single letters: a token is a string, and looping over it gives letters. 'a' and "
    "'i' are stop words as WORDS.",
)
def letters_removed(tokens, stop_words=STOP):
    return ["".join(c for c in t if c not in stop_words) for t in tokens]


@REMOVE_STOP_WORDS.misconception(
    "SW13",
    "beginnings compared",
    "You leave out every word that BEGINS like a stop word: 'theatre' begins with 'the'.",
)
def beginnings_compared(tokens, stop_words=STOP):
    return [t for t in tokens if not t.startswith(tuple(stop_words))]


@REMOVE_STOP_WORDS.misconception(
    "SW14",
    "replaced in the text",
    "str.replace works on letters, not on words: it takes the 'a' out of 'theatre' as well. "
    "Compare whole tokens.",
)
def replaced_in_the_text(tokens, stop_words=STOP):
    text = " ".join(tokens)
    for stop_word in sorted(stop_words, key=len, reverse=True):
        text = text.replace(stop_word, "")
    return text.split()


@REMOVE_STOP_WORDS.misconception(
    "SW15",
    "removed from the argument while walking",
    "You remove items from the list that you were given, while you walk along it: what follows a "
    "removed item moves forward and is skipped. Collect the words that stay in a new list.",
)
def removed_from_the_argument(tokens, stop_words=STOP):
    for t in tokens:
        if t in stop_words:
            tokens.remove(t)
    return tokens


@REMOVE_STOP_WORDS.misconception(
    "SW16",
    "a set, in any order",
    "A set has no order and holds each word once. Walk along the list and collect what stays.",
)
def as_an_unsorted_set(tokens, stop_words=STOP):
    return list(set(tokens) - set(stop_words))


@REMOVE_STOP_WORDS.misconception(
    "SW17",
    "an empty list taken for none",
    "Whoever hands over an EMPTY list wants to keep every word. `or` and `if stop_words` take it "
    "for nothing given.",
)
def empty_taken_for_none(tokens, stop_words=None):
    return [t for t in tokens if t not in (stop_words or STOP)]


# ------------------------------------------------------------------------------ vectorize

ENTRIES = ["film", "good", "not", "bad", "was", "very", "the", "end", "story", "dull"]


def _vocabulary(rng: np.random.Generator) -> dict[str, int]:
    """PAD is 0, as always; UNK and EOS stand anywhere."""
    own = rng.permutation([*ENTRIES, UNK, EOS]).tolist()
    return {token: index for index, token in enumerate(["<PAD>", *own])}


def _texts(*lengths: int, max_length: int | None = None) -> Draw:
    """Draw texts; the first token of the first long one is unknown."""

    def draw(rng: np.random.Generator) -> tuple:
        texts = [rng.choice(ENTRIES, size=n).tolist() for n in lengths]
        longest = max(texts, key=len)
        if longest:
            longest[0] = "zigzag"
        args = texts, _vocabulary(rng)
        return args if max_length is None else (*args, max_length)

    return draw


VECTORIZE = Exercise(
    name="vectorize",
    chapter=CHAPTER,
    points=2,
    reference=vectorize,
    outputs=("indices", "mask"),
    cases=(
        Case("three texts", _texts(4, 6, 2)),
        Case("max_length = 5", _texts(3, 8, 6, 1, max_length=5)),
        Case("a max_length larger than needed", _texts(3, 5, 1, max_length=20)),
        Case("the longest fits exactly", _texts(3, 5, 1, 4, max_length=6)),
        Case("equal lengths", _texts(4, 4, 4)),
        Case("B = 1", _texts(5)),
        Case("an empty text", _texts(3, 0)),
        Case("max_length = 1", _texts(3, 2, max_length=1)),
    ),
    naming_cases=(Case("as many steps as texts", _texts(3, 2, 1, 2)),),
)


def _rows(texts, vocabulary, max_length=None):
    cut = None if max_length is None else max_length - 1
    return [encode(tokens[:cut], vocabulary) for tokens in texts]


@VECTORIZE.misconception(
    "VZ1",
    "batch first",
    "Your arrays are (B, T), one row a text. That is the other convention: here time comes first.",
)
def batch_first(texts, vocabulary, max_length=None):
    indices, mask = pad_batch(_rows(texts, vocabulary, max_length))
    return indices.T, mask.T


@VECTORIZE.misconception(
    "VZ2",
    "EOS cut off",
    "Texts that are too long lose their EOS: you cut AFTER encoding. Cut the tokens first, so "
    "that there is still room for it.",
)
def eos_cut_off(texts, vocabulary, max_length=None):
    return pad_batch([encode(tokens, vocabulary)[:max_length] for tokens in texts])


@VECTORIZE.misconception(
    "VZ3",
    "max_length not used",
    "Your batch is right but never cut: max_length is not used.",
)
def never_cut(texts, vocabulary, max_length=None):
    return pad_batch(_rows(texts, vocabulary))


@VECTORIZE.misconception(
    "VZ4",
    "EOS not counted",
    "Your longest texts are one step too long: max_length counts the EOS, too.",
)
def eos_not_counted(texts, vocabulary, max_length=None):
    return pad_batch([encode(tokens[:max_length], vocabulary) for tokens in texts])


@VECTORIZE.misconception(
    "VZ5",
    "beginnings cut off",
    "You keep the END of a text that is too long. Many do, for the verdict often stands there; here"
    " the beginning is kept.",
)
def beginnings_cut(texts, vocabulary, max_length=None):
    if max_length is None:
        return pad_batch(_rows(texts, vocabulary))
    kept = [tokens[max(0, len(tokens) - max_length + 1) :] for tokens in texts]
    return pad_batch(_rows(kept, vocabulary))


@VECTORIZE.misconception(
    "VZ6",
    "always max_length steps",
    "Your batch always has max_length rows. It needs as many as its longest text: everything "
    "beyond is padding that a network would have to walk along.",
)
def always_max_length(texts, vocabulary, max_length=None):
    indices, mask = pad_batch(_rows(texts, vocabulary, max_length))
    more = ((0, 0 if max_length is None else max_length - len(mask)), (0, 0))
    return np.pad(indices, more), np.pad(mask, more)


@VECTORIZE.misconception(
    "VZ7",
    "mask inverted",
    "Your mask is True at the padding. It is True where there is a token.",
)
def mask_inverted(texts, vocabulary, max_length=None):
    indices, mask = pad_batch(_rows(texts, vocabulary, max_length))
    return indices, ~mask


@VECTORIZE.misconception(
    "VZ8",
    "EOS forgotten",
    "Your texts do not end with EOS.",
)
def eos_forgotten(texts, vocabulary, max_length=None):
    return pad_batch([row[:-1] for row in _rows(texts, vocabulary, max_length)])


@VECTORIZE.misconception(
    "VZ9",
    "unknown words dropped",
    "Words that are not in the vocabulary are missing, and all that follows them moves forward. "
    "They become UNK.",
)
def unknown_dropped(texts, vocabulary, max_length=None):
    known = [[t for t in tokens if t in vocabulary] for tokens in texts]
    return pad_batch(_rows(known, vocabulary, max_length))


@VECTORIZE.misconception(
    "VZ10",
    "unknown words become PAD",
    "Unknown words get index 0, which is PAD: a reader could not tell a hard word from the end.",
)
def unknown_is_pad(texts, vocabulary, max_length=None):
    indices, mask = pad_batch(_rows(texts, vocabulary, max_length))
    return np.where(indices == vocabulary[UNK], 0, indices), mask


@VECTORIZE.misconception(
    "VZ11",
    "EOS behind the padding",
    "You fill a short text up first and write EOS into the last row. EOS stands right after the "
    "last word, the padding behind it.",
)
def eos_behind_the_padding(texts, vocabulary, max_length=None):
    indices, mask = pad_batch(_rows(texts, vocabulary, max_length))
    indices = np.where(indices == vocabulary[EOS], 0, indices)
    indices[-1] = vocabulary[EOS]
    return indices, mask


@VECTORIZE.misconception(
    "VZ12",
    "mask ends before the EOS",
    "Your mask is False at the EOS. It is a token: the network shall read it.",
)
def mask_without_eos(texts, vocabulary, max_length=None):
    indices, mask = pad_batch(_rows(texts, vocabulary, max_length))
    return indices, mask & (indices != vocabulary[EOS])


@VECTORIZE.misconception(
    "VZ13",
    "padding in front",
    "Your padding stands before the words. Put it behind them.",
)
def padding_in_front(texts, vocabulary, max_length=None):
    rows = _rows(texts, vocabulary, max_length)
    indices, mask = pad_batch([row[::-1] for row in rows])
    return indices[::-1], mask[::-1]


@VECTORIZE.misconception(
    "VZ14",
    "mask forgotten",
    "You return the indices alone. Without the mask nobody knows where a text ends.",
)
def mask_forgotten(texts, vocabulary, max_length=None):
    return pad_batch(_rows(texts, vocabulary, max_length))[0]


@VECTORIZE.misconception(
    "VZ15",
    "one-hot already",
    "You return one-hot vectors. An embedding wants the indices themselves, shape (T, B).",
)
def one_hot_already(texts, vocabulary, max_length=None):
    indices, mask = pad_batch(_rows(texts, vocabulary, max_length))
    return one_hot(indices, len(vocabulary)), mask


@VECTORIZE.misconception(
    "VZ16",
    "no answer for unknown words",
    "Square brackets on a dict fail for a word that is not in it. encode knows what to do.",
)
def unknown_raises(texts, vocabulary, max_length=None):
    cut = None if max_length is None else max_length - 1
    rows = [[vocabulary[t] for t in [*tokens[:cut], EOS]] for tokens in texts]
    return pad_batch(rows)


@VECTORIZE.misconception(
    "VZ17",
    "EOS twice",
    "Your texts end with two EOS: encode adds one already.",
)
def eos_twice(texts, vocabulary, max_length=None):
    cut = None if max_length is None else max_length - 1
    return pad_batch([encode([*tokens[:cut], EOS], vocabulary) for tokens in texts])


# ------------------------------------------------------------------------------ mean_pool


def _padded(T: int, lengths: list[int], n_x: int, dtype: type = np.float64) -> Draw:
    """Draw sequences whose padding is not zero, as that of a recurrent layer's states."""

    def draw(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        mask = np.arange(T)[:, None] < rng.permutation(lengths)
        return rng.normal(1, 1, size=(T, len(lengths), n_x)).astype(dtype), mask

    return draw


MEAN_POOL = Exercise(
    name="mean_pool",
    chapter=CHAPTER,
    points=2,
    reference=mean_pool,
    outputs=("pooled",),
    cases=(
        Case("lengths 6, 2 and 4", _padded(6, [6, 2, 4], 5)),
        Case("no sequence fills the batch", _padded(7, [3, 1, 4, 5], 2)),
        Case("no padding at all", _padded(5, [5, 5, 5, 5], 3)),
        Case("one token each", _padded(4, [1, 1, 1], 5)),
        Case("T = 1", _padded(1, [1, 1, 1], 5)),
        Case("B = 1", _padded(6, [4], 5)),
        Case("float32", _padded(6, [6, 2, 4], 5, np.float32)),
    ),
    naming_cases=(Case("all sizes equal", _padded(4, [1, 2, 3, 4], 4)),),
)


def _sums(x, mask):
    return (x * mask[:, :, None]).sum(axis=0)


def _counts(mask):
    return mask.sum(axis=0)[:, None]


@MEAN_POOL.misconception(
    "MP1",
    "padding averaged in",
    "You average over all T rows, padding included. The answer for a text then depends on how long "
    "its neighbours in the batch are.",
)
def padding_averaged(x, mask):
    return x.mean(axis=0)


@MEAN_POOL.misconception(
    "MP2",
    "divided by T",
    "Your sums are right, but you divide them by T, the length of the BATCH. Short texts come out "
    "too small: divide each by its own number of tokens.",
)
def divided_by_T(x, mask):
    return _sums(x, mask) / len(x)


@MEAN_POOL.misconception(
    "MP3",
    "sum instead of mean",
    "You return sums. Divide by the number of tokens, or a long review speaks louder than a short "
    "one.",
)
def sum_only(x, mask):
    return _sums(x, mask)


@MEAN_POOL.misconception(
    "MP4",
    "padding added, then divided by the tokens",
    "You divide by the right numbers, but the padding is still in your sums. Where the mask is "
    "False, nothing may be added, and padding need not be zero.",
)
def padding_in_the_sum(x, mask):
    return x.sum(axis=0) / _counts(mask)


@MEAN_POOL.misconception(
    "MP5",
    "one vector for all",
    "x[mask] lays the tokens of all texts in one row, and you average them together. One vector a "
    "text is wanted, shape (B, n_x).",
)
def one_vector(x, mask):
    return x[mask].mean(axis=0)


@MEAN_POOL.misconception(
    "MP6",
    "divided by all tokens of the batch",
    "You divide by the number of tokens in the whole batch. Each text has a number of its own: sum "
    "the mask along time only.",
)
def divided_by_all(x, mask):
    return _sums(x, mask) / mask.sum()


@MEAN_POOL.misconception(
    "MP7",
    "maximum instead of mean",
    "You take the largest number of each column. That is max pooling, another way; here the mean is"
    " wanted.",
)
def maximum(x, mask):
    return np.where(mask[:, :, None], x, -np.inf).max(axis=0)


@MEAN_POOL.misconception(
    "MP8",
    "last state instead of mean",
    "You return the vector at each text's last token (chapter 04). All tokens count here.",
)
def last_vector(x, mask):
    return x[mask.sum(axis=0) - 1, np.arange(x.shape[1])]


@MEAN_POOL.misconception(
    "MP9",
    "averaged over the batch",
    "You average over the texts of the batch, at every step. Average over TIME, the first axis: "
    "each text keeps a vector of its own.",
)
def over_the_batch(x, mask):
    return (x * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)[:, None]


@MEAN_POOL.misconception(
    "MP10",
    "averaged over the numbers of a vector",
    "You average the n_x numbers of each vector with each other. Average over time: n_x numbers "
    "a text are left.",
)
def over_the_numbers(x, mask):
    return (x * mask[:, :, None]).mean(axis=2)


@MEAN_POOL.misconception(
    "MP11",
    "time axis kept",
    "Your shape is (1, B, n_x): keepdims leaves an axis of length one. A readout wants (B, n_x).",
)
def axis_kept(x, mask):
    return (_sums(x, mask) / _counts(mask))[None]


@MEAN_POOL.misconception(
    "MP12",
    "padding averaged instead of tokens",
    "You average where the mask is False. It is True where there is a token.",
)
def mask_inverted_mean(x, mask):
    return _sums(x, ~mask) / np.maximum(_counts(~mask), 1)


@MEAN_POOL.misconception(
    "MP13",
    "one length for all",
    "You cut all texts at the end of the first one. Each has an end of its own.",
)
def one_length(x, mask):
    return x[: mask[:, 0].sum()].mean(axis=0)


@MEAN_POOL.misconception(
    "MP14",
    "last token left out",
    "The last token of each text is missing: Python counts from 0, and a slice leaves out the index"
    " where it stops.",
)
def last_token_left_out(x, mask):
    inner = mask.copy()
    inner[mask.sum(axis=0) - 1, np.arange(mask.shape[1])] = False
    return _sums(x, inner) / np.maximum(_counts(inner), 1)


@MEAN_POOL.misconception(
    "MP15",
    "lengths along the wrong axis",
    "mask.sum(axis=1) counts the texts at each STEP. The tokens of each text stand along axis 0.",
)
def wrong_axis(x, mask):
    return _sums(x, mask) / np.maximum(mask.sum(axis=1), 1)[:, None]


@MEAN_POOL.misconception(
    "MP16",
    "lengths without a second axis",
    "NumPy lines shapes up at their ENDS, so it sets your B lengths beside the n_x numbers of a "
    "vector. Give the lengths the shape (B, 1).",
)
def lengths_in_a_row(x, mask):
    return _sums(x, mask) / mask.sum(axis=0)


@MEAN_POOL.misconception(
    "MP17",
    "mask without a third axis",
    "NumPy lines shapes up at their ENDS, so it sets the B of your mask beside the n_x of x. Give "
    "the mask the shape (T, B, 1).",
)
def mask_without_third_axis(x, mask):
    return (x * mask).sum(axis=0) / _counts(mask)


# ------------------------------------------------------------------------------- f1_score


def _decisions(shape: tuple, n_classes: int, *positive: int) -> Draw:
    """Draw right and predicted classes, of which two thirds agree."""

    def draw(rng: np.random.Generator) -> tuple:
        targets = rng.integers(n_classes, size=shape)
        predictions = np.where(
            rng.random(shape) < 0.5, targets, rng.integers(n_classes, size=shape)
        )
        targets.flat[:4] = predictions.flat[[0, 2]] = positive[0] if positive else 1
        targets.flat[4:7] = predictions.flat[[1, 6]] = 0  # never as many misses as false alarms
        predictions.flat[[3, 4, 5]] = 0
        return targets, predictions, *positive

    return draw


def _constant(target: int, prediction: int) -> Draw:
    return lambda rng: (np.full(9, target), np.full(9, prediction))


F1_SCORE = Exercise(
    name="f1_score",
    chapter=CHAPTER,
    points=2,
    reference=f1_score,
    outputs=("f1",),
    cases=(
        Case("two classes", _decisions((40,), 2)),
        Case("five classes, positive = 3", _decisions((60,), 5, 3)),
        Case("positive = 0", lambda rng: (*_decisions((40,), 2)(rng), 0)),
        Case("tags of a batch, shape (8, 5)", _decisions((8, 5), 3, 2)),
        Case("booleans", lambda rng: tuple(a == 1 for a in _decisions((30,), 2)(rng))),
        Case("nothing found", _constant(1, 0)),
        Case("nothing there", _constant(0, 1)),
        Case("nothing there, nothing found", _constant(0, 0)),
        Case("all right", _constant(1, 1)),
    ),
)


def _ratio(part, whole):
    return float(part / whole) if whole else 0.0


def _cells(targets, predictions, positive):
    """Count true positives, false positives, false negatives and true negatives."""
    y, y_hat = targets == positive, predictions == positive
    return (y & y_hat).sum(), (~y & y_hat).sum(), (y & ~y_hat).sum(), (~y & ~y_hat).sum()


@F1_SCORE.misconception(
    "FS1",
    "accuracy",
    "You return the share of right answers. With one positive in a hundred, 'never' has 99% of it:"
    " true negatives have no place in F1.",
)
def accuracy(targets, predictions, positive=1):
    return float((targets == predictions).mean())


@F1_SCORE.misconception(
    "FS2",
    "precision only",
    "You return the precision: how much of what was FOUND is right. What was missed does not count "
    "in it.",
)
def precision_only(targets, predictions, positive=1):
    tp, fp, _, _ = _cells(targets, predictions, positive)
    return _ratio(tp, tp + fp)


@F1_SCORE.misconception(
    "FS3",
    "recall only",
    "You return the recall: how much of what is THERE was found. Whoever calls everything positive "
    "has all of it.",
)
def recall_only(targets, predictions, positive=1):
    tp, _, fn, _ = _cells(targets, predictions, positive)
    return _ratio(tp, tp + fn)


@F1_SCORE.misconception(
    "FS4",
    "arithmetic mean",
    "You take (P + R) / 2. The HARMONIC mean is near the smaller of the two: with P = 1 and R = 0 "
    "yours is a half, and it should be 0.",
)
def arithmetic_mean(targets, predictions, positive=1):
    tp, fp, fn, _ = _cells(targets, predictions, positive)
    return (_ratio(tp, tp + fp) + _ratio(tp, tp + fn)) / 2


@F1_SCORE.misconception(
    "FS5",
    "true positives counted once",
    "You compute TP / (TP + FP + FN), which is the Jaccard index. In F1 the true positives count "
    "twice, above and below.",
)
def jaccard(targets, predictions, positive=1):
    tp, fp, fn, _ = _cells(targets, predictions, positive)
    return _ratio(tp, tp + fp + fn)


@F1_SCORE.misconception(
    "FS6",
    "positive not used",
    "Your positive class is always 1: use the argument.",
)
def positive_not_used(targets, predictions, positive=1):
    return f1_score(targets, predictions)


@F1_SCORE.misconception(
    "FS7",
    "mean over the classes",
    "You average the F1 of all classes (macro F1). Here it is the F1 of one class, positive.",
)
def macro(targets, predictions, positive=1):
    classes = np.unique(np.concatenate([targets.ravel(), predictions.ravel()]))
    return float(np.mean([f1_score(targets, predictions, c) for c in classes]))


@F1_SCORE.misconception(
    "FS8",
    "division by zero",
    "Where nothing was found, precision is 0 / 0, and you divide all the same. Such a ratio counts"
    " as 0; or use the second form of the equation, and ask whether its denominator is 0.",
)
def divided_by_zero(targets, predictions, positive=1):
    tp, fp, fn, _ = (int(n) for n in _cells(targets, predictions, positive))
    p, r = tp / (tp + fp), tp / (tp + fn)
    return 2 * p * r / (p + r)


@F1_SCORE.misconception(
    "FS9",
    "not a number",
    "Your result is nan where nothing was found: NumPy divides 0 by 0 with a warning only. Such a "
    "ratio counts as 0.",
)
def not_a_number(targets, predictions, positive=1):
    tp, fp, fn, _ = _cells(targets, predictions, positive)
    with np.errstate(all="ignore"):
        p, r = tp / (tp + fp), tp / (tp + fn)
        return 2 * p * r / (p + r)


@F1_SCORE.misconception(
    "FS10",
    "geometric mean",
    "You take the root of P times R, the geometric mean. Look at the equation again.",
)
def geometric_mean(targets, predictions, positive=1):
    tp, fp, fn, _ = _cells(targets, predictions, positive)
    return float(np.sqrt(_ratio(tp, tp + fp) * _ratio(tp, tp + fn)))


@F1_SCORE.misconception(
    "FS11",
    "factor 2 forgotten",
    "Your values are half of what they should be: perfect answers have F1 = 1. Where is the 2?",
)
def factor_forgotten(targets, predictions, positive=1):
    return f1_score(targets, predictions, positive) / 2


@F1_SCORE.misconception(
    "FS12",
    "everything but 0 is positive",
    "You take every class but 0 for positive. Only the class `positive` counts as found.",
)
def all_but_zero(targets, predictions, positive=1):
    return f1_score((targets != 0).astype(int), (predictions != 0).astype(int))


@F1_SCORE.misconception(
    "FS13",
    "mean over the columns",
    "You compute an F1 for each column and average. Count over the whole array first: a column "
    "without positives would pull the mean down.",
)
def mean_over_columns(targets, predictions, positive=1):
    if targets.ndim == 1:
        return f1_score(targets, predictions, positive)
    columns = zip(targets.T, predictions.T, strict=True)
    return float(np.mean([f1_score(y, y_hat, positive) for y, y_hat in columns]))


@F1_SCORE.misconception(
    "FS14",
    "wrong classes counted as found",
    "You count every right answer as a true positive, those of other classes too. A true positive "
    "is `positive` in both arrays.",
)
def right_answers_counted(targets, predictions, positive=1):
    _, fp, fn, _ = _cells(targets, predictions, positive)
    right = (targets == predictions).sum()
    return _ratio(2 * right, 2 * right + fp + fn)


@F1_SCORE.misconception(
    "FS15",
    "in percent",
    "Your values are a hundred times too large: F1 is a share between 0 and 1.",
)
def in_percent(targets, predictions, positive=1):
    return 100 * f1_score(targets, predictions, positive)


@F1_SCORE.misconception(
    "FS16",
    "nothing there counts as perfect",
    "Where there is nothing to find you return 1. In this course a ratio whose denominator is 0 "
    "counts as 0.",
)
def nothing_is_perfect(targets, predictions, positive=1):
    tp, fp, fn, _ = _cells(targets, predictions, positive)
    return _ratio(2 * tp, 2 * tp + fp + fn) if tp + fp + fn else 1.0


@F1_SCORE.misconception(
    "FS17",
    "nothing there, nothing found",
    "Your result is nan where nothing is there and nothing was found: 2 TP + FP + FN is 0 then. Ask"
    " for that first, and return 0.",
)
def no_denominator(targets, predictions, positive=1):
    tp, fp, fn, _ = _cells(targets, predictions, positive)
    with np.errstate(all="ignore"):
        return 2 * tp / (2 * tp + fp + fn)


@F1_SCORE.misconception(
    "FS18",
    "bits of integers",
    "& and ~ on integers work bit by bit: 3 & 1 is 1. Compare with `positive` first, so that both "
    "arrays are booleans.",
)
def bit_by_bit(targets, predictions, positive=1):
    tp, fp = np.sum(targets & predictions), np.sum(~targets & predictions)
    return _ratio(2 * tp, 2 * tp + fp + np.sum(targets & ~predictions))


EXERCISES = (TOKENIZE, REMOVE_STOP_WORDS, VECTORIZE, MEAN_POOL, F1_SCORE)
