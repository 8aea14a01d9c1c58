"""The benchmarks run, and the results in the book are complete. No time is asserted."""

import json
from pathlib import Path

import pytest

from benchmarks import grading, layers, memory
from benchmarks.timing import ratio

RESULTS = Path(__file__).parents[1] / "book" / "results"


def test_ratio_is_small_for_the_faster_contender():
    assert ratio(lambda: sum(range(100)), lambda: sum(range(100_000)), seconds=0.05) < 0.5


def test_layers_are_measured_against_both_peers(monkeypatch):
    monkeypatch.setattr(layers, "SIZES", [(3, 2, 4, 5)])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    rows = list(layers.measure(seconds=0.01))
    assert {(row["kind"], row["dtype"]) for row in rows} == {
        (kind, dtype) for kind in layers.KINDS for dtype in layers.DTYPES
    }
    for row in rows:
        assert row["against torch"] > 0
        assert row["against the loop of cells"] > 0


@pytest.mark.parametrize("kind", layers.KINDS)
def test_the_contenders_compute_the_same(kind):
    fast, loop = layers.ours(kind, (6, 3, 4, 5), "float64")
    dx, *_, grads = fast()
    dx_loop, _, total = loop()
    assert abs(dx - dx_loop).max() < 1e-12
    for ours, theirs in zip(grads, total, strict=True):
        assert abs(ours - theirs).max() < 1e-12


def test_recomputing_gives_the_gradients_of_full_bptt():
    ways = memory.contenders(70)
    for ours, theirs in zip(ways["full"]()[-1], ways["recomputed"]()[-1], strict=True):
        assert abs(ours - theirs).max() < 1e-3 * abs(ours).max()


def test_a_simulated_class_is_graded_and_recorded(tmp_path: Path):
    assert grading.simulate(tmp_path, 5)["seconds"] > 0
    assert len(list((tmp_path / "results").glob("*/students/*.json"))) == 5


def test_a_class_of_any_size_is_made_of_different_submissions(tmp_path: Path):
    places = grading.make_class(tmp_path, "import torch", 25)
    path = f"{grading.NAME}.ipynb"
    texts = {(places.submitted(who) / path).read_bytes() for who in places.students()}
    assert len(texts) == 25
    assert all(b"import torch" in text for text in texts)


def test_results_in_the_book_are_complete():
    rows = json.loads((RESULTS / "layers.json").read_text(encoding="utf-8"))["result"]
    measured = {(row["threads"], tuple(row["size"]), row["kind"], row["dtype"]) for row in rows}
    assert measured == {
        (threads, size, kind, dtype)
        for threads in (1, 2)
        for size in layers.SIZES
        for kind in layers.KINDS
        for dtype in layers.DTYPES
    }
    for name in ("embedding", "memory", "char_rnn"):
        assert json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["result"]
