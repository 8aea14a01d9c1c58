"""Data sets for the chapters: generated, written for this course, found on the machine, or public.

agreement       was or were? the subject is many words away (generated)
directions      spoken directions: which way is the last turn? word order (generated)
memory_tasks    copy what was said, add what was marked (generated)
names           sentences with the names of people marked: name tagging (written, generated)
sentiment       reviews in which "not good" is bad (generated)
sinusoids       rhythms that now and then stand still: rare events (generated)
shipped         a univariate and a multivariate series, names of places (real, public domain)
python_library  the words of Python's standard library (a large vocabulary without a download) and
                the text of its language reference (the default corpus of the char-RNN)
online          tiny Shakespeare, IMDB reviews, Jena weather (downloaded on first use)
"""

from course_rnn.datasets.agreement import VERBS, agreement_sentences
from course_rnn.datasets.directions import spoken_directions
from course_rnn.datasets.memory_tasks import adding_task, copy_task
from course_rnn.datasets.names import (
    TaggedSentence,
    name_sentences,
    name_test_sentences,
)
from course_rnn.datasets.online import (
    DownloadError,
    imdb_reviews,
    jena_weather,
    tiny_shakespeare,
)
from course_rnn.datasets.python_library import python_library_words, python_reference_text
from course_rnn.datasets.sentiment import sentiment_reviews
from course_rnn.datasets.shipped import (
    Series,
    place_names,
    sea_surface_temperature,
    seattle_weather,
)
from course_rnn.datasets.sinusoids import sinusoids_with_rare_events

__all__ = [
    "VERBS",
    "DownloadError",
    "Series",
    "TaggedSentence",
    "adding_task",
    "agreement_sentences",
    "copy_task",
    "imdb_reviews",
    "jena_weather",
    "name_sentences",
    "name_test_sentences",
    "place_names",
    "python_library_words",
    "python_reference_text",
    "sea_surface_temperature",
    "seattle_weather",
    "sentiment_reviews",
    "sinusoids_with_rare_events",
    "spoken_directions",
    "tiny_shakespeare",
]
