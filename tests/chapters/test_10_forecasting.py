"""Chapter 10's claims hold for other seeds: the chapter's own cells, run with them."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch

from course_rnn import conv1d_causal, init_convolution, init_lstm, init_readout, to_torch

CHAPTER = Path(__file__).resolve().parents[2] / "notebooks" / "10_forecasting.ipynb"
DATA = ("imports", "series", "split", "random", "scaling", "scaler", "baselines")
FORECASTERS = ("layers", "one-step", "many-ways", "stateful")
EVENTS = ("imports", "rare-data", "rare-windows", "threshold", "scores")
ACTIVITY = ("imports", "activity-data", "activity-models")
SEEDS = [6, 7, 8, 9, 10]


@cache
def cells(*ids):
    """Run cells of the chapter, and return what they define."""
    code = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    defined = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plt, "show", lambda: plt.close("all"))
        for name in ids:
            exec(compile(code[name], name, "exec"), defined)
    return SimpleNamespace(**defined)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_split_flatters_a_forecaster_that_has_learned_nothing(seed):
    c = cells(*DATA)
    errors = []
    for asked in np.array_split(np.random.default_rng(seed).permutation(c.late), 10):
        others = np.setdiff1d(np.arange(len(c.windows)), asked)
        errors.append(np.abs(c.look_up(asked, others) - c.answers[asked]).sum())
    as_usual = np.abs(c.answers[c.late]).mean()
    in_order = np.abs(c.look_up(c.late, c.before) - c.answers[c.late]).mean()
    assert sum(errors) / len(c.late) < 0.9 * as_usual < as_usual < 0.95 * in_order


@pytest.mark.parametrize("n_years", range(8, 62, 6))
def test_a_mean_that_knows_the_test_makes_a_smaller_error(n_years):
    c = cells(*DATA)
    assert c.season_error(n_years, True) < c.season_error(n_years, False)


def free_errors(c):
    return {name: c.by_horizon(f, c.free_targets) for name, f in c.free.items()}


@cache
def next_month_errors(name):
    c = cells(*DATA, *FORECASTERS)
    models = [c.train_forecaster(name, c.inputs, c.targets, seed) for seed in SEEDS]
    forecasts = [c.forecast(c.LAYERS[name][0], c.new_inputs, model) for model in models]
    return [c.error_of(f, c.new_targets) for f in forecasts]


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM", "convolution"])
def test_each_layer_makes_about_half_of_the_best_baselines_error(name):
    c = cells(*DATA)
    best = min(c.mase(c.next_targets, f, c.training, 12) for f in c.free_next.values())
    assert max(next_month_errors(name)) < 0.56 * best


def test_no_layer_is_far_ahead_of_the_others():
    means = [np.mean(next_month_errors(name)) for name in ("RNN", "GRU", "LSTM", "convolution")]
    assert np.ptp(means) < 0.06


@cache
def years():
    c = cells(*DATA, *FORECASTERS)
    return [c.three_ways(seed)[1] for seed in SEEDS], free_errors(c)


def test_half_a_year_ahead_a_network_on_the_raw_series_is_no_better_than_the_mean_of_the_month():
    runs, free = years()
    for way in ("step by step", "all at once"):
        errors = np.mean([run[way] for run in runs], axis=0)
        assert errors[0] < errors[1] < errors[3]
        assert errors[5] > 0.95 * free["mean of the month"][5]


def test_without_the_season_every_run_is_better_than_with_it_and_than_the_mean_of_the_month():
    runs, free = years()
    for run in runs:
        assert np.mean(run["without the season"]) < np.mean(run["step by step"])
        assert np.mean(run["without the season"]) < np.mean(run["all at once"])
        assert np.mean(run["without the season"]) < np.mean(free["mean of the month"])


def test_twelve_months_ahead_nobody_beats_the_mean_of_the_month():
    runs, free = years()
    for way in runs[0]:
        assert np.mean([run[way][11] for run in runs]) > 0.98 * free["mean of the month"][11]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stateless_network_gets_lost_beyond_its_pieces_and_a_stateful_one_improves(seed):
    c = cells(*DATA, *FORECASTERS)
    stateless = c.after_months(
        c.train_in_pieces(c.short_windows(np.random.default_rng(seed)), seed)
    )
    stateful = c.after_months(c.train_in_pieces(c.in_order, seed))
    assert stateless[c.PIECE - 1] < stateful[c.PIECE - 1]
    assert stateless[-1] > 1.2 * stateless[c.PIECE - 1]
    assert stateful[-1] < 0.95 * stateful[c.PIECE - 1]


@cache
def machines():
    return [cells(*EVENTS).compare(seed) for seed in SEEDS]


def test_an_autoencoder_that_has_learned_the_usual_finds_nearly_all_events():
    learned = [found["autoencoder"] for loss, found in machines() if loss < 0.02]
    assert len(learned) >= 4
    for counts in learned:
        assert min(counts.precision, counts.recall) > 0.9


def test_values_do_not_show_the_events_and_movement_shows_some():
    found = [found for _, found in machines()]
    assert max(counts["largest value"].f1 for counts in found) < 0.4
    better = [c["autoencoder"].f1 > c["smallest movement"].f1 for c in found]
    assert sum(better) >= 4
    assert np.mean([counts["smallest movement"].recall for counts in found]) < 0.75


def rhythms(values):
    """Find the period of each variable."""
    waves = np.abs(np.fft.rfft(values, axis=0))
    return len(values) / (1 + waves[1:].argmax(axis=0))


def test_movement_shows_more_events_of_machines_with_a_fast_rhythm():
    c, recall = cells(*EVENTS), {True: [], False: []}
    for seed in range(20):
        machine = c.sinusoids_with_rare_events(6000, 2, 24, np.random.default_rng(seed))
        parts = zip(*(c.chronological_split(x, (0.5, 0.25, 0.25)) for x in machine), strict=True)
        _, choosing, last = (c.windows_and_events(*part) for part in parts)
        found = c.found_by(c.SCORES["smallest movement"], choosing, last)
        recall[bool(rhythms(machine[0]).min() < 25)].append(found.recall)
    assert np.mean(recall[True]) > 0.8 > 0.5 > np.mean(recall[False])


def test_an_event_is_noticed_after_a_few_of_its_steps():
    c = cells(*EVENTS, "rare-train", "threshold-chosen", "edges")
    shares = {n: c.flags[c.begins + n - c.LENGTH].mean() for n in (1, 10, c.LENGTH)}
    assert shares[1] < 0.5
    assert shares[10] == shares[c.LENGTH] == 1
    ends = np.flatnonzero(np.diff(c.last_event.astype(int)) == -1)
    assert c.flags[ends].mean() == 1  # the windows that begin with an event's last step


@cache
def right_answers(parts):
    """Train a classifier with each seed; return its share of right answers, for beats and tilts."""
    c, shares = cells(*ACTIVITY), []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, activity = c.motion(600, rng)
        new, truth = c.motion(600, rng)
        model = c.train_classifier(parts, x, activity, rng)
        right = c.classify(new, model)[0].argmax(axis=-1) == truth
        shares.append((right[truth < 2].mean(), right[truth >= 2].mean()))
    return np.array(shares).T


def test_a_convolution_knows_patterns_and_not_their_order():
    beats, tilts = right_answers("convolution")
    assert beats.min() > 0.9
    assert tilts.max() < 0.85


def test_an_lstm_knows_the_order_and_only_sometimes_the_pace():
    beats, tilts = right_answers("LSTM")
    assert tilts.min() > 0.95
    assert beats.min() < 0.7


def test_both_together_know_nearly_everything_in_every_run():
    beats, tilts = right_answers("convolution + LSTM")
    assert min(beats.min(), tilts.min()) > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_torch_computes_the_same_forecasts(seed):
    c, rng = cells(*DATA, *FORECASTERS), np.random.default_rng(seed)
    model = (init_lstm(1, 5, rng), init_readout(5, 1, rng))
    lstm = torch.nn.LSTM(1, 5).double()
    lstm.load_state_dict({name: torch.from_numpy(w) for name, w in to_torch([model[0]]).items()})
    x = rng.normal(size=(24, 3, 1))
    states = lstm(torch.from_numpy(x))[0].detach().numpy()
    assert np.allclose(states @ model[1].Wya.T + model[1].by, c.outputs_of(c.LSTM, x, model)[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_torch_computes_the_same_convolution_with_the_window_turned_round(seed):
    rng = np.random.default_rng(seed)
    params, x = init_convolution(2, 4, 3, rng), rng.normal(size=(24, 3, 2))
    weight = torch.from_numpy(np.ascontiguousarray(params.Wyx[::-1].transpose(1, 2, 0)))
    batch_first = torch.nn.functional.pad(torch.from_numpy(x).permute(1, 2, 0), (12, 0))
    theirs = torch.nn.functional.conv1d(batch_first, weight, dilation=6).permute(2, 0, 1).numpy()
    assert np.allclose(theirs, conv1d_causal(x, params, 6)[0])
