"""Which credentials are revoked or suspended, told without telling whose they are.

Bitstring Status List 1.0: a list has a bit for each credential, and is published whole.
Whoever fetches it says nothing about whom they look up, as long as it is long and a
credential's place in it is random: hence 131,072 entries and more, and a place that is
drawn and not counted. There is a list for each purpose; a credential has the same place
in both.

The specification names no largest list, and a few octets of gzip can become any number
of them: what is read is inflated up to `MAX_BYTES` and no further.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import Enum

import msgspec
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from . import jose
from .errors import Expired, ListFull, MalformedList, NotYetValid
from .keys import IssuerKey
from .w3c import CONTEXT, MEDIA_TYPE, instant, seconds

MIN_ENTRIES = 131_072
MAX_BYTES = 4 * 1024 * 1024
LIST_TYPE = "BitstringStatusListCredential"
_MAX_DRAWS = 256


class Purpose(Enum):
    """What a set bit says."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True)
class StatusList:
    """Bits, the first of them the highest one of the first octet."""

    bits: bytes

    def __post_init__(self) -> None:
        if not MIN_ENTRIES <= len(self.bits) * 8 <= MAX_BYTES * 8:
            raise MalformedList("a list has 131,072 entries to 4 MiB")

    def __getitem__(self, index: int) -> bool:
        """Whether the bit of a credential is set.

        Raises:
            MalformedList: the list has no such entry.
        """
        if not 0 <= index < len(self.bits) * 8:
            raise MalformedList("no such entry")
        return bool(self.bits[index // 8] & 0x80 >> index % 8)


def list_of(set_indices: Container[int], entries: int = MIN_ENTRIES) -> StatusList:
    """A list in which these bits are set."""
    octets = bytearray(entries // 8)
    for index in range(entries):
        if index in set_indices:
            octets[index // 8] |= 0x80 >> index % 8
    return StatusList(bytes(octets))


def free_index(
    rng: Callable[[int], bytes], taken: Container[int], entries: int = MIN_ENTRIES
) -> int:
    """A place that nobody has, each as likely as the other.

    Raises:
        ListFull: hardly any is free; the next credentials go to a new list.
    """
    # Of 2^32 values only whole rounds of the list count, or low places were likelier.
    limit = 2**32 - 2**32 % entries
    for _ in range(_MAX_DRAWS):
        drawn = int.from_bytes(rng(4), "big")
        if drawn < limit and drawn % entries not in taken:
            return drawn % entries
    raise ListFull("the status list has hardly a place left")


def encoded(status: StatusList) -> str:
    """The list as it is published: gzip, then base64url behind `u`."""
    packed = gzip.compress(status.bits, mtime=0)
    return "u" + urlsafe_b64encode(packed).decode("ascii")


def decoded(text: str) -> StatusList:
    """A list that somebody published.

    Raises:
        MalformedList: not one, or larger than `MAX_BYTES`.
    """
    if not text.startswith("u"):
        raise MalformedList("not base64url behind `u`")
    inflating = zlib.decompressobj(wbits=31)
    try:
        packed = urlsafe_b64decode(text[1:].encode("ascii"))
        bits = inflating.decompress(packed, MAX_BYTES + 1)
    except (ValueError, zlib.error):
        raise MalformedList("not gzip in base64url") from None
    if len(bits) > MAX_BYTES:
        raise MalformedList("larger than 4 MiB")
    if not inflating.eof or inflating.unused_data:
        raise MalformedList("cut off, or with something behind it")
    return StatusList(bits)


class StatusEntry(msgspec.Struct, frozen=True, rename="camel"):
    """Where the status of one credential stands; of one bit."""

    status_purpose: str
    status_list_index: str
    """A decimal number, as the specification wants it."""
    status_list_credential: str
    """Address of the list, and its name."""
    type: str = "BitstringStatusListEntry"
    status_size: int = 1

    @property
    def index(self) -> int:
        """The place in the list.

        Raises:
            MalformedList: not a number that a list can have.
        """
        text = self.status_list_index
        if not (text.isascii() and text.isdigit() and len(text) <= 8):
            raise MalformedList("not a place in a list")
        return int(text)


class _Subject(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    status_purpose: str
    encoded_list: str
    type: str = "BitstringStatusList"


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    issuer: str
    valid_from: str
    valid_until: str
    credential_subject: _Subject
    iss: str
    jti: str
    nbf: int
    exp: int
    type: tuple[str, ...] = ("VerifiableCredential", LIST_TYPE)
    context: tuple[str, ...] = msgspec.field(default=CONTEXT, name="@context")


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A list, for what it is, by whom, and between which seconds it counts."""

    url: str
    issuer: str
    purpose: Purpose
    status: StatusList
    valid_from_s: int
    valid_until_s: int


def sign_list(published: PublishedList, key: IssuerKey) -> str:
    """A list as a credential of its own, so that nobody else can clear a bit."""
    body = _Body(
        id=published.url,
        issuer=published.issuer,
        valid_from=instant(published.valid_from_s),
        valid_until=instant(published.valid_until_s),
        credential_subject=_Subject(
            id=f"{published.url}#list",
            status_purpose=published.purpose.value,
            encoded_list=encoded(published.status),
        ),
        iss=published.issuer,
        jti=published.url,
        nbf=published.valid_from_s,
        exp=published.valid_until_s,
    )
    return jose.sign(msgspec.json.encode(body), key, MEDIA_TYPE)


def verify_list(token: str, key_of: jose.KeyOf, now_s: int) -> PublishedList:
    """A list that its issuer signed and that counts now.

    Raises:
        CredentialError: see `jose.verify`; and the list is none, or not of this time:
            an old copy would give back what was taken since.
    """
    payload, kid = jose.verify(token, key_of, MEDIA_TYPE)
    try:
        body = msgspec.json.decode(payload, type=_Body)
        purpose = Purpose(body.credential_subject.status_purpose)
        valid_from_s, valid_until_s = (
            seconds(body.valid_from),
            seconds(body.valid_until),
        )
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise MalformedList("not a status list") from None
    if LIST_TYPE not in body.type or kid.partition("#")[0] != body.issuer:
        raise MalformedList("not a status list of its issuer")
    if now_s < valid_from_s:
        raise NotYetValid("a status list of a time to come")
    if now_s >= valid_until_s:
        raise Expired("a status list of the past")
    status = decoded(body.credential_subject.encoded_list)
    return PublishedList(
        body.id, body.issuer, purpose, status, valid_from_s, valid_until_s
    )
