"""The `authenticated_data` of our messages: signed by the sender, read by the server.

    "mv1"                                    3 octets
    client_id                                16 octets, the sender's idempotency key
    DeclaredChange adds<V>, removes<V>       only when the commit changes membership

    DeclaredChange = account_id[16] ‖ device_id[16]

The server routes by the declared changes and cannot check them; every member
compares them with what the commit did to the tree. There is one encoding of each
value: a message that declares nothing ends after `client_id`. RFC 9420 §6.3.1
leaves these octets readable, so nothing about the content belongs here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .codec import Reader, vector
from .codec import decode as decode_structure
from .errors import DecodeError, InvalidRequest

CLIENT_ID_BYTES = 16
"""Length of the idempotency key."""
MAX_CHANGES = 64
"""Most devices in one list: the largest group there is."""

_MAGIC = b"mv1"
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class DeclaredChange:
    """One device of one account, 16 octets each."""

    account_id: bytes
    device_id: bytes


@dataclass(frozen=True, slots=True)
class Declared:
    """What a message says of itself to the server."""

    client_id: bytes
    """16 octets: the same message sent again carries the same."""
    adds: tuple[DeclaredChange, ...] = ()
    removes: tuple[DeclaredChange, ...] = ()


def encode(
    client_id: bytes,
    adds: Iterable[DeclaredChange] = (),
    removes: Iterable[DeclaredChange] = (),
) -> bytes:
    """The `authenticated_data` of a message.

    Raises:
        InvalidRequest: a length is wrong, a device stands twice in a list, or a
            list is longer than `MAX_CHANGES`.
    """
    value = Declared(client_id, tuple(adds), tuple(removes))
    octets = _MAGIC + client_id
    if value.adds or value.removes:
        octets += _write_changes(value.adds) + _write_changes(value.removes)
    try:
        same = decode(octets) == value
    except DecodeError as error:
        raise InvalidRequest(str(error)) from None
    if not same:
        raise InvalidRequest("an id does not have 16 octets")
    return octets


def decode(authenticated_data: bytes) -> Declared:
    """What the `authenticated_data` of a message declares.

    Raises:
        DecodeError: anything else than one output of `encode`.
    """
    return decode_structure(_read, authenticated_data)


def _write_changes(changes: tuple[DeclaredChange, ...]) -> bytes:
    return vector(change.account_id + change.device_id for change in changes)


def _read(reader: Reader) -> Declared:
    if reader.raw(len(_MAGIC)) != _MAGIC:
        raise DecodeError("declared data is of another version")
    client_id = reader.raw(CLIENT_ID_BYTES)
    if not reader.remaining:
        return Declared(client_id)
    adds, removes = _read_changes(reader), _read_changes(reader)
    if not adds and not removes:
        raise DecodeError("two empty lists are not written")
    return Declared(client_id, adds, removes)


def _read_changes(reader: Reader) -> tuple[DeclaredChange, ...]:
    changes = reader.vector(_read_change)
    if len(changes) > MAX_CHANGES:
        raise DecodeError("more devices than a group can have")
    if len(set(changes)) != len(changes):
        raise DecodeError("a device stands twice in one list")
    return changes


def _read_change(reader: Reader) -> DeclaredChange:
    return DeclaredChange(reader.raw(_ID_BYTES), reader.raw(_ID_BYTES))
