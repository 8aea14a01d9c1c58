"""The tools that judge gradients: they agree with each other, and find and name what is wrong."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from judges import few, seeds, shapes, sizes

from course_rnn.gradients import (
    check_gradients,
    complex_step_gradient,
    gradient_norms,
    jacobian_products,
    numerical_gradient,
    state_jacobian,
)
from course_rnn.losses import masked_cross_entropy
from course_rnn.models import init_rnn_model, many_to_many_backward, many_to_many_forward
from course_rnn.rnn import (
    RELU,
    TANH,
    init_rnn,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)


@given(shape=st.lists(sizes, max_size=3), seed=seeds)
@few
def test_numerical_gradients_equal_the_known_one(shape, seed):
    w = np.random.default_rng(seed).normal(size=shape)
    kept = w.copy()
    central = numerical_gradient(lambda w: np.sin(w).sum(), w)
    exact = complex_step_gradient(lambda w: np.sin(w).sum(), w)
    np.testing.assert_allclose(central, np.cos(w), atol=1e-9)
    np.testing.assert_allclose(exact, np.cos(w), rtol=1e-14)
    np.testing.assert_array_equal(w, kept)


def test_numerical_gradient_of_float32_is_as_good():
    w = np.array([0.5, 0.25], dtype=np.float32)
    np.testing.assert_allclose(numerical_gradient(lambda w: np.sin(w).sum(), w), np.cos(w), 1e-7)


def test_complex_step_says_where_it_cannot_be_used():
    with pytest.raises(ValueError, match=r"without an imaginary part: .* use numerical_gradient"):
        complex_step_gradient(lambda w: np.abs(w).sum(), np.ones(3))
    with pytest.raises(ValueError, match=r"w of shape \(2,\) has NaN at \(1,\)"):
        complex_step_gradient(np.sum, np.array([0, np.nan]))
    with pytest.raises(ValueError, match=r"w has shape .* expected no axis of size 0"):
        numerical_gradient(np.sum, np.zeros((0, 3)))


def draw_layer(T=6, B=3, n_x=4, n_a=5, seed=0, activation=TANH):
    rng = np.random.default_rng(seed)
    x, a0, da = (rng.normal(size=shape) for shape in [(T, B, n_x), (B, n_a), (T, B, n_a)])
    at = {"x": x, "a0": a0, "params": init_rnn(n_x, n_a, rng)._replace(ba=rng.normal(size=n_a))}
    _, caches = rnn_forward(*at.values(), activation)
    grads = dict(zip(at, rnn_backward(da, caches), strict=True))

    def loss(x, a0, params):
        return (rnn_forward(x, a0, params, activation)[0] * da).sum()

    return loss, at, grads


@pytest.mark.parametrize("complex_step", [True, False])
@shapes
@few
def test_right_gradients_pass(T, B, n_x, n_a, seed, complex_step):
    loss, at, grads = draw_layer(T, B, n_x, n_a, seed)
    said = check_gradients(loss, at, grads, complex_step)
    assert said.startswith(f"{T * B * n_x + B * n_a + n_a * (n_x + n_a + 1)} numbers agree")


@pytest.mark.parametrize("complex_step", [True, False])
def test_the_worst_entry_is_named_with_its_parameter(complex_step):
    loss, at, grads = draw_layer()
    grads["params"].Waa[1, 3] *= 1.0001
    grads["params"].Waa[2, 2] *= 1.01
    value = grads["params"].Waa[2, 2]
    with pytest.raises(AssertionError, match=r"gradient of params\.Waa\[2, 2\] is wrong") as error:
        check_gradients(loss, at, grads, complex_step)
    assert f"it is {value:.6g}, and the c" in str(error.value)
    assert str(error.value).endswith(f" {value / 1.01:.6g}")


def test_the_worst_entry_of_a_sequence_is_named_with_its_time_step():
    loss, at, grads = draw_layer()
    grads["x"][4, 2, 1] += 0.5
    with pytest.raises(AssertionError, match=r"gradient of x\[4, 2, 1\] \(time step 4\) is wrong"):
        check_gradients(loss, at, grads)


def test_a_weight_with_three_axes_has_no_time_step():
    w = np.ones((2, 3, 4))
    with pytest.raises(AssertionError, match=r"gradient of params\.0\[0, 0, 0\] is wrong"):
        check_gradients(lambda params: params[0].sum(), {"params": (w,)}, {"params": (2 * w,)})


def test_arguments_that_are_one_array_are_told_apart():
    w = np.array([1.0, 2.0])
    at, grads = {"u": w, "v": w}, {"u": 3 * w**2, "v": np.ones(2)}
    assert check_gradients(lambda u, v: (u**3 + v).sum(), at, grads).startswith("4 numbers agree")


def test_inner_parameters_and_arguments_without_a_gradient():
    rng = np.random.default_rng(0)
    model, x = init_rnn_model(4, 5, 7, rng), rng.normal(size=(6, 3, 4))
    targets, mask = rng.integers(7, size=(6, 3)), np.arange(6)[:, None] < np.array([6, 4, 2])

    def loss(x, model, targets, mask):
        return masked_cross_entropy(many_to_many_forward(x, model)[0], targets, mask)[0]

    logits, cache = many_to_many_forward(x, model)
    grads = many_to_many_backward(masked_cross_entropy(logits, targets, mask)[1], cache)
    at = {"x": x, "model": model, "targets": targets, "mask": mask}
    assert "numbers agree" in check_gradients(loss, at, {"model": grads})
    grads.readout.by[3] = 0
    with pytest.raises(
        AssertionError, match=r"gradient of model\.readout\.by\[3\] is wrong: it is 0"
    ):
        check_gradients(loss, at, {"model": grads})


def test_a_gradient_forgotten_at_one_step_is_found():
    loss, at, grads = draw_layer(seed=1)
    _, at, _ = draw_layer(seed=1)
    x, a0, params = at.values()
    truncated = rnn_backward(np.zeros((6, 3, 5)), rnn_forward(x, a0, params)[1])
    with pytest.raises(AssertionError, match="is wrong: it is 0, and the central difference"):
        check_gradients(loss, at, {**grads, "a0": truncated[1]})


W = np.ones(3)


@pytest.mark.parametrize(
    ("at", "grads", "message"),
    [
        ({"w": W}, {"w": np.ones(4)}, r"gradient of w has shape \(4,\), expected \(3,\)"),
        ({"w": W}, {"w": np.ones(3, dtype=np.float32)}, "float32: check gradients in float64"),
        ({"w": W}, {"w": W * np.nan}, r"gradient of w of shape \(3,\) has NaN at \(0,\)"),
        ({"w": W}, {"v": W}, r"grads has \['v'\], expected some of \['w'\]"),
        ({"w": W}, {}, r"grads has \[\], expected some of \['w'\]"),
    ],
)
def test_what_cannot_be_compared_is_said(at, grads, message):
    with pytest.raises(ValueError, match=message):
        check_gradients(lambda w: w.sum(), at, grads)


@pytest.mark.parametrize("activation", [TANH, RELU], ids=["tanh", "relu"])
@shapes
@few
def test_state_jacobian_equals_torch(T, B, n_x, n_a, seed, activation):
    _, at, _ = draw_layer(T, B, n_x, n_a, seed)
    a_prev, params = at["a0"], at["params"]
    a_t, _ = rnn_cell_forward(at["x"][0], a_prev, params, activation)
    Wax, Waa, ba, x_t = (torch.from_numpy(w) for w in (*params, at["x"][0]))
    g1 = torch.tanh if activation is TANH else torch.relu
    for b in range(B):

        def cell(a, b=b):
            return g1(Wax @ x_t[b] + Waa @ a + ba)

        theirs = torch.autograd.functional.jacobian(cell, torch.from_numpy(a_prev[b]))
        ours = state_jacobian(a_t, params, activation)[b]
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-14)


@pytest.mark.parametrize("activation", [TANH, RELU], ids=["tanh", "relu"])
@shapes
@few
def test_products_of_jacobians_carry_the_gradient_back(T, B, n_x, n_a, seed, activation):
    _, at, _ = draw_layer(T, B, n_x, n_a, seed)
    x, a_t, params = at.values()
    states, caches = [], []
    for x_t in x:
        a_t, cache = rnn_cell_forward(x_t, a_t, params, activation)
        states.append(a_t)
        caches.append(cache)
    products = jacobian_products(np.stack(states), params, activation)
    da = np.random.default_rng(seed).normal(size=(B, n_a))
    norms = gradient_norms([da], caches, rnn_cell_backward)
    carried = np.einsum("bi,kbij->kbj", da, products)
    np.testing.assert_allclose(norms, np.linalg.norm(carried, axis=-1).mean(axis=-1), rtol=1e-12)

    last = np.zeros((T, B, n_a))
    last[-1] = da
    da0 = rnn_backward(last, rnn_forward(*at.values(), activation)[1])[1]
    np.testing.assert_allclose(carried[-1], da0, atol=1e-12)


def test_gradients_of_states_of_two_parts_have_one_norm():
    def backward(da, dc, cache):
        return None, cache * da, dc, None

    da, dc = np.array([[3.0], [0.0]]), np.array([[4.0], [2.0]])
    norms = gradient_norms([da, dc], [2.0, 0.0], backward)
    np.testing.assert_allclose(norms, [(5 + 2) / 2, (4 + 2) / 2, (4 + 2) / 2])


def test_gradient_norms_and_jacobians_say_what_does_not_fit():
    params = init_rnn(4, 5, np.random.default_rng(0))
    with pytest.raises(ValueError, match="caches is empty, expected the cell's cache"):
        gradient_norms([np.ones((3, 5))], [], rnn_cell_backward)
    with pytest.raises(ValueError, match=r"dstate\[1\] has shape \(2, 5\), expected .* = \(3, 5\)"):
        gradient_norms([np.ones((3, 5)), np.ones((2, 5))], [0], rnn_cell_backward)
    with pytest.raises(ValueError, match=r"Waa has shape \(5, 5\), expected .* = \(4, 4\)"):
        state_jacobian(np.zeros((3, 4)), params)
    with pytest.raises(ValueError, match=r"a has shape \(3, 5\), expected the axes \(T, B, n_a\)"):
        jacobian_products(np.zeros((3, 5)), params)
