"""TLS presentation language as profiled by RFC 9420 §2.1.

Writing is done by functions that return bytes; reading by a strict `Reader`.
No structure of MLS contains itself, so reading depth is fixed by the grammar;
the limits here bound length and item count only. A reader never copies more
than the input holds, because every length is checked against what is left.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from .errors import DecodeError

T = TypeVar("T")

MAX_STRUCTURE_BYTES = 1 << 24
"""Longest input accepted by `decode`: 16 MiB."""
MAX_VECTOR_ITEMS = 1 << 16
"""Most items accepted in one vector."""
MAX_VARINT = (1 << 30) - 1
"""Largest value of a variable-size length (§2.1.2)."""

_ONE_OCTET = tuple(bytes((value,)) for value in range(256))


def u8(value: int) -> bytes:
    """One octet."""
    return value.to_bytes(1, "big")


def u16(value: int) -> bytes:
    """Two octets, network order."""
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    """Four octets, network order."""
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    """Eight octets, network order."""
    return value.to_bytes(8, "big")


def varint(value: int) -> bytes:
    """The shortest variable-size length (§2.1.2).

    Raises:
        ValueError: the value is above `MAX_VARINT`.
    """
    if value < 0x40:
        return _ONE_OCTET[value]
    if value < 0x4000:
        return (value | 0x4000).to_bytes(2, "big")
    if value <= MAX_VARINT:
        return (value | 0x8000_0000).to_bytes(4, "big")
    raise ValueError("length above 2^30 - 1")


def opaque(data: bytes) -> bytes:
    """`opaque data<V>`."""
    return varint(len(data)) + data


def vector(items: Iterable[bytes]) -> bytes:
    """`T items<V>` of items already encoded."""
    return opaque(b"".join(items))


def optional(data: bytes | None) -> bytes:
    """`optional<T>` of a value already encoded (§2.1.1)."""
    return b"\x00" if data is None else b"\x01" + data


class Reader:
    """Reads one structure after another from bytes and refuses anything loose.

    Every method raises `DecodeError` when the input is too short or malformed.
    """

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._end = len(data)

    @property
    def remaining(self) -> int:
        """Octets not read so far."""
        return self._end - self._position

    def raw(self, length: int) -> bytes:
        """Exactly `length` octets."""
        start = self._position
        end = start + length
        if end > self._end:
            raise DecodeError("input ends inside a field")
        self._position = end
        return self._data[start:end]

    def _unsigned(self, length: int) -> int:
        start = self._position
        end = start + length
        if end > self._end:
            raise DecodeError("input ends inside an integer")
        self._position = end
        return int.from_bytes(self._data[start:end], "big")

    def u8(self) -> int:
        """One octet."""
        position = self._position
        if position >= self._end:
            raise DecodeError("input ends inside an integer")
        self._position = position + 1
        return self._data[position]

    def u16(self) -> int:
        """Two octets, network order."""
        return self._unsigned(2)

    def u32(self) -> int:
        """Four octets, network order."""
        return self._unsigned(4)

    def u64(self) -> int:
        """Eight octets, network order."""
        return self._unsigned(8)

    def varint(self) -> int:
        """A variable-size length in its shortest form (§2.1.2)."""
        first = self.u8()
        prefix = first >> 6
        if prefix == 0:
            return first
        if prefix == 3:
            raise DecodeError("length prefix 3 is reserved")
        more = 1 if prefix == 1 else 3
        value = ((first & 0x3F) << (8 * more)) | self._unsigned(more)
        if value < (0x40 if prefix == 1 else 0x4000):
            raise DecodeError("length is not in its shortest form")
        return value

    def opaque(self) -> bytes:
        """`opaque data<V>`."""
        return self.raw(self.varint())

    def vector(self, read: Callable[["Reader"], T]) -> tuple[T, ...]:
        """`T items<V>`, each item read by `read` and ending exactly at the end."""
        length = self.varint()
        end = self._position + length
        outer_end = self._end
        if end > outer_end:
            raise DecodeError("input ends inside a vector")
        self._end = end
        items: list[T] = []
        while self._position < end:
            if len(items) == MAX_VECTOR_ITEMS:
                raise DecodeError("too many items in a vector")
            items.append(read(self))
        self._end = outer_end
        return tuple(items)

    def optional(self, read: Callable[["Reader"], T]) -> T | None:
        """`optional<T>` (§2.1.1)."""
        match self.u8():
            case 0:
                return None
            case 1:
                return read(self)
            case _:
                raise DecodeError("presence octet is neither 0 nor 1")

    def finish_padding(self) -> None:
        """Check that what is left is zero octets, any number of them."""
        padding = self.raw(self.remaining)
        if padding.count(0) != len(padding):
            raise DecodeError("padding is not zero")

    def finish(self) -> None:
        """Check that nothing is left."""
        if self._position != self._end:
            raise DecodeError("octets left after the structure")


def decode(read: Callable[[Reader], T], data: bytes) -> T:
    """The one structure that `data` holds, from first to last octet.

    Raises:
        DecodeError: malformed, too long, or something is left.
    """
    if len(data) > MAX_STRUCTURE_BYTES:
        raise DecodeError("structure is too long")
    reader = Reader(data)
    value = read(reader)
    reader.finish()
    return value
