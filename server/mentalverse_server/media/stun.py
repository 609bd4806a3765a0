"""STUN messages (RFC 8489) as far as TURN requests and their answers need them.

Only what asks a relay is here: the probe sends four kinds of request and reads the
answers. What comes in is bounded and read as data; anything odd is `BadMessage`.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

MAGIC_COOKIE = 0x2112A442
HEADER_BYTES = 20
TRANSACTION_ID_BYTES = 12
MAX_MESSAGE_BYTES = 2048
"""No answer to us is near it; a relay that sends more is not listened to."""
MAX_ATTRIBUTES = 32
_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_INTEGRITY_BYTES = 20
_FINGERPRINT_XOR = 0x5354554E
_IPV4, _IPV6 = 1, 2


class BadMessage(ValueError):
    """The octets are no STUN message that we would read."""


class Method(IntEnum):
    """What is asked for (RFC 8656 §17)."""

    BINDING = 0x001
    ALLOCATE = 0x003
    REFRESH = 0x004
    CREATE_PERMISSION = 0x008


class Kind(IntEnum):
    """The class of a message: its two bits, where they stand in the type."""

    REQUEST = 0x000
    INDICATION = 0x010
    SUCCESS = 0x100
    ERROR = 0x110


class Attribute(IntEnum):
    """The attributes that are written or read."""

    USERNAME = 0x0006
    MESSAGE_INTEGRITY = 0x0008
    ERROR_CODE = 0x0009
    LIFETIME = 0x000D
    XOR_PEER_ADDRESS = 0x0012
    REALM = 0x0014
    NONCE = 0x0015
    XOR_RELAYED_ADDRESS = 0x0016
    REQUESTED_ADDRESS_FAMILY = 0x0017
    REQUESTED_TRANSPORT = 0x0019
    SOFTWARE = 0x8022
    FINGERPRINT = 0x8028


@dataclass(frozen=True, slots=True)
class Message:
    """A message; without its integrity and fingerprint, which `encode` adds."""

    method: int
    kind: Kind
    transaction_id: bytes
    attributes: tuple[tuple[int, bytes], ...] = ()

    def get(self, attribute: Attribute) -> bytes | None:
        """The value of the first such attribute: later ones do not count."""
        return next(
            (value for kind, value in self.attributes if kind == attribute), None
        )


def long_term_key(username: str, realm: str, password: str) -> bytes:
    """The key of MESSAGE-INTEGRITY for a name and its password (RFC 8489 §9.2.2)."""
    text = f"{username}:{realm}:{password}"
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def encode(message: Message, key: bytes | None = None) -> bytes:
    """The octets, with MESSAGE-INTEGRITY if there is a key, and FINGERPRINT."""
    body = b"".join(_attribute(kind, value) for kind, value in message.attributes)
    if key is not None:
        size = _ATTRIBUTE.size + _INTEGRITY_BYTES
        covered = _header(message, len(body) + size) + body
        mac = hmac.digest(key, covered, hashlib.sha1)
        body += _attribute(Attribute.MESSAGE_INTEGRITY, mac)
    covered = _header(message, len(body) + 8) + body
    return covered + _attribute(Attribute.FINGERPRINT, _fingerprint(covered))


def decode(octets: bytes) -> Message:
    """The message in `octets`, and nothing behind its MESSAGE-INTEGRITY.

    Raises:
        BadMessage: they hold no whole message, or their fingerprint is another.
    """
    return _read(octets)[0]


def is_authentic(octets: bytes, key: bytes) -> bool:
    """Whether the message carries the MESSAGE-INTEGRITY of `key`.

    Raises:
        BadMessage: as `decode`.
    """
    message, integrity = _read(octets)
    if integrity is None:
        return False
    at, mac = integrity
    size = at - HEADER_BYTES + _ATTRIBUTE.size + _INTEGRITY_BYTES
    covered = _header(message, size) + octets[HEADER_BYTES:at]
    return hmac.compare_digest(mac, hmac.digest(key, covered, hashlib.sha1))


def message_bytes(header: bytes) -> int:
    """How long the message is that begins with these 20 octets, header included.

    Raises:
        BadMessage: they begin no message that we would read.
    """
    if len(header) < HEADER_BYTES:
        raise BadMessage("shorter than a header")
    kind, length, cookie, _ = _HEADER.unpack_from(header)
    if kind & 0xC000 or cookie != MAGIC_COOKIE or length % 4:
        raise BadMessage("not STUN")
    if HEADER_BYTES + length > MAX_MESSAGE_BYTES:
        raise BadMessage("longer than any answer")
    return HEADER_BYTES + int(length)


def xor_address(address: Address, port: int, transaction_id: bytes) -> bytes:
    """A value of XOR-PEER-ADDRESS (RFC 8489 §14.2)."""
    family = _IPV4 if isinstance(address, IPv4Address) else _IPV6
    mask = _address_mask(transaction_id)
    masked = bytes(a ^ b for a, b in zip(address.packed, mask, strict=False))
    return struct.pack("!xBH", family, port ^ (MAGIC_COOKIE >> 16)) + masked


def read_xor_address(value: bytes, transaction_id: bytes) -> tuple[Address, int]:
    """Address and port of XOR-RELAYED-ADDRESS or XOR-PEER-ADDRESS.

    Raises:
        BadMessage: it is none.
    """
    if (value[1:2], len(value)) not in {(b"\x01", 8), (b"\x02", 20)}:
        raise BadMessage("not an address")
    (port,) = struct.unpack_from("!H", value, 2)
    mask = _address_mask(transaction_id)
    packed = bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))
    return ip_address(packed), port ^ (MAGIC_COOKIE >> 16)


def read_error(message: Message) -> tuple[int, str]:
    """Code (300 to 699) and reason of an error answer.

    Raises:
        BadMessage: it has none.
    """
    value = message.get(Attribute.ERROR_CODE)
    if value is None or len(value) < 4:
        raise BadMessage("an error without a code")
    hundreds, units = value[2] & 0x07, value[3]
    if not 3 <= hundreds <= 6 or units > 99:
        raise BadMessage("no such code")
    return hundreds * 100 + units, value[4:].decode("utf-8", "replace").rstrip("\0 ")


def _read(octets: bytes) -> tuple[Message, tuple[int, bytes] | None]:
    """The message, and where its MESSAGE-INTEGRITY stands, with what it says."""
    if message_bytes(octets[:HEADER_BYTES]) != len(octets):
        raise BadMessage("cut off, or with something behind it")
    kind, _, _, transaction_id = _HEADER.unpack_from(octets)
    attributes: list[tuple[int, bytes]] = []
    integrity: tuple[int, bytes] | None = None
    at = HEADER_BYTES
    while at < len(octets):
        name, value, after = _read_attribute(octets, at)
        if name == Attribute.FINGERPRINT:
            if after != len(octets) or value != _fingerprint(octets[:at]):
                raise BadMessage("another fingerprint")
        elif name == Attribute.MESSAGE_INTEGRITY and integrity is None:
            if len(value) != _INTEGRITY_BYTES:
                raise BadMessage("an integrity of another length")
            integrity = at, value
        elif integrity is None:
            attributes.append((name, value))
        at = after
        if len(attributes) > MAX_ATTRIBUTES:
            raise BadMessage("too many attributes")
    method = (kind & 0x000F) | (kind & 0x00E0) >> 1 | (kind & 0x3E00) >> 2
    message = Message(method, Kind(kind & 0x0110), transaction_id, tuple(attributes))
    return message, integrity


def _read_attribute(octets: bytes, at: int) -> tuple[int, bytes, int]:
    """Type, value, and where the next one begins: values are padded to four octets."""
    if at + _ATTRIBUTE.size > len(octets):
        raise BadMessage("half an attribute")
    name, length = _ATTRIBUTE.unpack_from(octets, at)
    start = at + _ATTRIBUTE.size
    after = start + length + -length % 4
    if after > len(octets):
        raise BadMessage("an attribute that is longer than the message")
    return name, octets[start : start + length], after


def _header(message: Message, body_bytes: int) -> bytes:
    method = message.method
    kind = (method & 0x000F) | (method & 0x0070) << 1 | (method & 0x0F80) << 2
    return _HEADER.pack(
        kind | message.kind, body_bytes, MAGIC_COOKIE, message.transaction_id
    )


def _attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(kind, len(value)) + value + bytes(-len(value) % 4)


def _fingerprint(covered: bytes) -> bytes:
    return struct.pack("!I", zlib.crc32(covered) ^ _FINGERPRINT_XOR)


def _address_mask(transaction_id: bytes) -> bytes:
    return struct.pack("!I", MAGIC_COOKIE) + transaction_id
