"""MLS messages with true headers and meaningless ciphertexts.

The server reads headers and nothing else, so its tests need no group.
"""

from __future__ import annotations

from collections.abc import Iterable

from mentalverse_crypto import declared
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.credential import DeviceCredential, DeviceKind
from mentalverse_crypto.declared import DeclaredChange
from mentalverse_crypto.framing import (
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    PublicMessage,
    Sender,
    SenderType,
    encode_message,
)
from mentalverse_crypto.group_info import EncryptedGroupSecrets, Welcome
from mentalverse_crypto.hpke import HPKECiphertext
from mentalverse_crypto.leaf import (
    Capabilities,
    LeafNode,
    LeafNodeSource,
    basic_credential,
)
from mentalverse_crypto.proposals import (
    Commit,
    ExternalInit,
    PreSharedKey,
    Proposal,
    Remove,
)
from mentalverse_crypto.psk import ResumptionPsk, ResumptionPSKUsage
from mentalverse_crypto.update_path import UpdatePath
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import id_bytes

SUITE = next(iter(CipherSuite))


def private_message(
    group: str,
    epoch: int,
    client_id: str,
    content_type: ContentType = ContentType.APPLICATION,
    *,
    body: bytes = b"ciphertext",
    adds: Iterable[Leaf] = (),
    removes: Iterable[Leaf] = (),
) -> bytes:
    """A PrivateMessage of `group` at `epoch` that declares its client id."""
    data = declared.encode(id_bytes(client_id), _changes(adds), _changes(removes))
    return encode_message(
        PrivateMessage(id_bytes(group), epoch, content_type, data, b"sender", body)
    )


def welcome(devices: int, group_info: bytes = b"group info") -> bytes:
    """A Welcome for so many devices."""
    secrets = tuple(
        EncryptedGroupSecrets(bytes([n]) * 32, HPKECiphertext(b"kem", b"secrets"))
        for n in range(devices)
    )
    return encode_message(Welcome(SUITE, secrets, group_info))


def external_commit(
    group: str,
    epoch: int,
    client_id: str,
    joiner: Leaf,
    *,
    signature_pub: bytes = b"s" * 32,
    adds: Iterable[Leaf] = (),
    removes: Iterable[Leaf] = (),
    removed_leaves: int = 0,
    psk_group: str | None = None,
    sender: SenderType = SenderType.NEW_MEMBER_COMMIT,
) -> bytes:
    """An external commit of `joiner`, with a resumption PSK of `psk_group` if given."""
    proposals: list[Proposal] = [ExternalInit(b"kem output")]
    proposals += [Remove(n) for n in range(removed_leaves)]
    if psk_group is not None:
        usage = ResumptionPSKUsage.APPLICATION
        psk = ResumptionPsk(usage, id_bytes(psk_group), 1, bytes(32))
        proposals.append(PreSharedKey(psk))
    data = declared.encode(id_bytes(client_id), _changes(adds), _changes(removes))
    commit = Commit(tuple(proposals), UpdatePath(_leaf_node(joiner, signature_pub), ()))
    content = FramedContent(id_bytes(group), epoch, Sender(sender), data, commit)
    tag = bytes(32) if sender is SenderType.MEMBER else None
    auth = FramedContentAuthData(b"signature", b"confirmation")
    return encode_message(PublicMessage(content, auth, tag))


def _leaf_node(leaf: Leaf, signature_pub: bytes) -> LeafNode:
    credential = DeviceCredential(
        kind=DeviceKind.MEMBER,
        account_id=id_bytes(leaf[0]),
        device_id=id_bytes(leaf[1]),
        account_public=b"a" * 32,
        not_before=0,
        not_after=1,
        account_signature=bytes(64),
    )
    return LeafNode(
        encryption_key=b"e" * 32,
        signature_key=signature_pub,
        credential=basic_credential(credential.encode()),
        capabilities=Capabilities(),
        leaf_node_source=LeafNodeSource.COMMIT,
        lifetime=None,
        parent_hash=b"",
        extensions=(),
    )


def _changes(leaves: Iterable[Leaf]) -> list[DeclaredChange]:
    return [DeclaredChange(id_bytes(a), id_bytes(d)) for a, d in leaves]
