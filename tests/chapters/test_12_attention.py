"""Chapter 12's claims hold for other seeds: what looking back adds, what teacher forcing hides."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from course_rnn import (
    RESET_AFTER_GRU,
    AttentionDecoderParams,
    EncoderDecoderParams,
    attention_decode,
    attention_decode_backward,
    build_vocabulary,
    causal_mask,
    decoder_step,
    dot_product_attention,
    encode,
    encode_then_decode,
    encode_then_decode_backward,
    greedy_decode,
    init_attention,
    init_readout,
    init_reset_after_gru,
    last_state,
    last_state_backward,
    linear_decay,
    masked_cross_entropy,
    one_hot,
    pad_batch,
    readout_forward,
    reset_after_gru_cell_backward,
    reset_after_gru_cell_forward,
    softmax,
    teacher_inputs,
    to_torch,
    train,
)
from course_rnn.recurrence import Layer

SEEDS = [6, 7, 8, 9, 10]
LAYER, CELL = RESET_AFTER_GRU, Layer(reset_after_gru_cell_forward, reset_after_gru_cell_backward)
EOS, V = 2, 13
LENGTHS, N_DIGITS = range(1, 15), 10  # in training, in the tests


def numbers(n_digits, n_numbers, rng):
    """Return numbers, a mask, the decoder's inputs, and the numbers backwards, EOS last."""
    x = rng.integers(3, V, size=(n_digits, n_numbers))
    y = np.concatenate([x[::-1], np.full((1, n_numbers), EOS)])
    mask = np.ones(x.shape, dtype=bool)
    return one_hot(x, V), mask, one_hot(teacher_inputs(y, EOS), V), y


def forward(model, batch):
    x, mask, y_in, _ = batch
    if isinstance(model, EncoderDecoderParams):
        return encode_then_decode(x, mask, y_in, model, LAYER, LAYER)
    h, caches = LAYER.forward(x, None, model[0])
    first = (last_state(h, mask),)
    logits, _, decoder_caches = attention_decode(y_in, first, h, mask, model[1], CELL)
    return logits, (mask, caches, decoder_caches)


def backward(model, dlogits, cache):
    if isinstance(model, EncoderDecoderParams):
        dx, _, grads = encode_then_decode_backward(dlogits, cache)
        return dx, grads
    mask, caches, decoder_caches = cache
    _, (dfirst,), dh, decoder_grads = attention_decode_backward(dlogits, decoder_caches)
    dx, *_, grads = LAYER.backward(dh + last_state_backward(dfirst, mask), caches)
    return dx, (grads, decoder_grads)


def loss_and_grads(model, batch):
    logits, cache = forward(model, batch)
    there = np.ones(batch[3].shape, dtype=bool)
    loss, dlogits = masked_cross_entropy(logits, batch[3], there)
    return loss, backward(model, dlogits, cache)[1]


@cache
def trained(kind, seed, n_steps=600):
    rng = np.random.default_rng(seed)
    if kind == "one vector":
        encoder, cell = init_reset_after_gru(V, 60, rng), init_reset_after_gru(V, 60, rng)
        model = EncoderDecoderParams(encoder, cell, init_readout(60, V, rng))
    else:
        encoder, cell = init_reset_after_gru(V, 48, rng), init_reset_after_gru(V + 48, 48, rng)
        attention, readout = init_attention(48, 48, 16, rng), init_readout(48, V, rng)
        model = encoder, AttentionDecoderParams(cell, attention, readout)
    batches = [numbers(rng.choice(LENGTHS), 32, rng) for _ in range(n_steps)]
    train(loss_and_grads, model, batches, linear_decay(1e-2, n_steps), max_norm=1)
    return model


def decoder_for(model, x, mask):
    h, _ = LAYER.forward(x, None, model[0])
    if isinstance(model, EncoderDecoderParams):

        def step(tokens, a):
            a, _ = reset_after_gru_cell_forward(one_hot(tokens, V), a, model.decoder)
            return readout_forward(a, model.readout)[0], a

        return step, last_state(h, mask)

    def look_and_step(tokens, state):
        return decoder_step(one_hot(tokens, V), state, h, mask, model[1], CELL)[:2]

    return look_and_step, (last_state(h, mask),)


def written_right(model, batch):
    x, mask, _, y = batch
    step, state = decoder_for(model, x, mask)
    written, _ = greedy_decode(step, np.full(x.shape[1], EOS), state, EOS, len(y))
    return np.pad(written, ((0, len(y) - len(written)), (0, 0))) == y


@pytest.mark.parametrize("seed", SEEDS)
def test_one_vector_fails_as_numbers_grow_and_attention_does_not(seed):
    right = {}
    for n_digits in (3, N_DIGITS):
        batch = numbers(n_digits, 200, np.random.default_rng(n_digits))
        for kind in ("one vector", "attention"):
            hits = written_right(trained(kind, seed), batch)
            right[kind, n_digits] = hits.all(axis=0).mean()
    assert right["one vector", 3] > 0.8
    assert right["one vector", N_DIGITS] < 0.2
    assert right["attention", 3] > 0.9
    assert right["attention", N_DIGITS] > right["one vector", N_DIGITS] + 0.4


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_longer_training_moves_the_cliff_and_only_attention_removes_it_within_the_training(seed):
    longer, attentive = (trained(kind, seed, 1200) for kind in ("one vector", "attention"))
    ten, fourteen, twenty = (
        numbers(n, 200, np.random.default_rng(n)) for n in (N_DIGITS, LENGTHS[-1], 20)
    )
    right = written_right(longer, ten).all(axis=0).mean()
    assert right > written_right(trained("one vector", seed), ten).all(axis=0).mean() + 0.2
    assert written_right(longer, fourteen).all(axis=0).mean() < 0.2
    assert written_right(attentive, fourteen).all(axis=0).mean() > 0.9
    assert written_right(attentive, twenty).all(axis=0).mean() < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_teacher_forcing_flatters(seed):
    batch = numbers(N_DIGITS, 200, np.random.default_rng(1))
    model = trained("one vector", seed)
    forced = forward(model, batch)[0].argmax(axis=-1) == batch[3]
    assert forced.mean() > written_right(model, batch).mean() + 0.05


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_with_attention_a_digit_has_a_larger_share_in_its_own_gradient(seed):
    batch = numbers(N_DIGITS, 50, np.random.default_rng(7))
    own = {}
    for kind in ("one vector", "attention"):
        model, (*_, y) = trained(kind, seed, 1200), batch
        logits, cache_ = forward(model, batch)
        shares = []
        for t in range(N_DIGITS):
            dlogits = np.zeros_like(logits)
            dlogits[t, np.arange(y.shape[1]), y[t]] = 1
            lengths = np.linalg.norm(backward(model, dlogits, cache_)[0], axis=-1).mean(axis=1)
            shares.append(lengths[N_DIGITS - 1 - t] / lengths.sum())
        own[kind] = np.array(shares)
    assert (own["attention"] > own["one vector"]).all()
    assert own["attention"].mean() > 1.5 * own["one vector"].mean()


def beam_decode(step, state, width, n_steps):
    going, ended = [(0.0, [EOS], state)], []
    while going and len(going[0][1]) <= n_steps:
        longer = []
        for score, tokens, state in going:
            logits, new_state = step(np.array(tokens[-1:]), state)
            log_p = np.log(softmax(logits[0]))
            for token in np.argsort(-log_p)[:width]:
                longer.append((score + log_p[token], [*tokens, int(token)], new_state))
        best = sorted(longer, key=lambda beginning: -beginning[0])[:width]
        ended += [beginning for beginning in best if beginning[1][-1] == EOS]
        going = [beginning for beginning in best if beginning[1][-1] != EOS]
    score, tokens, _ = max(ended or going, key=lambda b: b[0] / (len(b[1]) - 1))
    return tokens[1:], score / (len(tokens) - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_beam_of_one_is_greedy_and_a_wider_one_finds_likelier_numbers(seed):
    model = trained("attention", seed)
    log_p = {1: [], 4: []}
    for k in range(12):
        x, mask, _, y = numbers(N_DIGITS, 1, np.random.default_rng(k))
        step, state = decoder_for(model, x, mask)
        for width, found in log_p.items():
            tokens, mean_log_p = beam_decode(step, state, width, len(y) + 3)
            found.append(mean_log_p)
            if width == 1:
                greedy, _ = greedy_decode(step, np.array([EOS]), state, EOS, len(y) + 3)
                assert tokens == greedy.ravel().tolist()
    assert np.mean(log_p[4]) >= np.mean(log_p[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_root_keeps_the_best_weight_where_it_is_for_all_lengths(seed):
    rng = np.random.default_rng(seed)
    best = {}
    for n_k in (4, 1024):
        query, keys = rng.normal(size=(500, n_k)), rng.normal(size=(20, 500, n_k))
        products = (keys * query).sum(axis=-1)
        best[n_k] = [softmax((products / by).T).max(axis=-1).mean() for by in (1, n_k, n_k**0.5)]
    assert best[1024][0] > 0.9 > 0.5 > best[4][0]
    assert best[1024][1] < 0.06
    assert best[1024][2] == pytest.approx(best[4][2], abs=0.05)


CHAPTER = Path(__file__).parents[2] / "notebooks" / "12_attention.ipynb"


def short_sentences(n_sentences):
    """Draw pairs of one clause from the chapter's own language."""
    cells = json.loads(CHAPTER.read_text("utf-8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if cell["id"] == "language")
    namespace = {"np": np, "print": lambda *_: None}
    exec(source, namespace)
    rng = np.random.default_rng(13)
    pairs = [namespace["sentence"](1, rng) for _ in range(n_sentences)]
    return pairs, namespace["MASCULINE"] | namespace["FEMININE"]


@pytest.mark.parametrize("seed", SEEDS)
def test_articles_look_at_the_article_and_at_the_noun_that_decides_its_gender(seed):
    pairs, nouns = short_sentences(1000)
    english, french = (build_vocabulary(side) for side in zip(*pairs, strict=True))
    rng = np.random.default_rng(seed)
    n_x, n_y, n_a = len(english), len(french), 40
    encoder, cell = init_reset_after_gru(n_x, n_a, rng), init_reset_after_gru(n_y + n_a, n_a, rng)
    readout = init_readout(n_a, n_y, rng)
    model = encoder, AttentionDecoderParams(cell, init_attention(n_a, n_a, 24, rng), readout)

    def batch_of(some):
        x, mask = pad_batch([encode(pairs[k][0], english) for k in some])
        y, y_mask = pad_batch([encode(pairs[k][1], french) for k in some])
        return (one_hot(x, n_x), mask, one_hot(teacher_inputs(y, EOS), n_y), y), y_mask

    def translation_loss(model, some):
        batch, y_mask = batch_of(some)
        logits, cache_ = forward(model, batch)
        loss, dlogits = masked_cross_entropy(logits, batch[3], y_mask)
        return loss, backward(model, dlogits, cache_)[1]

    batches = [rng.integers(900, size=32) for _ in range(250)]
    train(translation_loss, model, batches, linear_decay(1e-2, 250), max_norm=1)

    # the first words of sentences "article noun ...", which are not in the training set
    bare = [k for k in range(900, 1000) if pairs[k][0][1] in nouns]
    (x, mask, y_in, _), _ = batch_of(bare)
    h, _ = LAYER.forward(x, None, model[0])
    first = (last_state(h, mask),)
    _, weights, _ = attention_decode(y_in, first, h, mask, model[1], CELL)
    article, noun = weights[0, :2].mean(axis=1)
    assert article + noun > 0.6
    assert noun > 0.15


def test_all_steps_at_once_are_the_steps_one_by_one_and_order_does_not_count():
    rng = np.random.default_rng(0)
    T, n = 6, 8
    queries, keys, values = rng.normal(size=(3, T, n))
    scores = queries @ keys.T / n**0.5
    scores[~causal_mask(T).T] = -np.inf
    contexts = softmax(scores) @ values
    order = rng.permutation(T)
    for t in range(T):
        args = queries[t][None], keys[: t + 1, None], values[: t + 1, None]
        context, *_ = dot_product_attention(*args, np.ones((t + 1, 1), dtype=bool))
        np.testing.assert_allclose(context[0], contexts[t])
    args = queries[-1:], keys[order][:, None], values[order][:, None]
    context, *_ = dot_product_attention(*args, np.ones((T, 1), dtype=bool))
    np.testing.assert_allclose(context[0], contexts[-1])


def test_a_trained_network_writes_the_same_in_pytorch():
    model = trained("attention", SEEDS[0])
    x, mask, y_in, y = numbers(5, 4, np.random.default_rng(0))
    encoder, cell = torch.nn.GRU(V, 48).double(), torch.nn.GRUCell(V + 48, 48).double()
    weights = {name: torch.from_numpy(w) for name, w in to_torch([model[0]]).items()}
    encoder.load_state_dict(weights)
    weights = to_torch([model[1].cell]).items()
    weights = {name.removesuffix("_l0"): torch.from_numpy(w) for name, w in weights}
    cell.load_state_dict(weights)
    Wq, Wk, we, Wya, by = map(torch.from_numpy, (*model[1].attention, *model[1].readout))
    with torch.no_grad():
        h, _ = encoder(torch.from_numpy(x))
        a, logits = h[-1], []
        for y_t in torch.from_numpy(y_in):
            alpha = (torch.tanh(a @ Wq.T + h @ Wk.T) @ we).softmax(dim=0)
            a = cell(torch.cat([y_t, (alpha[..., None] * h).sum(dim=0)], dim=1), a)
            logits.append(a @ Wya.T + by)
    ours, _ = forward(model, (x, mask, y_in, y))
    np.testing.assert_allclose(torch.stack(logits).numpy(), ours, atol=1e-10)
