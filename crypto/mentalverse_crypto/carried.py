"""Message bodies that carry keys and hashes: files, keys, log heads.

| ``t``        | ``b``                                                           |
|--------------|-----------------------------------------------------------------|
| file         | ``blob``, ``key``, ``sha256``, ``size``, ``mime``, ``name``     |
| voice        | the members of a file, ``ms``, ``waveform`` (0 to 64 of 0…255)  |
| history.key  | ``period``, ``key``                                             |
| location.key | ``case``, ``key``, ``sha256``                                   |
| log.head     | ``log``, ``size``, ``root``, ``at``, ``sig``                    |

Octets are base64url without padding (RFC 4648 §5), in the one spelling that an
encoder writes. `content` reads and writes the envelope around them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .attachments import (
    ATTACHMENT_KEY_BYTES,
    BLOB_ID_BYTES,
    AttachmentReference,
    clean_name,
)
from .ciphersuite import HASH_BYTES, SIGNATURE_BYTES
from .errors import ContentInvalid, InvalidRequest
from .ijson import Json, Members, unknown_members
from .sealed_location import CASE_ID_BYTES, LOCATION_HALF_BYTES

HISTORY_KEY_BYTES = 32
"""Length of the key of a conversation's archive."""
LOG_ID_BYTES = 32
"""Length of the id of a transparency log."""
MAX_WAVEFORM_SAMPLES = 64
"""Most bars of a voice message's picture."""
MAX_WAVEFORM_LEVEL = 255
"""The loudest bar."""


@dataclass(frozen=True, slots=True)
class File:
    """A file beside the conversation."""

    type: ClassVar[str] = "file"
    attachment: AttachmentReference
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording beside the conversation."""

    type: ClassVar[str] = "voice"
    attachment: AttachmentReference
    ms: int
    """How long it plays, in milliseconds, as the sender says."""
    waveform: tuple[int, ...] = field(default=(), repr=False)
    """Loudness over its length, 0 to 255 each: what is drawn before it is loaded."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class HistoryKey:
    """The key under which everybody archives this conversation from here on."""

    type: ClassVar[str] = "history.key"
    period: int
    """The epoch of the group the key was made in; the first in the log counts."""
    key: bytes = field(repr=False)
    """32 octets."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class LocationKey:
    """The team's half of the key of a sealed location, see `sealed_location`."""

    type: ClassVar[str] = "location.key"
    case: bytes
    """16 octets, the id of the case that it was sealed for."""
    key: bytes = field(repr=False)
    """32 octets."""
    sha256: bytes
    """Of the envelope: the half of another one opens nothing."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest head of the transparency log that the sender has seen."""

    type: ClassVar[str] = "log.head"
    log: bytes
    """32 octets, the id of the log."""
    size: int
    """Number of entries."""
    root: bytes
    """32 octets, the root of the tree over them."""
    at: int
    """Unix milliseconds, as the log signed them."""
    sig: bytes
    """64 octets, by the key of the log."""
    extra: Mapping[str, Json] = unknown_members()


def attachment_members(attachment: AttachmentReference) -> dict[str, object]:
    """A reference as it stands among the members of a body."""
    return {
        "blob": attachment.blob,
        "key": attachment.key,
        "sha256": attachment.sha256,
        "size": attachment.size,
        "mime": attachment.media_type,
        "name": attachment.name,
    }


def read_file(body: Members) -> File:
    """The body of a ``file``."""
    return File(_read_attachment(body), body.rest())


def read_voice(body: Members) -> Voice:
    """The body of a ``voice``."""
    return Voice(
        _read_attachment(body),
        body.integer("ms"),
        body.integers("waveform", MAX_WAVEFORM_SAMPLES, MAX_WAVEFORM_LEVEL),
        body.rest(),
    )


def read_history_key(body: Members) -> HistoryKey:
    """The body of a ``history.key``."""
    key = body.octets("key", HISTORY_KEY_BYTES)
    return HistoryKey(body.integer("period"), key, body.rest())


def read_location_key(body: Members) -> LocationKey:
    """The body of a ``location.key``."""
    return LocationKey(
        body.octets("case", CASE_ID_BYTES),
        body.octets("key", LOCATION_HALF_BYTES),
        body.octets("sha256", HASH_BYTES),
        body.rest(),
    )


def read_log_head(body: Members) -> LogHead:
    """The body of a ``log.head``; its signature is not verified here."""
    return LogHead(
        body.octets("log", LOG_ID_BYTES),
        body.integer("size"),
        body.octets("root", HASH_BYTES),
        body.integer("at"),
        body.octets("sig", SIGNATURE_BYTES),
        body.rest(),
    )


def _read_attachment(body: Members) -> AttachmentReference:
    try:
        return AttachmentReference(
            body.octets("blob", BLOB_ID_BYTES),
            body.octets("key", ATTACHMENT_KEY_BYTES),
            body.octets("sha256", HASH_BYTES),
            body.integer("size"),
            body.text("mime"),
            # A name that cannot be shown is no reason to lose the file.
            clean_name(body.text("name")),
        )
    except InvalidRequest as error:
        raise ContentInvalid(str(error)) from None
