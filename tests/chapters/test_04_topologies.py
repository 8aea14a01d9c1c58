"""Chapter 04's claims hold for other seeds: numerals are read, written and translated."""

from functools import cache

import numpy as np
import pytest

from course_rnn import (
    RNN,
    EncoderDecoderParams,
    build_vocabulary,
    cross_entropy,
    encode,
    encode_then_decode,
    encode_then_decode_backward,
    generate,
    init_readout,
    init_rnn,
    last_state,
    linear_decay,
    masked_cross_entropy,
    one_hot,
    pad_batch,
    readout_forward,
    rnn_cell_forward,
    rnn_forward,
    teacher_inputs,
)
from course_rnn.models import init_rnn_model, many_to_one_backward, many_to_one_forward
from course_rnn.training import random_batches, train

SEEDS = [1, 2, 3, 5, 6]
SYMBOLS = [(900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")]
SYMBOLS += [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]


def roman(number):
    letters = ""
    for value, symbol in SYMBOLS:
        letters += symbol * (number // value)
        number %= value
    return letters


@cache
def numerals():
    """All numerals below 1000 with EOS, (T, 999), and all numbers as digits without."""
    letters, digits = build_vocabulary([list("IVXLCDM")]), build_vocabulary([list("0123456789")])
    written = pad_batch([encode(list(roman(n)), letters) for n in range(1, 1000)])
    read = pad_batch([encode(list(str(n)), digits)[:-1] for n in range(1, 1000)])
    return written, read, len(letters), len(digits)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_digit_is_read_off_each_ones_own_end_and_not_off_the_last_row(seed):
    rng = np.random.default_rng(seed)
    (letters, mask), _, V, _ = numerals()
    letters, mask = np.where(mask, letters, 0), mask.copy()
    ends = mask.sum(axis=0) - 1  # where EOS stands: a pad takes its place
    letters[ends, np.arange(999)], mask[ends, np.arange(999)] = 0, False
    digits = np.arange(1, 1000) % 10
    learn, test = np.split(rng.permutation(999), [800])

    def loss_and_grads(model, chosen):
        b = learn[chosen]
        logits, cache = many_to_one_forward(one_hot(letters[:, b], V), mask[:, b], model)
        loss, dlogits = cross_entropy(logits[None], digits[None, b])
        return loss, many_to_one_backward(dlogits[0], cache)

    model = init_rnn_model(V, 32, 10, rng)
    train(loss_and_grads, model, random_batches(800, 64, 400, rng), rate=1e-2, max_norm=1)
    a, _ = rnn_forward(one_hot(letters[:, test], V), None, model.rnn)

    def accuracy(states):
        logits, _ = readout_forward(states, model.readout)
        return (logits.argmax(axis=-1) == digits[test]).mean()

    assert accuracy(last_state(a, mask[:, test])) > 0.95
    assert accuracy(a[-1]) < 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_unseen_numbers_are_translated(seed):
    rng = np.random.default_rng(seed)
    (targets, target_mask), (sources, mask), V, n_f = numerals()
    inputs = one_hot(teacher_inputs(targets, 2), V)
    learn, test = np.split(rng.permutation(999), [800])

    def loss_and_grads(params, chosen):
        b = learn[chosen]
        x = one_hot(sources[:, b], n_f)
        logits, cache = encode_then_decode(x, mask[:, b], inputs[:, b], params, RNN, RNN)
        loss, dlogits = masked_cross_entropy(logits, targets[:, b], target_mask[:, b])
        return loss, encode_then_decode_backward(dlogits, cache)[2]

    encoder, decoder = init_rnn(n_f, 64, rng), init_rnn(V, 64, rng)
    params = EncoderDecoderParams(encoder, decoder, init_readout(64, V, rng))
    batches = random_batches(800, 64, 500, rng)
    train(loss_and_grads, params, batches, rate=linear_decay(1e-2, 500), max_norm=1)

    def step(tokens, a_prev):
        a_t, _ = rnn_cell_forward(one_hot(tokens, V), a_prev, params.decoder)
        return readout_forward(a_t, params.readout)[0], a_t

    a, _ = rnn_forward(one_hot(sources[:, test], n_f), None, params.encoder)
    first, state = np.full(len(test), 2), last_state(a, mask[:, test])
    written, _ = generate(step, first, state, lambda logits: logits.argmax(axis=-1), 13, 2)
    written = np.pad(written, ((0, 13 - len(written)), (0, 0)))
    # The last bits differ from one processor to another, and with them a few of the numerals.
    assert (written == targets[:, test]).all(axis=0).mean() > 0.8
