"""The wire: what it carries comes out alike, and what a hostile peer sends is a WireError."""

import contextlib
import json
import math
import socket
import struct
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_rnn import RNNParams
from grader.student.wire import Bounds, Channel, HangUpError, Record, WireError

BOUNDS = Bounds(text=1 << 16, raw=1 << 16, items=2000, depth=8)


def lend(value: Any) -> list:
    return ["mine", 1, type(value).__name__]


def pair(tensors: bool = False) -> tuple[Channel, Channel, socket.socket]:
    """Make two channels, and the socket of the first."""
    here, there = socket.socketpair()
    return (
        Channel(here, lend, lambda description: description),
        Channel(there, lend, lambda description: description, BOUNDS, tensors),
        here,
    )


def carried(value: Any, tensors: bool = False) -> Any:
    one, other, _ = pair(tensors)
    one.send(value)
    return other.receive()


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, (np.ndarray, np.generic)):
        same = one.dtype == other.dtype and one.shape == other.shape
        return same and type(one) is type(other) and one.tobytes() == other.tobytes()
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, (list, tuple)):
        same = type(one) is type(other) and len(one) == len(other)
        return same and all(map(alike, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(alike, one.values(), other.values()))
    return type(one) is type(other) and one == other


dtypes = st.sampled_from("b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 U3 S3".split())
arrays = dtypes.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0)))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(allow_nan=False),
    st.text(),
    st.binary(max_size=20),
)
keys = st.one_of(st.integers(), st.text(), st.tuples(st.integers(), st.text()))
values = st.recursive(
    st.one_of(scalars, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.sets(keys, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_plain_values_come_out_as_they_went_in(value: Any):
    assert alike(value, carried(value))


def test_named_tuples_of_the_course_keep_their_class():
    params = RNNParams(np.ones((2, 3)), np.eye(2), np.zeros(2))
    assert isinstance(carried(params), RNNParams)
    assert alike(tuple(params), tuple(carried(params)))


def test_other_named_tuples_keep_their_fields():
    class Split(NamedTuple):
        train: list[int]
        test: list[int]

    split = carried(Split([1], [2]))
    assert isinstance(split, Record)
    assert (split.train, split.test) == ([1], [2])
    with pytest.raises(AttributeError):
        _ = split.validation


def test_subclasses_become_the_plain_types():
    class Always(float):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = float.__hash__

    class Words(dict):
        pass

    assert type(carried(Always(2.0))) is float
    assert type(carried(Words(a=1))) is dict
    assert type(carried(np.ma.masked_array([1.0], [True]))) is np.ndarray


def test_tensors_arrive_as_arrays_or_as_tensors():
    tensor = torch.arange(6.0, requires_grad=True).reshape(2, 3)
    assert alike(carried(tensor), np.arange(6, dtype=np.float32).reshape(2, 3))
    assert torch.equal(carried(tensor, tensors=True), tensor)


def test_a_random_generator_goes_on_where_it_was():
    rng = np.random.default_rng(3)
    rng.integers(5, size=7, dtype=np.int32)
    assert carried(rng).normal() == rng.normal()


def test_other_byte_orders_and_precisions_become_those_of_the_machine():
    assert carried(np.arange(3, dtype=">i4")).dtype == np.dtype("i4")
    assert carried(np.arange(3, dtype=np.longdouble)).dtype == np.float64
    assert carried(np.asfortranarray(np.arange(6).reshape(2, 3))).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_what_is_no_plain_data_stays_where_it_is():
    kept = [len, object(), np.array([None]), np.datetime64("2026-01-01"), iter([])]
    assert all(description[:2] == ["mine", 1] for description in carried(kept))


def test_too_deep_values_stay_where_they_are():
    deep: list = []
    for _ in range(100):
        deep = [deep]
    one, other, _ = pair()
    one._bounds = BOUNDS
    one.send(deep)
    assert "mine" in str(other.receive())


TOO_LARGE = {
    "array": np.zeros(9000),
    "list": [0] * 3000,
    "text": "x" * 70_000,
    "integer": 10**5000,
    "nested": [list(range(50))] * 50,
}


@pytest.mark.parametrize("kind", TOO_LARGE)
def test_too_large_values_are_not_sent(kind: str):
    here, _ = socket.socketpair()
    with pytest.raises(WireError):
        Channel(here, lend, lend, BOUNDS).pack(TOO_LARGE[kind])


def test_a_closed_end_is_a_hang_up():
    one, other, sock = pair()
    sock.close()
    with pytest.raises(HangUpError):
        other.receive()
    with pytest.raises(HangUpError):
        one.send(1)


# ------------------------------------------------------------------------------------ hostile


def received(data: bytes) -> Any:
    _, channel, sock = pair()
    sock.sendall(data)
    sock.close()
    return channel.receive()


def framed(text: Any, raw: bytes = b"") -> bytes:
    content = text if isinstance(text, bytes) else json.dumps(text).encode()
    return struct.pack(">II", len(content), len(raw)) + content + raw


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_wire_error(data: bytes):
    with pytest.raises(WireError):
        received(data)


jsons = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.tuples(
            st.sampled_from(
                "complex bytes list tuple set frozenset dict record range type dtype array scalar "
                "tensor random mine yours".split()
            ),
            inner,
            inner,
        ).map(lambda parts: [parts[0], *parts[1:]]),
    ),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(jsons, st.binary(max_size=40))
def test_arbitrary_texts_are_values_or_a_wire_error(text: Any, raw: bytes):
    with contextlib.suppress(WireError):
        repr(received(framed(text, raw)))


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        (["array", "f8", [-1]], b""),
        (["array", "f8", [2]], b"\0" * 8),
        (["array", "f8", [1]], b"\0" * 16),
        (["array", "f8", [1 << 62, 1 << 62]], b""),
        (["array", "f8", [True]], b"\0" * 8),
        (["array", "O", [1]], b"\0" * 8),
        (["array", "V8", [1]], b"\0" * 8),
        (["array", "f8,f8", [1]], b"\0" * 16),
        (["array", "U4", [1]], b"\xff" * 4),
        (["array", "U4", [1]], struct.pack("<I", 0xD800)),
        (["array", "f16", [1]], b"\0" * 16),
        (["array", "f8", [[]]], b""),
        (["dict", 1], b""),
        (["dict", ["list"], 1], b""),
        (["set", ["list"]], b""),
        (["record", ["list"], 1], b""),
        (["random", 1, 2, 3, 4], b""),
        (["random", -1, 1, 0, 0], b""),
        (["type", "object"], b""),
        (["dtype", "O"], b""),
        (["bytes", -1], b""),
        (["range", 1, 2, 0], b""),
        (["pickle", "x"], b""),
        ([], b""),
        ({"a": 1}, b""),
        (b"[" * 60_000, b""),
        (b"1" * 5000, b""),
        (b'"\xff"', b""),
        (b"[1,", b""),
        (["list"] + [0] * 3000, b""),
        (
            [
                "list",
                ["list", ["list", ["list", ["list", ["list", ["list", ["list", ["list"]]]]]]]],
            ],
            b"",
        ),
    ],
)
def test_what_means_nothing_is_a_wire_error(text: Any, raw: bytes):
    with pytest.raises(WireError):
        received(framed(text, raw))


def test_a_long_announcement_is_refused_before_it_arrives():
    _, channel, sock = pair()
    sock.sendall(struct.pack(">II", 1 << 31, 1 << 31))
    with pytest.raises(WireError):
        channel.receive()


def test_bytes_after_the_message_are_refused():
    with pytest.raises(WireError):
        received(framed(1) + b"more")


def test_lone_surrogates_become_question_marks():
    assert received(framed(b'"\\ud800 and text"')) == "? and text"


def test_booleans_are_zero_or_one():
    mask = received(framed(["array", "b1", [3]], b"\x00\x07\xff"))
    assert mask.sum() == 2
