"""Keys for use outside MLS (§8.5).

Labels are a closed list so that two parts of the product cannot meet in one
key by accident.
"""

from enum import Enum

from . import key_schedule
from .ciphersuite import HASH_BYTES
from .errors import InvalidRequest

MAX_EXPORT_BYTES = 255 * HASH_BYTES
"""The most that HKDF-SHA256 yields for one label and context."""


class ExporterLabel(Enum):
    """What exported keys may be used for."""

    MEDIA = b"MentalVerse media v1"
    """Frame keys of a call."""
    CREDENTIAL = b"MentalVerse credential v1"
    """Challenge signed by the holder of a professional credential."""
    ATTENDANCE = b"MentalVerse attendance v1"
    """Proof of having been in a session."""


def export(
    exporter_secret: bytes, label: ExporterLabel, context: bytes, length: int
) -> bytes:
    """`length` octets for one purpose and context.

    Raises:
        InvalidRequest: `length` is not 1 to `MAX_EXPORT_BYTES`.
    """
    if not 0 < length <= MAX_EXPORT_BYTES:
        raise InvalidRequest("exported length is out of range")
    return key_schedule.exporter(exporter_secret, label.value, context, length)
