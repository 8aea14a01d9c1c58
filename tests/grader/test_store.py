"""The store: whole results or none, whatever happens while they are written; and lateness."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.policy import Late
from grader.results import GRADED, CellResult, Result, to_json
from grader.run.lateness import penalty
from grader.run.store import Store

CELL = CellResult("softmax-check", "softmax", "passed", 1.0, 1.0, message="ja \ud800 €")
RESULT = Result("ab" * 32, "02", GRADED, "limits", 7, cells=(CELL,), notebook={"cells": []})
DUE = datetime(2027, 2, 1, 12, tzinfo=UTC)


def test_a_result_comes_back_as_it_was(tmp_path: Path):
    store = Store(tmp_path, "02")
    assert store.load(RESULT.key) is None
    store.save(RESULT)
    assert store.load(RESULT.key) == RESULT
    assert store.path(RESULT.key).read_bytes() == to_json(RESULT)
    assert [path.name for path in store.path(RESULT.key).parent.iterdir()] == [f"{RESULT.key}.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"cells": []}', b"null"])
def test_a_damaged_result_is_no_result(content: bytes, tmp_path: Path):
    store = Store(tmp_path, "02")
    store.save(RESULT)
    store.path(RESULT.key).write_bytes(content)
    assert store.load(RESULT.key) is None
    store.save(RESULT)
    assert store.load(RESULT.key) == RESULT


def test_a_result_under_another_key_is_no_result(tmp_path: Path):
    store = Store(tmp_path, "02")
    other = "cd" * 32
    store.path(other).parent.mkdir(parents=True)
    store.path(other).write_bytes(to_json(RESULT))
    assert store.load(other) is None


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(tmp_path, "02")
    store.save(RESULT)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grader.run.store.os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        store.save(replace(RESULT, seed=8))
    assert store.load(RESULT.key) == RESULT
    assert len(list(store.path(RESULT.key).parent.iterdir())) == 1


def test_who_has_which_result(tmp_path: Path):
    store = Store(tmp_path, "02")
    store.save(RESULT)
    store.assign("zoë [1]*", RESULT.key)
    store.assign("ada", RESULT.key)
    store.assign("ben", "ef" * 32)
    assert dict(store.of_class()) == {"ada": RESULT, "zoë [1]*": RESULT}
    assert store.assigned("nobody") is None


def test_telemetry_survives_a_line_that_was_cut_off(tmp_path: Path):
    store = Store(tmp_path, "02")
    assert store.telemetry() == []
    store.note({"student": "ada"})
    with (store.folder / "telemetry.jsonl").open("a") as file:
        file.write('{"student": "b')
    store.note({"student": "chloe"})
    store.note({"student": "david"})
    assert [entry["student"] for entry in store.telemetry()] == ["ada", "david"]


@pytest.mark.parametrize(
    ("minutes", "points"),
    [(-60, 0), (0, 0), (15, 0), (16, 1), (15 + 24 * 60, 1), (16 + 24 * 60, 2), (10**6, 5)],
)
def test_a_penalty_for_each_day_begun_after_the_grace(minutes: int, points: float):
    rule = Late(grace_minutes=15, per_day=0.1, cap=0.5)
    assert penalty(10, DUE + timedelta(minutes=minutes), DUE, rule) == pytest.approx(points)


@given(
    st.floats(-10, 100),
    st.timedeltas(timedelta(-1000), timedelta(1000)),
    st.builds(Late, st.floats(0, 1e4), st.floats(-1, 2), st.floats(-1, 3)),
)
def test_lateness_never_takes_more_than_there_is(points: float, after: timedelta, rule: Late):
    taken = penalty(points, DUE + after, DUE, rule)
    assert 0 <= taken <= max(points, 0)
    if after <= timedelta(0):
        assert taken == 0
