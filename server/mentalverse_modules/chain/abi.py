"""The two contracts as they are deployed, and what they are called with (ABI).

`contracts/NAME.json` is what the compiler made of `contracts/NAME.vy`: its interface
and its code. A test compiles the source again.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from importlib.resources import files

import msgspec
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

Value = int | str | bytes | tuple["Value", ...]
"""What a contract is called with; an address is its text."""


class Kind(Enum):
    """Which tree a root is of."""

    LEDGER = 1
    CREDENTIALS = 2


class Parameter(msgspec.Struct, frozen=True):
    """One value that goes in, or comes out."""

    type: str
    name: str = ""
    components: tuple[Parameter, ...] = ()
    """Of a tuple."""

    @property
    def written(self) -> str:
        """The type as signatures have it."""
        inner = ",".join(each.written for each in self.components)
        return f"({inner}){self.type.removeprefix('tuple')}" if inner else self.type


class Part(msgspec.Struct, frozen=True):
    """A function, an event, or the constructor."""

    type: str
    name: str = ""
    inputs: tuple[Parameter, ...] = ()
    outputs: tuple[Parameter, ...] = ()


class Contract(msgspec.Struct, frozen=True):
    """What a compiled contract is."""

    abi: tuple[Part, ...]
    bytecode: str
    """Creates it; hex."""
    compiler: str
    source: str
    """SHA-256 of the source, hex."""

    @property
    def creation(self) -> bytes:
        """The data of the transaction that creates it; both take no arguments."""
        return bytes.fromhex(self.bytecode)

    def call(self, name: str, *values: Value) -> bytes:
        """The calldata of a function."""
        types = [each.written for each in self._function(name).inputs]
        selector = keccak(text=f"{name}({','.join(types)})")[:4]
        return selector + encode(types, values)

    def answer(self, name: str, octets: bytes) -> tuple[object, ...]:
        """What a function answered."""
        types = [each.written for each in self._function(name).outputs]
        return tuple(decode(types, octets))

    def _function(self, name: str) -> Part:
        return next(
            one for one in self.abi if (one.type, one.name) == ("function", name)
        )


@cache
def contract(name: str) -> Contract:
    """`registry` or `settlement`."""
    path = files(__package__) / "contracts" / f"{name}.json"
    return msgspec.json.decode(path.read_bytes(), type=Contract)


def publishing(kind: Kind, root: str, size: int) -> bytes:
    """The calldata that publishes a root (hex) over so many leaves."""
    return contract("registry").call("publish", kind.value, bytes.fromhex(root), size)


def revoking(root: str, places: frozenset[int]) -> tuple[bytes, ...]:
    """The calls that take the credentials at these places back: one for each 256."""
    words: dict[int, int] = {}
    for place in places:
        words[place // 256] = words.get(place // 256, 0) | 1 << place % 256
    return tuple(
        contract("registry").call("revoke", bytes.fromhex(root), word, words[word])
        for word in sorted(words)
    )
