"""Extensions, and those whose content this package reads (§13, §7.2).

An extension of unknown type is kept byte for byte; whether it may be present
is decided by the capabilities of the members (§7.3, §12.1.7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from .codec import Reader, decode, opaque, u16, vector
from .errors import DecodeError


class ExtensionType(IntEnum):
    """Extension types with a meaning here."""

    APPLICATION_ID = 0x0001
    RATCHET_TREE = 0x0002
    REQUIRED_CAPABILITIES = 0x0003
    EXTERNAL_PUB = 0x0004
    EXTERNAL_SENDERS = 0x0005
    LAST_RESORT = 0x000A
    MV_GROUP = 0xF0A0
    """Private use: kind and policy of a conversation."""


DEFAULT_EXTENSION_TYPES = frozenset(range(1, 6))
"""Types every client understands, never listed in capabilities (§7.2)."""


@dataclass(frozen=True, slots=True)
class Extension:
    """`Extension`."""

    extension_type: int
    extension_data: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        return u16(self.extension_type) + opaque(self.extension_data)

    @classmethod
    def read(cls, reader: Reader) -> "Extension":
        """The structure from the wire."""
        return cls(reader.u16(), reader.opaque())


Extensions = tuple[Extension, ...]


def encode_extensions(extensions: Extensions) -> bytes:
    """`Extension extensions<V>`."""
    return vector(e.encode() for e in extensions)


def read_extensions(reader: Reader) -> Extensions:
    """`Extension extensions<V>` without a repeated type."""
    extensions = reader.vector(Extension.read)
    if len({e.extension_type for e in extensions}) != len(extensions):
        raise DecodeError("extension type is repeated")
    return extensions


def find_extension(extensions: Extensions, extension_type: int) -> bytes | None:
    """The data of the extension of a type, if present."""
    for extension in extensions:
        if extension.extension_type == extension_type:
            return extension.extension_data
    return None


@dataclass(frozen=True, slots=True)
class RequiredCapabilities:
    """`RequiredCapabilities` (§11.1)."""

    extension_types: tuple[int, ...] = ()
    proposal_types: tuple[int, ...] = ()
    credential_types: tuple[int, ...] = ()

    def encode(self) -> bytes:
        """The extension data."""
        return (
            encode_u16s(self.extension_types)
            + encode_u16s(self.proposal_types)
            + encode_u16s(self.credential_types)
        )

    @classmethod
    def read(cls, reader: Reader) -> "RequiredCapabilities":
        """The structure from the wire."""
        return cls(read_u16s(reader), read_u16s(reader), read_u16s(reader))


def required_capabilities(extensions: Extensions) -> RequiredCapabilities:
    """What a group requires of its members; nothing when it does not say."""
    data = find_extension(extensions, ExtensionType.REQUIRED_CAPABILITIES)
    if data is None:
        return RequiredCapabilities()
    return decode(RequiredCapabilities.read, data)


def external_pub_extension(public: bytes) -> Extension:
    """`external_pub`: the key is an `opaque<V>` inside the data (§12.4.3.2)."""
    return Extension(ExtensionType.EXTERNAL_PUB, opaque(public))


def external_pub(extensions: Extensions) -> bytes | None:
    """The key to join a group from outside by, if the group offers one."""
    data = find_extension(extensions, ExtensionType.EXTERNAL_PUB)
    return None if data is None else decode(Reader.opaque, data)


def encode_u16s(values: Sequence[int]) -> bytes:
    """`uint16 values<V>`."""
    return vector(map(u16, values))


def read_u16s(reader: Reader) -> tuple[int, ...]:
    """`uint16 values<V>`."""
    return reader.vector(Reader.u16)
