"""What stands in for a handshake message that is too large to be carried.

Where a commit, a Welcome or a GroupInfo belongs, this may stand instead. The message
itself is the octets of a blob, which whoever needs it fetches and compares:

    struct {
        ProtocolVersion version = mls10;
        uint16 wire_format = 0xF07B;     /* for private use, RFC 9420 §17.2 */
        opaque head<V>;
        opaque blob[16];
        uint32 size;
        opaque sha256[32];
    } Detached;

The head of a commit repeats the header of its PrivateMessage, so that it can be
ordered by who does not fetch it; that of a Welcome or GroupInfo is empty. Nobody signs
it: what it says of a commit has to be equal to what the commit says.
"""

import hashlib
from dataclasses import dataclass

from .codec import Reader, decode, opaque, u16, u32
from .leaf import PROTOCOL_VERSION

WIRE_FORMAT = 0xF07B
BLOB_BYTES = 16
_SHA256_BYTES = 32
_PREFIX = u16(PROTOCOL_VERSION) + u16(WIRE_FORMAT)


@dataclass(frozen=True, slots=True)
class Detached:
    """Where a message is, and what it has to be equal to."""

    head: bytes
    blob: bytes
    """Id of the blob, 16 octets."""
    size: int
    sha256: bytes

    @classmethod
    def of(cls, message: bytes, blob: bytes, head: bytes = b"") -> "Detached":
        """What stands in for a message that is stored as this blob."""
        return cls(head, blob, len(message), hashlib.sha256(message).digest())

    def is_of(self, octets: bytes) -> bool:
        """Whether these octets are the message."""
        same_size = len(octets) == self.size
        return same_size and hashlib.sha256(octets).digest() == self.sha256

    def encode(self) -> bytes:
        """The structure on the wire."""
        return _PREFIX + opaque(self.head) + self.blob + u32(self.size) + self.sha256

    @classmethod
    def _read(cls, reader: Reader) -> "Detached":
        reader.u32()
        return cls(
            reader.opaque(),
            reader.raw(BLOB_BYTES),
            reader.u32(),
            reader.raw(_SHA256_BYTES),
        )


def is_detached(message: bytes) -> bool:
    """Whether a message is of this wire format; it may be malformed."""
    return message.startswith(_PREFIX)


def read_detached(message: bytes) -> Detached | None:
    """What a message refers to; None if it is not of this wire format.

    Raises:
        DecodeError: malformed.
    """
    if not is_detached(message):
        return None
    return decode(Detached._read, message)
