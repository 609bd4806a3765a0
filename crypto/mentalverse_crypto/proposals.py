"""Proposals and the Commit that carries or names them (§12.1, §12.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from .ciphersuite import CipherSuite, read_cipher_suite
from .codec import Reader, opaque, optional, u8, u16, u32, vector
from .errors import DecodeError, UnsupportedError
from .extensions import Extensions, encode_extensions, read_extensions
from .key_package import KeyPackage
from .leaf import PROTOCOL_VERSION, LeafNode
from .psk import PreSharedKeyID, read_psk_id
from .update_path import UpdatePath


class ProposalType(IntEnum):
    """`ProposalType`."""

    ADD = 1
    UPDATE = 2
    REMOVE = 3
    PSK = 4
    REINIT = 5
    EXTERNAL_INIT = 6
    GROUP_CONTEXT_EXTENSIONS = 7


@dataclass(frozen=True, slots=True)
class Add:
    """`Add` (§12.1.1)."""

    type: ClassVar[ProposalType] = ProposalType.ADD
    key_package: KeyPackage

    def body(self) -> bytes:
        """The structure on the wire, without its type."""
        return self.key_package.encode()


@dataclass(frozen=True, slots=True)
class Update:
    """`Update` (§12.1.2)."""

    type: ClassVar[ProposalType] = ProposalType.UPDATE
    leaf_node: LeafNode

    def body(self) -> bytes:
        """The structure on the wire, without its type."""
        return self.leaf_node.encode()


@dataclass(frozen=True, slots=True)
class Remove:
    """`Remove` (§12.1.3)."""

    type: ClassVar[ProposalType] = ProposalType.REMOVE
    removed: int
    """Leaf index."""

    def body(self) -> bytes:
        """The structure on the wire, without its type."""
        return u32(self.removed)


@dataclass(frozen=True, slots=True)
class PreSharedKey:
    """`PreSharedKey` (§12.1.4)."""

    type: ClassVar[ProposalType] = ProposalType.PSK
    psk: PreSharedKeyID

    def body(self) -> bytes:
        """The structure on the wire, without its type."""
        return self.psk.encode()


@dataclass(frozen=True, slots=True)
class ReInit:
    """`ReInit` (§12.1.5)."""

    type: ClassVar[ProposalType] = ProposalType.REINIT
    group_id: bytes
    cipher_suite: CipherSuite
    extensions: Extensions

    def body(self) -> bytes:
        """The structure on the wire, without its type."""
        return (
            opaque(self.group_id)
            + u16(PROTOCOL_VERSION)
            + u16(self.cipher_suite)
            + encode_extensions(self.extensions)
        )


@dataclass(frozen=True, slots=True)
class ExternalInit:
    """`ExternalInit` (§12.1.6)."""

    type: ClassVar[ProposalType] = ProposalType.EXTERNAL_INIT
    kem_output: bytes

    def body(self) -> bytes:
        """The structure on the wire, without its type."""
        return opaque(self.kem_output)


@dataclass(frozen=True, slots=True)
class GroupContextExtensions:
    """`GroupContextExtensions` (§12.1.7)."""

    type: ClassVar[ProposalType] = ProposalType.GROUP_CONTEXT_EXTENSIONS
    extensions: Extensions

    def body(self) -> bytes:
        """The structure on the wire, without its type."""
        return encode_extensions(self.extensions)


Proposal = (
    Add
    | Update
    | Remove
    | PreSharedKey
    | ReInit
    | ExternalInit
    | GroupContextExtensions
)


def encode_proposal(proposal: Proposal) -> bytes:
    """`Proposal` on the wire."""
    return u16(proposal.type) + proposal.body()


def _read_reinit(reader: Reader) -> ReInit:
    group_id = reader.opaque()
    if reader.u16() != PROTOCOL_VERSION:
        raise UnsupportedError("protocol version is not mls10")
    return ReInit(group_id, read_cipher_suite(reader), read_extensions(reader))


_READERS: dict[ProposalType, Callable[[Reader], Proposal]] = {
    ProposalType.ADD: lambda r: Add(KeyPackage.read(r)),
    ProposalType.UPDATE: lambda r: Update(LeafNode.read(r)),
    ProposalType.REMOVE: lambda r: Remove(r.u32()),
    ProposalType.PSK: lambda r: PreSharedKey(read_psk_id(r)),
    ProposalType.REINIT: _read_reinit,
    ProposalType.EXTERNAL_INIT: lambda r: ExternalInit(r.opaque()),
    ProposalType.GROUP_CONTEXT_EXTENSIONS: lambda r: GroupContextExtensions(
        read_extensions(r)
    ),
}


def read_proposal_body(reader: Reader, proposal_type: ProposalType) -> Proposal:
    """A proposal from the wire, its type known."""
    return _READERS[proposal_type](reader)


def read_proposal(reader: Reader) -> Proposal:
    """`Proposal` from the wire.

    Raises:
        UnsupportedError: a custom proposal type; none is negotiated here.
    """
    try:
        proposal_type = ProposalType(reader.u16())
    except ValueError:
        raise UnsupportedError("proposal type is not supported") from None
    return read_proposal_body(reader, proposal_type)


@dataclass(frozen=True, slots=True)
class ProposalRef:
    """A proposal sent earlier, named by its `ProposalRef` (§12.4)."""

    ref: bytes


ProposalOrRef = Proposal | ProposalRef


def _encode_proposal_or_ref(item: ProposalOrRef) -> bytes:
    if isinstance(item, ProposalRef):
        return u8(2) + opaque(item.ref)
    return u8(1) + encode_proposal(item)


def _read_proposal_or_ref(reader: Reader) -> ProposalOrRef:
    match reader.u8():
        case 1:
            return read_proposal(reader)
        case 2:
            return ProposalRef(reader.opaque())
        case _:
            raise DecodeError("neither proposal nor reference")


@dataclass(frozen=True, slots=True)
class Commit:
    """`Commit` (§12.4)."""

    proposals: tuple[ProposalOrRef, ...]
    path: UpdatePath | None

    def encode(self) -> bytes:
        """The structure on the wire."""
        path = None if self.path is None else self.path.encode()
        return vector(map(_encode_proposal_or_ref, self.proposals)) + optional(path)

    @classmethod
    def read(cls, reader: Reader) -> "Commit":
        """The structure from the wire."""
        proposals = reader.vector(_read_proposal_or_ref)
        return cls(proposals, reader.optional(UpdatePath.read))
