"""Blobs: octets too large for a message, over HTTPS, resumable.

    POST   /api/v1/blobs                 BlobCreate → BlobStatus
    PATCH  /api/v1/blobs/{blob}          octets     → BlobStatus
    GET    /api/v1/blobs/{blob}/status              → BlobStatus
    GET    /api/v1/blobs/{blob}                     → octets
    DELETE /api/v1/blobs/{blob}                     → Empty

Every request carries a bearer token (RFC 6750 §2.1). A blob is ciphertext: the
client encrypts before it uploads, and the server stores and returns octets.

The id is a capability. It is 128 random bits that travel inside an encrypted
message, so whoever can name a complete blob was told of it by someone who may read
it; any signed-in device that knows the id may fetch it. Until the blob is complete,
and for changing it, only the account that created it may.

`Upload-Offset` of a PATCH says where its octets belong: at the end of what the
server has. A PATCH for another place is a `conflict` whose answer carries the true
offset in a header of the same name, and the client goes on from there. What arrived
of a request that broke off is kept.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .envelope import MAX_SAFE_INTEGER
from .fields import Fact, Payload, Seq, TimestampMs
from .ids import BlobIdField

UPLOAD_OFFSET = "Upload-Offset"
"""Header: the number of octets that the server has, or is asked to have."""
MAX_PATCH_BYTES = 1024 * 1024
"""Octets of one PATCH."""
MAX_BLOB_OVERHEAD_BYTES = 1024 * 1024 + 64 * 1024
"""What padding to whole MiB and authentication may add to a plaintext."""
MAX_GROUP_PART_BYTES = 1024 * 1024
"""A commit, Welcome or GroupInfo."""
MAX_ARCHIVE_PIECE_BYTES = 1024 * 1024
"""Plaintext of one blob of an archive."""

Sha256 = Annotated[bytes, Meta(min_length=32, max_length=32)]


class BlobPurpose(StrEnum):
    """What a blob is for: its size limit, its quota and how long it is kept."""

    ATTACHMENT = "attachment"
    """A file sent in a conversation; forgotten after a time the server sets."""
    ARCHIVE = "archive"
    """A piece of an account's own history; kept until it is deleted."""
    GROUP = "group"
    """A commit, Welcome or GroupInfo too large for a message; kept as long as the
    bundle that refers to it is of use, and without one for as long as a Welcome."""


class BlobCreate(Payload, frozen=True):
    """Announce a blob. Repeating the same call gives the blob's state.

    `size` is the number of octets that will be stored and `sha256` their hash
    (FIPS 180-4), checked before anyone can fetch them.
    """

    blob: BlobIdField
    purpose: BlobPurpose
    size: Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]
    sha256: Sha256


class BlobStatus(Fact, frozen=True):
    """How much of a blob the server has; `complete` means durable and checked."""

    blob: BlobIdField
    size: Seq
    offset: Seq
    complete: bool
    expires_at: TimestampMs | None
    """When the server forgets it, or the upload if it is not complete by then;
    null for what is kept."""
