"""Small data sets for the chapters, generated or written for this course.

directions  spoken directions: which way is the last turn? (word order)
names       sentences with the names of people marked (name tagging)
"""

from course_rnn.datasets.directions import spoken_directions
from course_rnn.datasets.names import TaggedSentence, name_sentences, name_test_sentences

__all__ = ["TaggedSentence", "name_sentences", "name_test_sentences", "spoken_directions"]
