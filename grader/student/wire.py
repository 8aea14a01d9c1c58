"""How the judge and a student's process talk: framed messages of plain values, never pickle.

A message is a value. It travels as two lengths, a JSON text and the raw bytes of its arrays, in
the order in which the text mentions them. What is no plain data stays where it is: the other side
gets a description of it, made by `lend` and understood by `borrow`.

Either side may be hostile. Whatever arrives, `receive` returns plain values of bounded size, or
raises WireError.
"""

import contextlib
import functools
import json
import math
import socket
import struct
import sys
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_LENGTHS = struct.Struct(">II")  # of the text and of the raw bytes
_CHUNK = 1 << 16
_AT_HAND = {type(None), bool, float}
_DIGITS = 4000  # of an integer: reading more takes long
_CODES = {np.dtype(code): code for code in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()}
_DTYPES = {code: dtype for dtype, code in _CODES.items()}
_TYPES = {kind.__name__: kind for kind in (bool, int, float, complex, str, list, tuple, dict)}
_TYPES |= {dtype.type.__name__: dtype.type for dtype in _CODES}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_WORD = (1 << 128) - 1


class WireError(Exception):
    """What was to be sent or has been received is no message; the text says why."""


class HangUpError(WireError):
    """The other side is gone."""


class Record(tuple):
    """A named tuple whose class only the other side has."""

    _fields: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name in self._fields[: len(self)]:
            return self[self._fields.index(name)]
        raise AttributeError(f"there is no field {name!r}")


@dataclass(frozen=True)
class Bounds:
    """How large a message may be: bytes, things in containers, containers in containers."""

    text: int = 8 << 20
    raw: int = 64 << 20
    items: int = 500_000
    depth: int = 24


class Channel:
    """One end of a conversation.

    Parameters
    ----------
    sock
        A connected stream socket.
    lend
        Describes an object that stays here, as a list whose first item is "mine" or "yours".
    borrow
        Finds or makes the object for such a description; anything it raises is a WireError.
    bounds
        Limits of what is sent and received.
    tensors
        Whether tensors arrive as tensors; otherwise they arrive as arrays. An array that was a
        tensor becomes that very tensor where it comes from, with its graph, if its values are
        still the same.
    """

    def __init__(
        self,
        sock: socket.socket,
        lend: Callable[[Any], list],
        borrow: Callable[[list], Any],
        bounds: Bounds = Bounds(),
        tensors: bool = False,
    ) -> None:
        self._sock, self._lend, self._borrow = sock, lend, borrow
        self._bounds, self._tensors = bounds, tensors
        self._numbers: dict[int, int] = {}  # of tensors over there that are arrays here, by id
        self.received = 0

    def pack(self, value: Any) -> bytes:  # noqa: ANN401
        """Write a value as bytes; equal plain values give equal bytes."""
        encoder = _Encoder(self._lend, self._bounds, self._numbers, self._tensors)
        text = _json(encoder.encode(value)).encode("ascii")
        if len(text) > self._bounds.text:
            raise WireError(f"a value of {len(text):,} characters is too large to be handed over")
        return b"".join([_LENGTHS.pack(len(text), encoder.size), text, *encoder.raw])

    def send(self, value: Any) -> None:  # noqa: ANN401
        """Send a message."""
        self.send_packed(self.pack(value))

    def send_packed(self, message: bytes) -> None:
        """Send what `pack` has written."""
        try:
            self._sock.sendall(message)
        except OSError as error:
            raise HangUpError(f"the other side does not listen ({error})") from None

    def receive(self) -> Any:  # noqa: ANN401
        """Wait for a message and return its value."""
        data = self._some()
        while len(data) < _LENGTHS.size:
            data += self._some()
        n_text, n_raw = _LENGTHS.unpack_from(data)
        if n_text > self._bounds.text or n_raw > self._bounds.raw:
            raise WireError(f"a message of {n_text + n_raw:,} bytes is larger than allowed")
        end = _LENGTHS.size + n_text + n_raw
        while len(data) < end:
            data += self._some()
        if len(data) > end:
            raise WireError("something follows the message")
        self.received += end
        return self._read(memoryview(data)[_LENGTHS.size :], n_text)

    def _read(self, data: memoryview, n_text: int) -> Any:  # noqa: ANN401
        numbers = None if self._tensors else self._numbers
        decoder = _Decoder(data[n_text:], self._borrow, self._bounds, numbers)
        try:
            value = decoder.decode(json.loads(str(data[:n_text], "ascii")))
        except WireError:
            raise
        except Exception as error:
            raise WireError(f"the message cannot be read ({type(error).__name__})") from None
        if decoder.rest:
            raise WireError("the message has bytes that nothing refers to")
        return value

    def _some(self) -> bytearray:
        try:
            data = self._sock.recv(_CHUNK)
        except OSError as error:
            raise HangUpError(f"the other side broke off ({error})") from None
        if not data:
            raise HangUpError("the other side has ended")
        return bytearray(data)


class _Encoder:
    """Turns a value into what JSON can write, and collects the bytes of its arrays."""

    def __init__(
        self, lend: Callable[[Any], list], bounds: Bounds, numbers: dict[int, int], tensors: bool
    ) -> None:
        self.lend, self.bounds = lend, bounds
        self.numbers, self.tensors = numbers, tensors
        self.raw: list[bytes] = []
        self.size = self.items = 0

    def encode(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401
        kind = type(value)
        if kind in _AT_HAND:
            return value
        write = _WRITE.get(kind)
        if write is None:
            write = next((_WRITE[base] for base in kind.__mro__ if base in _WRITE), _lent)
            if _is_tensor(value):
                write = _tensor
        if depth >= self.bounds.depth and write in _NESTING:
            return self.lend(value)
        return write(self, value, depth)

    def many(self, tag: str, values: Any, depth: int) -> list:  # noqa: ANN401
        self.items += len(values)
        if self.items > self.bounds.items:
            raise WireError(f"more than {self.bounds.items:,} items are too many to be handed over")
        encode = self.encode
        return [tag, *[encode(item, depth + 1) for item in values]]

    def array(self, tag: str, array: np.ndarray) -> list:
        code = _CODES.get(array.dtype)
        if code is None:
            array = _native(array)
            code = _CODES.get(array.dtype) or f"{array.dtype.kind}{array.dtype.itemsize}"
        self.bytes(array)
        return [tag, code, array.shape]

    def bytes(self, content: "np.ndarray | bytes") -> None:
        size = content.nbytes if isinstance(content, np.ndarray) else len(content)
        self.size += size
        if self.size > self.bounds.raw:
            raise WireError(f"{self.size / 1e6:,.0f} MB are too much to be handed over")
        self.raw.append(content.tobytes() if isinstance(content, np.ndarray) else content)


def _native(array: np.ndarray) -> np.ndarray:
    """Return an array in this machine's byte order, with no more than double precision."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    wide = (kind == "f" and size > 8) or (kind == "c" and size > 16)
    return array.astype(
        f"{kind}{16 if kind == 'c' else 8}" if wide else array.dtype.newbyteorder("=")
    )


def _is_tensor(value: Any) -> bool:  # noqa: ANN401
    torch = sys.modules.get("torch")
    return isinstance(value, getattr(torch, "Tensor", ()))


def _lent(encoder: _Encoder, value: Any, depth: int) -> Any:  # noqa: ANN401
    return encoder.lend(value)


def _text(encoder: _Encoder, value: str, depth: int) -> str:
    if len(value) > encoder.bounds.text:
        raise WireError(f"a text of {len(value):,} characters is too long to be handed over")
    return str.__str__(value)


def _integer(encoder: _Encoder, value: int, depth: int) -> int:
    value = int.__int__(value)
    if value.bit_length() > _DIGITS * math.log2(10):
        raise WireError(f"an integer of more than {_DIGITS} digits is too large to be handed over")
    return value


def _dictionary(encoder: _Encoder, value: dict, depth: int) -> list:
    return encoder.many("dict", [part for item in value.items() for part in item], depth)


def _sequence(encoder: _Encoder, value: Any, depth: int) -> list:  # noqa: ANN401
    tag = next(kind.__name__ for kind in (list, set, frozenset) if isinstance(value, kind))
    return encoder.many(tag, value, depth)


def _tuple(encoder: _Encoder, value: tuple, depth: int) -> list:
    fields = getattr(value, "_fields", None)
    if fields is None:
        return encoder.many("tuple", value, depth)
    return encoder.many("record", [type(value).__name__, list(fields), *value], depth)


def _array(encoder: _Encoder, value: np.ndarray, depth: int) -> list:
    array = np.asarray(value)
    if array.dtype.kind not in "biufcSU":
        return encoder.lend(value)
    number = encoder.numbers.get(id(value))
    if number is None:
        return encoder.array("array", array)
    return [*encoder.array("tensor", array), number]


def _scalar(encoder: _Encoder, value: np.generic, depth: int) -> list:
    kind = value.dtype.kind
    return encoder.array("scalar", np.asarray(value)) if kind in "biufc" else encoder.lend(value)


def _tensor(encoder: _Encoder, value: Any, depth: int) -> list:  # noqa: ANN401
    written = encoder.array("tensor", _values(value))
    return [*written, encoder.lend(value)[1]] if encoder.tensors else written


def _values(tensor: Any) -> np.ndarray:  # noqa: ANN401
    tensor = tensor.detach().cpu()
    return (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()


def _is_same(one: np.ndarray, other: np.ndarray) -> bool:
    same = (one.dtype, one.shape) == (other.dtype, other.shape)
    return same and one.tobytes() == other.tobytes()


def _bytes(encoder: _Encoder, value: bytes, depth: int) -> list:
    encoder.bytes(bytes(value))
    return ["bytes", len(value)]


def _type(encoder: _Encoder, value: type, depth: int) -> list:
    name = _NAMES.get(value)
    return ["type", name] if name else encoder.lend(value)


def _generator(encoder: _Encoder, value: np.random.Generator, depth: int) -> list:
    state = value.bit_generator.state
    if state["bit_generator"] != "PCG64":
        return encoder.lend(value)
    words = state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]
    return ["random", *(int(word) for word in words)]


def _complex(encoder: _Encoder, value: complex, depth: int) -> list:
    return ["complex", value.real, value.imag]


_WRITE: dict[type, Callable[[_Encoder, Any, int], Any]] = {
    bool: lambda encoder, value, depth: value,
    int: _integer,
    float: lambda encoder, value, depth: float.__float__(value),
    complex: _complex,
    str: _text,
    bytes: _bytes,
    list: _sequence,
    tuple: _tuple,
    set: _sequence,
    frozenset: _sequence,
    dict: _dictionary,
    range: lambda encoder, value, depth: ["range", value.start, value.stop, value.step],
    slice: lambda encoder, value, depth: ["slice", *map(encoder.encode, _ends(value))],
    type: _type,
    np.ndarray: _array,
    np.generic: _scalar,
    np.dtype: lambda encoder, value, depth: ["dtype", value.str],
    np.random.Generator: _generator,
}

_NESTING = (_sequence, _tuple, _dictionary)


class _Decoder:
    """Turns what JSON has read into values, believing nothing."""

    def __init__(
        self,
        raw: memoryview,
        borrow: Callable[[list], Any],
        bounds: Bounds,
        numbers: dict[int, int] | None,
    ) -> None:
        self.rest, self.borrow, self.bounds, self.numbers = raw, borrow, bounds, numbers
        self.items = 0

    def decode(self, data: Any, depth: int = 0) -> Any:  # noqa: ANN401
        kind = type(data)
        if kind in _AT_HAND or kind is int:
            return data
        if kind is str:
            return data if data.isascii() else data.encode("utf-8", "replace").decode("utf-8")
        if kind is not list:
            _refuse("an object")
        if data[0] in ("mine", "yours"):
            return self.borrow(data)
        return _READ[data[0]](self, data[1:], depth)

    def many(self, data: list, depth: int) -> list:
        self.items += len(data)
        if depth >= self.bounds.depth or self.items > self.bounds.items:
            _refuse("too much in it")
        decode = self.decode
        return [decode(item, depth + 1) for item in data]

    def array(self, code: str, shape: list[int]) -> np.ndarray:
        if len(shape) > 32 or not all(type(n) is int and 0 <= n < 1 << 40 for n in shape):
            _refuse("a bad shape")
        dtype = _DTYPES.get(code) or _text_dtype(code)
        raw = self.take(math.prod(shape) * dtype.itemsize)
        if not len(raw):
            return np.empty(shape, dtype)
        if dtype.kind == "b":  # bytes other than 0 and 1 would count as several
            return (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
        array = np.frombuffer(raw, dtype).reshape(shape).copy()
        if dtype.kind == "U":
            _check_letters(array)
        return array

    def take(self, size: int) -> memoryview:
        if not 0 <= size <= len(self.rest):
            _refuse("fewer bytes than it says")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def tensor(self, code: str, shape: list[int], number: int = -1) -> Any:  # noqa: ANN401
        array = self.array(code, shape)
        if self.numbers is not None:
            self.remember(array, number)
            return array
        return self.kept(array, number)

    def remember(self, array: np.ndarray, number: int) -> None:
        """Note which tensor of the other side an array shows, as long as the array lives."""
        if type(number) is not int or number.bit_length() > 63:
            _refuse("a bad number")
        if number >= 0:
            self.numbers[id(array)] = number
            weakref.finalize(array, self.numbers.pop, id(array), None)

    def kept(self, array: np.ndarray, number: int) -> Any:  # noqa: ANN401
        """Return the tensor of this side that an array shows, a new one if there is none."""
        import torch

        with contextlib.suppress(Exception):  # a process that took over does not have it
            tensor = self.borrow(["yours", number])
            if number >= 0 and _is_same(_values(tensor), array):
                return tensor
        return torch.from_numpy(array)

    def record(self, data: list, depth: int) -> tuple:
        name, fields, *values = self.many(data, depth)
        kind = _course_record(name)
        if kind is not None and len(kind._fields) == len(values):
            return kind(*values)
        record = Record(values)
        record._fields = tuple(str(field) for field in fields)
        return record

    def generator(self, state: int, inc: int, has: int, word: int) -> np.random.Generator:
        if not (
            0 <= state <= _WORD and 0 <= inc <= _WORD and has in (0, 1) and 0 <= word < 1 << 32
        ):
            _refuse("a bad random state")
        bits = np.random.PCG64(0)
        bits.state = {
            "bit_generator": "PCG64",
            "state": {"state": state, "inc": inc | 1},
            "has_uint32": has,
            "uinteger": word,
        }
        return np.random.Generator(bits)


def _refuse(what: str) -> NoReturn:
    raise WireError(f"the message cannot be read ({what})")


def _text_dtype(code: str) -> np.dtype:
    kind, size = code[0], int(code[1:])
    if kind not in "SU" or not 0 <= size < 1 << 20 or (kind == "U" and size % 4):
        _refuse("a bad dtype")
    return np.dtype(f"{kind}{size // 4 if kind == 'U' else size}")


def _check_letters(array: np.ndarray) -> None:
    codes = array.ravel().view(np.uint32)
    if ((codes > 0x10FFFF) | (codes >> 11 == 0xD800 >> 11)).any():
        _refuse("no letters")


def _pairs(values: Iterable) -> dict:
    parts = iter(values)
    return dict(zip(parts, parts, strict=True))


def _ends(value: slice) -> tuple[Any, Any, Any]:
    ends = value.start, value.stop, value.step
    if any(end is not None and not isinstance(end, (int, np.integer)) for end in ends):
        raise WireError("a slice between things that are no integers cannot be handed over")
    return tuple(end if end is None else int(end) for end in ends)


def _slice(start: Any, stop: Any, step: Any) -> slice:  # noqa: ANN401
    if any(type(end) not in (int, type(None)) for end in (start, stop, step)):
        _refuse("a bad slice")
    return slice(start, stop, step)


def _dtype(code: str) -> np.dtype:
    dtype = np.dtype(code)
    return dtype if dtype.kind in "biufcSU" else _refuse("a bad dtype")


def _course_record(name: str) -> "type | None":
    """Return the named tuple of the course that is called so."""
    return _find_record(name, len(sys.modules))


@functools.lru_cache(maxsize=256)
def _find_record(name: str, n_modules: int) -> "type | None":
    """Look through the course's modules; with a new one it is worth to look again."""
    for place, module in list(sys.modules.items()):
        found = vars(module).get(name) if place.startswith("course_rnn") else None
        if isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_fields"):
            return found
    return None


_READ: dict[str, Callable[[_Decoder, list, int], Any]] = {
    "complex": lambda decoder, data, depth: complex(*map(float, data)),
    "bytes": lambda decoder, data, depth: bytes(decoder.take(*data)),
    "list": lambda decoder, data, depth: decoder.many(data, depth),
    "tuple": lambda decoder, data, depth: tuple(decoder.many(data, depth)),
    "set": lambda decoder, data, depth: set(decoder.many(data, depth)),
    "frozenset": lambda decoder, data, depth: frozenset(decoder.many(data, depth)),
    "dict": lambda decoder, data, depth: _pairs(decoder.many(data, depth)),
    "record": _Decoder.record,
    "range": lambda decoder, data, depth: range(*data),
    "slice": lambda decoder, data, depth: _slice(*data),
    "type": lambda decoder, data, depth: _TYPES[data[0]],
    "dtype": lambda decoder, data, depth: _dtype(data[0]),
    "array": lambda decoder, data, depth: decoder.array(*data),
    "scalar": lambda decoder, data, depth: decoder.array(*data)[()],
    "tensor": lambda decoder, data, depth: decoder.tensor(*data),
    "random": lambda decoder, data, depth: decoder.generator(*data),
}
