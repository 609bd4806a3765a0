"""Where somebody is, sealed so that it takes two to open it.

    struct {
        uint8  kind;                        1 position, 2 address
        uint64 at_ms;
        select (kind) {
            case 1: uint32 north;           10^-7 degrees from the south pole
                    uint32 east;            10^-7 degrees from 180° W
                    uint32 accuracy_m;
            case 2: opaque text<V>;         UTF-8
        };
    } Location;

    envelope = version[1] = 1 ‖ nonce[24] ‖ sealed
    sealed by XChaCha20-Poly1305 over `opaque location<V>` and zeros up to 512 octets,
        with as AAD "MentalVerse location v1" ‖ case[16]
    key = team_half[32] ⊕ desk_half[32]

Each half is random by itself, so whoever has one knows nothing about the key. The
team's goes to those who talk with the person, in a message of their conversation
(`carried.LocationKey`); the desk's goes to the server, which gives it out through an
override and in no other way. The envelope says nothing, not even by its length.

The AEAD does not commit to a key, so the message with the team's half names the
envelope by its SHA-256: what is opened is what the person sealed. That hash also tells
a half which was replaced from the one that holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from .ciphersuite import Rng, digest
from .codec import Reader, decode, opaque, u8, u32, u64
from .errors import DecodeError, require
from .storage_errors import LocationDamaged, LocationMalformed

CASE_ID_BYTES: Final = 16
"""Length of the id of a case."""
LOCATION_HALF_BYTES: Final = 32
"""Length of each half of the key."""
MAX_ADDRESS_BYTES: Final = 480
"""Longest address, in UTF-8."""
PADDED_BYTES: Final = 512
"""Every location before it is sealed."""

_VERSION: Final = u8(1)
_LABEL: Final = b"MentalVerse location v1"
_NONCE_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES
ENVELOPE_BYTES: Final = len(_VERSION) + _NONCE_BYTES + PADDED_BYTES + _TAG_BYTES
"""Length of every envelope."""

_POSITION: Final = 1
_ADDRESS: Final = 2
_NORTH_POLE: Final = 180 * 10**7
_ONCE_AROUND: Final = 360 * 10**7


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the earth (WGS 84), as a device found it.

    Raises:
        InvalidRequest: no place on the earth, or a number does not fit.
    """

    latitude_e7: int = field(repr=False)
    """10^-7 degrees, north positive."""
    longitude_e7: int = field(repr=False)
    """10^-7 degrees, east positive."""
    accuracy_m: int
    """The person is within so many metres, as the device says."""
    at_ms: int
    """When it was found, Unix milliseconds, by the device's clock."""

    def __post_init__(self) -> None:
        in_range = abs(self.latitude_e7) <= _NORTH_POLE // 2
        require(in_range, "no such latitude")
        require(abs(self.longitude_e7) <= _ONCE_AROUND // 2, "no such longitude")
        require(0 <= self.accuracy_m < 1 << 32, "the accuracy does not fit")
        require(0 <= self.at_ms < 1 << 64, "the time does not fit")


@dataclass(frozen=True, slots=True)
class Address:
    """A place as somebody wrote it down.

    Raises:
        InvalidRequest: empty, longer than `MAX_ADDRESS_BYTES` or no Unicode text.
    """

    text: str = field(repr=False)
    at_ms: int
    """When it was written, Unix milliseconds, by the device's clock."""

    def __post_init__(self) -> None:
        surrogates = any("\ud800" <= letter <= "\udfff" for letter in self.text)
        require(not surrogates, "the address is not Unicode text")
        length = len(self.text.encode(errors="replace"))
        require(0 < length <= MAX_ADDRESS_BYTES, "the address is empty or too long")
        require(0 <= self.at_ms < 1 << 64, "the time does not fit")


Location: TypeAlias = Position | Address


@dataclass(frozen=True, slots=True)
class SealedLocation:
    """An envelope and what opens it, on the device that sealed it."""

    envelope: bytes
    """`ENVELOPE_BYTES` octets."""
    team_half: bytes = field(repr=False)
    """For those who talk with the person. The server must never have it."""
    desk_half: bytes = field(repr=False)
    """For the server. Nobody else may have it before an override releases it."""

    @property
    def sha256(self) -> bytes:
        """By which the team's half names the envelope, 32 octets."""
        return digest(self.envelope)


def seal_location(location: Location, case: bytes, rng: Rng) -> SealedLocation:
    """Where somebody is, sealed for one case under a fresh key.

    Args:
        location: Where.
        case: 16 octets, the id of the case: the envelope opens for no other.
        rng: Source of randomness.

    Raises:
        InvalidRequest: the id has not 16 octets.
    """
    require(len(case) == CASE_ID_BYTES, "a case id has 16 octets")
    team_half, desk_half = rng(LOCATION_HALF_BYTES), rng(LOCATION_HALF_BYTES)
    nonce = rng(_NONCE_BYTES)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        opaque(_encode(location)).ljust(PADDED_BYTES, b"\0"),
        _LABEL + case,
        nonce,
        _joined(team_half, desk_half),
    )
    return SealedLocation(_VERSION + nonce + sealed, team_half, desk_half)


def open_location(
    envelope: bytes, case: bytes, team_half: bytes, desk_half: bytes
) -> Location:
    """Where somebody is.

    Args:
        envelope: An output of `seal_location`.
        case: 16 octets, the id of the case.
        team_half: From the conversation; its message names this envelope.
        desk_half: As the server released it.

    Raises:
        LocationDamaged: altered, of another case, or not the two halves of its key.
        LocationMalformed: authentic, but not what this version writes.
    """
    halves = (team_half, desk_half)
    if len(envelope) != ENVELOPE_BYTES or not envelope.startswith(_VERSION):
        raise LocationDamaged("not an envelope of a known version")
    if any(len(half) != LOCATION_HALF_BYTES for half in halves):
        raise LocationDamaged("half of a key has 32 octets")
    nonce_end = len(_VERSION) + _NONCE_BYTES
    try:
        padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            envelope[nonce_end:],
            _LABEL + case,
            envelope[len(_VERSION) : nonce_end],
            _joined(*halves),
        )
    except CryptoError:
        raise LocationDamaged("altered, or not its case or key") from None
    try:
        reader = Reader(padded)
        location = decode(_read, reader.opaque())
        reader.finish_padding()
    except DecodeError as error:
        raise LocationMalformed(str(error)) from None
    return location


def _joined(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _encode(location: Location) -> bytes:
    if isinstance(location, Address):
        text = location.text.encode()
        return u8(_ADDRESS) + u64(location.at_ms) + opaque(text)
    return (
        u8(_POSITION)
        + u64(location.at_ms)
        + u32(location.latitude_e7 + _NORTH_POLE // 2)
        + u32(location.longitude_e7 + _ONCE_AROUND // 2)
        + u32(location.accuracy_m)
    )


def _read(reader: Reader) -> Location:
    kind, at_ms = reader.u8(), reader.u64()
    if kind == _ADDRESS:
        return _read_address(reader, at_ms)
    if kind != _POSITION:
        raise DecodeError("a location of another kind")
    north, east = reader.u32(), reader.u32()
    if north > _NORTH_POLE or east > _ONCE_AROUND:
        raise DecodeError("no place on the earth")
    latitude_e7, longitude_e7 = north - _NORTH_POLE // 2, east - _ONCE_AROUND // 2
    return Position(latitude_e7, longitude_e7, reader.u32(), at_ms)


def _read_address(reader: Reader, at_ms: int) -> Address:
    octets = reader.opaque()
    if not 0 < len(octets) <= MAX_ADDRESS_BYTES:
        raise DecodeError("the address is empty or too long")
    try:
        return Address(octets.decode(), at_ms)
    except UnicodeDecodeError:
        raise DecodeError("the address is not UTF-8") from None
