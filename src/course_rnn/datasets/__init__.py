"""Small data sets for the chapters: generated, written for this course, or found on the machine.

directions      spoken directions: which way is the last turn? (word order)
names           sentences with the names of people marked (name tagging)
python_library  the words of Python's standard library (a large vocabulary without a download) and
                the text of its language reference (the default corpus of the char-RNN)
"""

from course_rnn.datasets.directions import spoken_directions
from course_rnn.datasets.names import (
    TaggedSentence,
    name_sentences,
    name_test_sentences,
)
from course_rnn.datasets.python_library import python_library_words, python_reference_text

__all__ = [
    "TaggedSentence",
    "name_sentences",
    "name_test_sentences",
    "python_library_words",
    "python_reference_text",
    "spoken_directions",
]
