"""MLS messages with true headers and meaningless ciphertexts.

The server reads headers and nothing else, so its tests need no group.
"""

from __future__ import annotations

from collections.abc import Iterable

from mentalverse_crypto import declared
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.declared import DeclaredChange
from mentalverse_crypto.framing import ContentType, PrivateMessage, encode_message
from mentalverse_crypto.group_info import EncryptedGroupSecrets, Welcome
from mentalverse_crypto.hpke import HPKECiphertext
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


def _changes(leaves: Iterable[Leaf]) -> list[DeclaredChange]:
    return [DeclaredChange(id_bytes(a), id_bytes(d)) for a, d in leaves]
