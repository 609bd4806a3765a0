"""Pre-shared keys and the secret they add to an epoch (§8.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from .ciphersuite import HASH_BYTES, extract
from .codec import Reader, opaque, u8, u16, u64
from .errors import DecodeError, UnknownPsk
from .labels import expand_with_label


class PSKType(IntEnum):
    """`PSKType`."""

    EXTERNAL = 1
    RESUMPTION = 2


class ResumptionPSKUsage(IntEnum):
    """`ResumptionPSKUsage`."""

    APPLICATION = 1
    REINIT = 2
    BRANCH = 3


@dataclass(frozen=True, slots=True)
class ExternalPsk:
    """A key known to the members from outside the group."""

    psk_id: bytes
    psk_nonce: bytes
    """`Nh` random octets, fresh per use."""

    def encode(self) -> bytes:
        """`PreSharedKeyID` on the wire."""
        return u8(PSKType.EXTERNAL) + opaque(self.psk_id) + opaque(self.psk_nonce)


@dataclass(frozen=True, slots=True)
class ResumptionPsk:
    """The resumption key of an epoch of this or another group."""

    usage: ResumptionPSKUsage
    psk_group_id: bytes
    psk_epoch: int
    psk_nonce: bytes
    """`Nh` random octets, fresh per use."""

    def encode(self) -> bytes:
        """`PreSharedKeyID` on the wire."""
        return (
            u8(PSKType.RESUMPTION)
            + u8(self.usage)
            + opaque(self.psk_group_id)
            + u64(self.psk_epoch)
            + opaque(self.psk_nonce)
        )


PreSharedKeyID = ExternalPsk | ResumptionPsk


def read_psk_id(reader: Reader) -> PreSharedKeyID:
    """`PreSharedKeyID` from the wire."""
    match reader.u8():
        case PSKType.EXTERNAL:
            return ExternalPsk(reader.opaque(), reader.opaque())
        case PSKType.RESUMPTION:
            try:
                usage = ResumptionPSKUsage(reader.u8())
            except ValueError:
                raise DecodeError("unknown resumption PSK usage") from None
            return ResumptionPsk(usage, reader.opaque(), reader.u64(), reader.opaque())
        case _:
            raise DecodeError("unknown PSK type")


def psk_secret(psks: Sequence[tuple[PreSharedKeyID, bytes]]) -> bytes:
    """The `psk_secret` of the keys in order; `Nh` zero octets for none."""
    zero = bytes(HASH_BYTES)
    secret = zero
    for index, (psk_id, psk) in enumerate(psks):
        extracted = extract(zero, psk)
        label = psk_id.encode() + u16(index) + u16(len(psks))
        psk_input = expand_with_label(extracted, b"derived psk", label, HASH_BYTES)
        secret = extract(psk_input, secret)
    return secret


@dataclass(frozen=True, slots=True)
class PskStore:
    """The pre-shared keys a device holds."""

    external: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    """By `psk_id`."""
    resumption: Mapping[tuple[bytes, int], bytes] = field(
        default_factory=dict, repr=False
    )
    """By group id and epoch."""

    def find(self, psk_id: PreSharedKeyID) -> bytes:
        """The key of an identifier.

        Raises:
            UnknownPsk: it is not here.
        """
        if isinstance(psk_id, ExternalPsk):
            key = self.external.get(psk_id.psk_id)
        else:
            key = self.resumption.get((psk_id.psk_group_id, psk_id.psk_epoch))
        if key is None:
            raise UnknownPsk("a pre-shared key is not held here")
        return key

    def secret(self, psk_ids: Sequence[PreSharedKeyID]) -> bytes:
        """The `psk_secret` of identifiers in order.

        Raises:
            UnknownPsk: one is not here.
        """
        return psk_secret([(psk_id, self.find(psk_id)) for psk_id in psk_ids])
