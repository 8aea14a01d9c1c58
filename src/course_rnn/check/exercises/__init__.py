"""The exercises, one file a chapter, found by the name of their function."""

from course_rnn.check.exercise import Exercise
from course_rnn.check.exercises import (
    ch01_one_hot,
    ch02_rnn_forward,
    ch03_bptt,
    ch04_topologies,
    ch05_language_models,
    ch06_vanishing_gradients,
    ch07_gru,
    ch08_lstm,
    ch09_bidirectional_deep,
    ch10_forecasting,
    ch11_sentiment,
    ch12_attention,
)

CHAPTERS = (
    ch01_one_hot,
    ch02_rnn_forward,
    ch03_bptt,
    ch04_topologies,
    ch05_language_models,
    ch06_vanishing_gradients,
    ch07_gru,
    ch08_lstm,
    ch09_bidirectional_deep,
    ch10_forecasting,
    ch11_sentiment,
    ch12_attention,
)

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for chapter in CHAPTERS for exercise in chapter.EXERCISES
}
