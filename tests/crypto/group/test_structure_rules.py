"""Every choice that a structure leaves open, taken where nothing stands."""

from collections.abc import Callable

import pytest

from mentalverse_crypto.codec import Reader, decode, opaque, u8, u16, u32, u64
from mentalverse_crypto.errors import DecodeError, MlsError, UnsupportedError
from mentalverse_crypto.extensions import Extension, encode_extensions, read_extensions
from mentalverse_crypto.framing import (
    Sender,
    decode_message,
    encode_message,
    read_content_type,
)
from mentalverse_crypto.group_info import GroupContext, Welcome
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import Capabilities, Credential, LeafNode
from mentalverse_crypto.proposals import Commit, ReInit, read_proposal
from mentalverse_crypto.psk import read_psk_id
from mentalverse_crypto.ratchet_tree import RatchetTree
from support.deterministic import seeded_rng
from support.mls_group import SUITE, client

GREASE = 0x0A0A
_PACKAGE = client("somebody", seeded_rng(65)).key_package()
_MESSAGE = encode_message(_PACKAGE)
_CONTEXT = GroupContext(SUITE, b"g", 0, b"", b"", ()).encode()
_WELCOME = Welcome(SUITE, (), b"").encode()
_REINIT = u16(5) + ReInit(b"next", SUITE, ()).body()
_LEAF = _PACKAGE.leaf_node.encode()
_TREE = opaque(u8(1) + u8(1) + _LEAF)


def _reads(read: Callable[[Reader], object]) -> Callable[[bytes], object]:
    return lambda data: decode(read, data)


def _leaf_of_source(source: int) -> bytes:
    leaf = _PACKAGE.leaf_node
    head = opaque(leaf.encryption_key) + opaque(leaf.signature_key)
    head += leaf.credential.encode() + leaf.capabilities.encode()
    return head + u8(source) + _LEAF[len(head) + 1 :]


Reads = Callable[[bytes], object]
STRUCTURES: dict[str, tuple[Reads, bytes, bytes, type[MlsError]]] = {
    "2.1.1 neither there nor not": (
        _reads(Commit.read),
        opaque(b"") + u8(0),
        opaque(b"") + u8(2),
        DecodeError,
    ),
    "5.3 an unknown credential type": (
        _reads(Credential.read),
        u16(1) + opaque(b"id"),
        u16(GREASE) + opaque(b"id"),
        DecodeError,
    ),
    "6.0 a message of another version": (
        decode_message,
        _MESSAGE,
        u16(2) + _MESSAGE[2:],
        UnsupportedError,
    ),
    "6.0 an unknown wire format": (
        decode_message,
        _MESSAGE,
        u16(1) + u16(6) + _MESSAGE[4:],
        DecodeError,
    ),
    "6.0 an unknown content type": (
        _reads(read_content_type),
        u8(1),
        u8(4),
        DecodeError,
    ),
    "6.0 an unknown sender type": (_reads(Sender.read), u8(4), u8(5), DecodeError),
    "7.2 an unknown leaf source": (
        _reads(LeafNode.read),
        _leaf_of_source(1),
        _leaf_of_source(4),
        DecodeError,
    ),
    "7.2 half a capability": (
        _reads(Capabilities.read),
        opaque(u16(1)) * 5,
        opaque(u8(1)) + opaque(u16(1)) * 4,
        DecodeError,
    ),
    "8.1 a context of another version": (
        _reads(GroupContext.read),
        _CONTEXT,
        u16(2) + _CONTEXT[2:],
        UnsupportedError,
    ),
    "8.4 an unknown PSK type": (
        _reads(read_psk_id),
        u8(1) + opaque(b"id") + opaque(b""),
        u8(3) + opaque(b"id") + opaque(b""),
        DecodeError,
    ),
    "8.4 an unknown use of a resumption key": (
        _reads(read_psk_id),
        u8(2) + u8(3) + opaque(b"g") + u64(0) + opaque(b""),
        u8(2) + u8(4) + opaque(b"g") + u64(0) + opaque(b""),
        DecodeError,
    ),
    "10.0 a KeyPackage of another version": (
        _reads(KeyPackage.read),
        _PACKAGE.encode(),
        u16(2) + _PACKAGE.encode()[2:],
        UnsupportedError,
    ),
    "10.0 a KeyPackage of an unknown suite": (
        _reads(KeyPackage.read),
        _PACKAGE.encode(),
        u16(1) + u16(GREASE) + _PACKAGE.encode()[4:],
        UnsupportedError,
    ),
    "12.1 a proposal type that nobody negotiated": (
        _reads(read_proposal),
        u16(3) + u32(0),
        u16(GREASE) + u32(0),
        UnsupportedError,
    ),
    "12.1.5 a ReInit to an earlier version": (
        _reads(read_proposal),
        _REINIT,
        _REINIT.replace(b"next" + u16(1), b"next" + u16(0)),
        UnsupportedError,
    ),
    "12.4 neither proposal nor reference": (
        _reads(Commit.read),
        opaque(u8(2) + opaque(b"ref")) + u8(0),
        opaque(u8(3) + opaque(b"ref")) + u8(0),
        DecodeError,
    ),
    "12.4.3.1 a Welcome of an unknown suite": (
        _reads(Welcome.read),
        _WELCOME,
        u16(GREASE) + _WELCOME[2:],
        UnsupportedError,
    ),
    "12.4.3.3 a node that is neither leaf nor parent": (
        _reads(RatchetTree.read),
        _TREE,
        opaque(u8(1) + u8(3) + _LEAF),
        DecodeError,
    ),
    "12.4.3.3 a parent in the place of a leaf": (
        _reads(RatchetTree.read),
        _TREE,
        opaque(u8(1) + u8(2) + opaque(bytes(32)) + opaque(b"") + opaque(b"")),
        DecodeError,
    ),
    "13.4 an extension type repeated": (
        _reads(read_extensions),
        encode_extensions((Extension(GREASE, b""),)),
        encode_extensions((Extension(GREASE, b""),) * 2),
        DecodeError,
    ),
}


@pytest.mark.parametrize("broken", STRUCTURES)
def test_a_structure_is_refused_for(broken: str) -> None:
    read, sound, damaged, error = STRUCTURES[broken]
    read(sound)
    with pytest.raises(error):
        read(damaged)
