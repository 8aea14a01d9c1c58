"""A backward pass is judged with the student's own forward pass: its cache, and its derivative."""

import re

import numpy as np
import pytest

from course_rnn.check import EXERCISES, CheckFailed, check

CELL = """
def gru_cell_forward(x_t, c_prev, params):
    u, r = (sig(c_prev @ W[:, :k].T + x_t @ W[:, k:].T + b) for k in [c_prev.shape[1]]
            for W, b in [(params.Wu, params.bu), (params.Wr, params.br)])
    k = c_prev.shape[1]
    c_tilde = np.tanh((r * c_prev) @ params.Wc[:, :k].T + x_t @ params.Wc[:, k:].T + params.bc)
    return KEPT * c_prev + WRITTEN * c_tilde, dict(x=x_t, c=c_prev, u=u, r=r, t=c_tilde, p=params)

def gru_cell_backward(dc_t, cache):
    x_t, c_prev, u, r, c_tilde, p = cache.values()
    k = c_prev.shape[1]
    du, dt = dc_t * (c_tilde - c_prev) * SIGN, dc_t * WRITTEN
    dzu, dzc = du * u * (1 - u), dt * (1 - c_tilde**2)
    drc = dzc @ p.Wc[:, :k]
    dzr = drc * c_prev * r * (1 - r)
    h, h_r = np.hstack([c_prev, x_t]), np.hstack([r * c_prev, x_t])
    dh = dzu @ p.Wu + dzr @ p.Wr
    dc_prev = dc_t * KEPT + drc * r + dh[:, :k]
    return dh[:, k:] + dzc @ p.Wc[:, k:], dc_prev, (
        dzu.T @ h, dzr.T @ h, dzc.T @ h_r, dzu.sum(0), dzr.sum(0), dzc.sum(0))
"""


def pair(kept="(1 - u)", written="u", sign="1"):
    """Return a student's forward and backward; the cache is a dict, as in nobody's reference."""
    source = CELL.replace("KEPT", kept).replace("WRITTEN", written).replace("SIGN", sign)
    namespace = {"np": np, "sig": lambda z: 1 / (1 + np.exp(-z))}
    exec(source, namespace)
    return namespace


def says(function, *expected):
    with pytest.raises(CheckFailed) as failure:
        check(function)
    text = re.sub(r"\s+", " ", str(failure.value))
    for words in expected:
        assert words in text
    return failure.value


def test_a_backward_pass_reads_the_cache_of_the_forward_pass_beside_it():
    own = pair()
    check(own["gru_cell_forward"])
    check(own["gru_cell_backward"])


def test_the_right_derivative_of_a_wrong_forward_pass_is_right():
    other_convention = pair(kept="u", written="(1 - u)", sign="-1")
    assert says(other_convention["gru_cell_forward"]).misconception_id == "GF1"
    check(other_convention["gru_cell_backward"])


def test_the_wrong_derivative_of_a_wrong_forward_pass_is_wrong():
    own = pair(kept="u", written="(1 - u)", sign="1")
    says(own["gru_cell_backward"], "entries of dx_t differ")


def test_a_wrong_derivative_is_named_with_a_cache_of_its_own():
    assert says(pair(sign="-1")["gru_cell_backward"]).misconception_id == "GB5"


def test_the_message_shows_what_went_into_the_forward_pass_and_the_gradient():
    says(pair(sign="0")["gru_cell_backward"], "x_t (3, 4), c_prev (3, 5)", "dc_t (3, 5)")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise NotImplementedError()", "gru_cell_forward, whose cache it reads, is not written"),
        ("return x_t @ params.Wu", "gru_cell_forward, whose cache it reads, raised ValueError"),
        ("return None", "gru_cell_forward, whose cache it reads, raised TypeError"),
    ],
)
def test_without_a_forward_pass_there_is_nothing_to_read(body, words):
    namespace = {}
    exec(
        f"def gru_cell_forward(x_t, c_prev, params): {body}\n"
        "def gru_cell_backward(dc_t, cache): return cache",
        namespace,
    )
    says(namespace["gru_cell_backward"], words)


def test_cases_of_a_backward_pass_draw_the_forward_pass_s_arguments_and_the_gradient():
    exercise = EXERCISES["gru_cell_backward"]
    x_t, c_prev, params, dc_t = exercise.cases[0].draw(np.random.default_rng(0))
    assert dc_t.shape == c_prev.shape
    assert exercise.forward(x_t, c_prev, params)[0].shape == dc_t.shape


LSTM = """
def lstm_forward(x, a0, c0, params):
    a, c, caches, a_t, c_t = [], [], [], a0, START
    for x_t in x:
        a_t, c_t, cache = lstm_cell_forward(x_t, a_t, c_t, params)
        a.append(a_t)
        c.append(c_t)
        caches.append(cache)
    return np.stack(a), np.stack(c), caches

def lstm_backward(da, caches):
    da_prev, dc_prev, dx, total = 0 * da[0], 0 * da[0], [], 0
    for da_t, cache in zip(da[::-1], caches[::-1]):
        dx_t, da_prev, dc_prev, grads = lstm_cell_backward(da_t + da_prev, CARRIED, cache)
        dx.append(dx_t)
        total = grads if total == 0 else [g + h for g, h in zip(total, grads)]
    return np.stack(dx[::-1]), da_prev, dc_prev, total
"""


def loops(start="c0", carried="dc_prev"):
    """Return a student's loops, without the cells they call: the references stand in."""
    namespace = {"np": np}
    exec(LSTM.replace("START", start).replace("CARRIED", carried), namespace)
    return namespace


def test_a_mistake_in_the_loop_forward_does_not_count_again_on_the_way_back():
    own = loops(start="0 * c0")
    assert says(own["lstm_forward"]).misconception_id == "LQ1"
    check(own["lstm_backward"])


def test_a_mistake_on_the_way_back_counts_beside_a_wrong_loop_as_beside_a_right_one():
    for start in ("c0", "0 * c0"):
        says(loops(start, carried="0 * dc_prev")["lstm_backward"], "entries of dx differ")


ATTENTION = """
def additive_attention(query, keys, values, mask, params):
    h = np.tanh(query @ params.Wq.T + keys @ params.Wk.T)
    scores = np.where(mask, SCALE * (h @ params.we), -np.inf)
    weights = np.exp(scores - scores.max(axis=0))
    weights /= weights.sum(axis=0)
    return np.einsum("tb,tbv->bv", weights, values), weights, dict(
        q=query, k=keys, v=values, h=h, weights=weights, params=params)

def additive_attention_backward(dcontext, cache):
    q, k, v, h, weights, params = cache.values()
    dweights = (v * dcontext).sum(axis=-1)
    dscores = SCALE * weights * (dweights - (weights * dweights).sum(axis=0))
    dz = dscores[..., None] * params.we * (1 - h**2)
    return dz.sum(axis=0) @ params.Wq, dz @ params.Wk, weights[..., None] * dcontext, (
        np.einsum("tbe,bq->eq", dz, q), np.einsum("tbe,tbk->ek", dz, k),
        np.einsum("tb,tbe->e", dscores, h))
"""


def test_the_right_derivative_of_a_wrong_forward_pass_with_a_mask_is_right():
    own = {"np": np}
    exec(ATTENTION.replace("SCALE", "0.5"), own)
    says(own["additive_attention"], "entries of context differ")
    check(own["additive_attention_backward"])


def test_the_derivative_of_the_right_attention_is_wrong_beside_another_one():
    own = {"np": np}
    exec(ATTENTION.replace("SCALE", "0.5", 1).replace("SCALE", "1"), own)
    says(own["additive_attention_backward"], "entries of dquery differ")


def test_an_input_that_a_forward_pass_with_a_mask_does_not_use_is_named():
    own = {"np": np}
    exec(ATTENTION.replace("SCALE", "1").replace("query @ params.Wq.T + ", ""), own)
    says(own["additive_attention_backward"], "does not use query, params.Wq: mend that first")
