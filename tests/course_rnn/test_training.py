"""What a training loop must do: the steps of PyTorch's optimizers, clipping, progress."""

import functools

import nbclient
import nbformat
import numpy as np
import pytest
import torch
from judges import each

from course_rnn.models import init_rnn_model
from course_rnn.progress import ProgressLine
from course_rnn.training import (
    SGD,
    Adam,
    clip_by_norm,
    clip_by_value,
    leaves,
    linear_decay,
    map_leaves,
    named_leaves,
    random_batches,
    train,
)

OPTIMIZERS = {
    "Adam": (Adam, torch.optim.Adam),
    "SGD": (SGD, torch.optim.SGD),
    "momentum": (
        functools.partial(SGD, momentum=0.9),
        functools.partial(torch.optim.SGD, momentum=0.9),
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_take_the_steps_of_torch(name):
    rng = np.random.default_rng(0)
    model = init_rnn_model(4, 5, 3, rng)
    theirs = [torch.tensor(w.copy(), requires_grad=True) for w in leaves(model)]
    optimizer, their_optimizer = OPTIMIZERS[name]
    ours, judge = optimizer(model, rate=0.02), their_optimizer(theirs, lr=0.02)
    for _ in range(5):
        grads = init_rnn_model(4, 5, 3, rng)
        for w, g in zip(theirs, leaves(grads), strict=True):
            w.grad = torch.from_numpy(g.copy())
        ours.step(grads)
        judge.step()
    for w, t in zip(leaves(model), theirs, strict=True):
        np.testing.assert_allclose(w, t.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_clip_by_norm_shortens_without_turning_and_leaves_short_ones():
    grads = init_rnn_model(4, 5, 3, np.random.default_rng(0))
    clipped, norm = clip_by_norm(grads, 0.5)
    assert type(clipped) is type(grads)
    assert norm == pytest.approx(np.sqrt(sum((g**2).sum() for g in leaves(grads))))
    for g, c in zip(leaves(grads), leaves(clipped), strict=True):
        np.testing.assert_allclose(c, g * 0.5 / norm)
    same, _ = clip_by_norm(grads, 2 * norm)
    for g, c in zip(leaves(grads), leaves(same), strict=True):
        np.testing.assert_array_equal(c, g)


def test_clip_by_value_cuts_every_number_in_new_arrays():
    grads = each(lambda w: 10 * w, init_rnn_model(4, 5, 3, np.random.default_rng(0)))
    kept = each(np.copy, grads)
    clipped = clip_by_value(grads, 0.5)
    assert type(clipped) is type(grads)
    for g, c, k in zip(leaves(grads), leaves(clipped), leaves(kept), strict=True):
        np.testing.assert_array_equal(c, torch.from_numpy(g).clamp(-0.5, 0.5).numpy())
        np.testing.assert_array_equal(g, k)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_and_clipping_keep_the_type(dtype):
    model = each(lambda w: w.astype(dtype), init_rnn_model(4, 5, 3, np.random.default_rng(0)))
    clipped, norm = clip_by_norm(model, 0.5)
    assert norm.dtype == dtype
    for optimizer, _ in OPTIMIZERS.values():
        optimizer(model, rate=0.1).step(clip_by_value(clipped, 0.1))
    assert {w.dtype for tree in (model, clipped) for w in leaves(tree)} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: clip_by_norm(m, 0.0), "max_norm is 0.0, expected a positive number"),
        (lambda m: clip_by_value(m, -1.0), "limit is -1.0, expected a positive number"),
        (
            lambda m: clip_by_norm(with_nan(m), 1.0),
            r"rnn.Waa of shape \(5, 5\) has NaN at \(2, 3\)",
        ),
        (lambda m: clip_by_value(with_nan(m), 1.0), r"rnn.Waa of shape \(5, 5\) has NaN"),
    ],
)
def test_clipping_says_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call(init_rnn_model(4, 5, 3, np.random.default_rng(0)))


def with_nan(model):
    model.rnn.Waa[2, 3] = np.nan
    return model


def test_leaves_have_names_and_trees_keep_their_kind():
    model = init_rnn_model(4, 5, 3, np.random.default_rng(0))
    assert dict(named_leaves(model))["readout.Wya"] is model.readout.Wya
    assert dict(named_leaves((model.rnn, np.zeros(2)))).keys() == {"0.Wax", "0.Waa", "0.ba", "1"}
    twice = map_leaves(np.add, model, model)
    assert type(twice) is type(model)
    np.testing.assert_array_equal(twice.rnn.Waa, 2 * model.rnn.Waa)


def distance(model, target):
    """Return half the squared distance of two models and its gradient."""
    apart = map_leaves(np.subtract, model, target)
    return 0.5 * sum((d**2).sum() for d in leaves(apart)), apart


def two_models():
    return (init_rnn_model(4, 5, 3, np.random.default_rng(seed)) for seed in (0, 1))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_train_lowers_the_loss_and_returns_every_step(name):
    model, target = two_models()
    optimizer = OPTIMIZERS[name][0]
    losses = train(distance, model, [target] * 200, rate=0.05, optimizer=optimizer)
    assert len(losses) == 200
    assert losses[-1] < 0.01 * losses[0]


def test_train_follows_the_rate_and_clips():
    model, target = two_models()
    before = each(np.copy, model)
    rates = linear_decay(0.5, 2)
    train(distance, model, [target] * 2, rate=rates, max_norm=0.1, optimizer=SGD)
    moved = map_leaves(np.subtract, model, before)
    length = np.sqrt(sum((d**2).sum() for d in leaves(moved)))
    assert length == pytest.approx(0.1 * (0.5 + 0.25))


@pytest.mark.parametrize("loss", [np.inf, np.nan])
def test_train_stops_where_the_loss_is_no_number(loss):
    model, target = two_models()
    losses = iter([1.0, 1.0, loss])
    with pytest.raises(FloatingPointError, match="after 2 steps: try a smaller rate"):
        train(lambda m, t: (next(losses), distance(m, t)[1]), model, [target] * 3)


def test_progress_is_one_line_rewritten_in_place(capsys):
    model, target = two_models()
    losses = train(distance, model, [target] * 40, progress=True)
    lines = capsys.readouterr().err.split("\n")
    assert len(lines) == 2
    states = lines[0].split("\r")[1:]
    assert 2 <= len(states) < 40  # at most ten a second
    last = f"[####################] step 40 of 40, loss {losses[-1]:.4g}"
    assert states[-1].endswith(last)


def test_progress_without_a_known_end_has_no_bar(capsys):
    model, target = two_models()
    train(distance, model, (target for _ in range(4)), progress=True)
    err = capsys.readouterr().err
    assert "step 4, loss" in err
    assert "[#" not in err


def test_progress_is_silent_where_nobody_watches(capsys):
    model, target = two_models()
    train(distance, model, [target] * 4)
    assert capsys.readouterr() == ("", "")


def test_progress_shows_in_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    ProgressLine(4).close(4, "done")
    assert "step 4 of 4, done" in capsys.readouterr().err


def test_a_notebook_keeps_the_last_state_alone():
    code = (
        "import time\nfrom course_rnn.progress import ProgressLine\nline = ProgressLine(3)\n"
        "for t in range(3):\n    line.update(t + 1, 'busy')\n    time.sleep(0.11)\n"
        "line.close(3, 'done')"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output["data"] == {"text/plain": "[####################] step 3 of 3, done"}


def test_random_batches_never_repeat_an_example_within_a_batch():
    for batch in random_batches(10, 8, 20, np.random.default_rng(0)):
        assert len(set(batch.tolist())) == 8
    assert [len(b) for b in random_batches(3, 8, 2, np.random.default_rng(0))] == [3, 3]
