"""Official vectors of framing: round trips, protection and its refusals."""

from collections.abc import Callable
from functools import partial

import pytest

from mentalverse_crypto import protection, secret_tree
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    SignatureKeyPair,
)
from mentalverse_crypto.codec import Reader, decode
from mentalverse_crypto.errors import InvalidMessage
from mentalverse_crypto.framing import (
    AuthenticatedContent,
    Content,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    PublicMessage,
    WireFormat,
    decode_message,
    encode_content,
    encode_message,
    member,
    read_content,
)
from mentalverse_crypto.group_info import GroupContext, GroupSecrets
from mentalverse_crypto.policy import RatchetLimits
from mentalverse_crypto.proposals import Commit, ProposalType, read_proposal_body
from mentalverse_crypto.ratchet_tree import RatchetTree
from mentalverse_crypto.secret_tree import SecretTree
from support.deterministic import seeded_rng
from support.mls_vectors import Case, run_every_case

unhex = bytes.fromhex

_PROPOSALS = {
    "add_proposal": ProposalType.ADD,
    "update_proposal": ProposalType.UPDATE,
    "remove_proposal": ProposalType.REMOVE,
    "pre_shared_key_proposal": ProposalType.PSK,
    "re_init_proposal": ProposalType.REINIT,
    "external_init_proposal": ProposalType.EXTERNAL_INIT,
    "group_context_extensions_proposal": ProposalType.GROUP_CONTEXT_EXTENSIONS,
}


def _same_again(name: str, data: bytes) -> bytes:
    if name in _PROPOSALS:
        return decode(lambda r: read_proposal_body(r, _PROPOSALS[name]), data).body()
    structures: dict[str, Callable[[Reader], bytes]] = {
        "ratchet_tree": lambda r: RatchetTree.read(r).encode(),
        "group_secrets": lambda r: GroupSecrets.read(r).encode(),
        "commit": lambda r: Commit.read(r).encode(),
    }
    if name in structures:
        return decode(structures[name], data)
    return encode_message(decode_message(data))


def _messages(case: Case) -> None:
    for name, given in case.items():
        assert _same_again(name, unhex(given)) == unhex(given), name


class _Epoch:
    """The epoch of one message-protection case, sender at leaf 1 of 2."""

    def __init__(self, case: Case) -> None:
        self.suite = CipherSuite(case["cipher_suite"])
        self.keys = SignatureKeyPair(
            unhex(case["signature_priv"]), unhex(case["signature_pub"])
        )
        self.group_context = GroupContext(
            self.suite,
            unhex(case["group_id"]),
            case["epoch"],
            unhex(case["tree_hash"]),
            unhex(case["confirmed_transcript_hash"]),
            (),
        )
        self.context = self.group_context.encode()
        self.membership_key = unhex(case["membership_key"])
        self.sender_data_secret = unhex(case["sender_data_secret"])
        self.encryption_secret = unhex(case["encryption_secret"])

    def secret_tree(self) -> SecretTree:
        return secret_tree.create(self.encryption_secret, 2)

    def author(self, content: Content, wire_format: WireFormat) -> AuthenticatedContent:
        group = self.group_context
        framed = FramedContent(group.group_id, group.epoch, member(1), b"aad", content)
        signature = protection.sign_content(
            self.keys, wire_format, framed, self.context
        )
        tag = b"t" * 32 if isinstance(content, Commit) else None
        return AuthenticatedContent(
            wire_format, framed, FramedContentAuthData(signature, tag)
        )

    def open(self, message: PublicMessage | PrivateMessage) -> Content:
        if isinstance(message, PublicMessage):
            opened = protection.open_public(message, self.membership_key, self.context)
        else:
            sender = protection.open_sender_data(
                self.suite, message, self.sender_data_secret
            )
            assert sender.leaf_index == 1
            _, opened = protection.open_private(
                self.suite, message, sender, self.secret_tree(), RatchetLimits()
            )
        protection.verify_content(self.keys.public, opened, self.context)
        return opened.content.content

    def private(self, content: Content) -> PrivateMessage:
        authored = self.author(content, WireFormat.PRIVATE_MESSAGE)
        _, message = protection.protect_private(
            self.suite,
            authored,
            self.secret_tree(),
            self.sender_data_secret,
            seeded_rng(1),
        )
        return message

    def public(self, content: Content) -> PublicMessage:
        authored = self.author(content, WireFormat.PUBLIC_MESSAGE)
        return protection.protect_public(authored, self.membership_key, self.context)


def _again(message: PublicMessage | PrivateMessage) -> PublicMessage | PrivateMessage:
    received = decode_message(encode_message(message))
    assert isinstance(received, PublicMessage | PrivateMessage)
    return received


def _opened(epoch: _Epoch, message: str) -> bytes:
    body = decode_message(unhex(message))
    assert isinstance(body, PublicMessage | PrivateMessage)
    content = epoch.open(body)
    return content if isinstance(content, bytes) else encode_content(content)


def _message_protection(case: Case) -> None:
    epoch = _Epoch(case)
    for name, content_type in (
        ("proposal", ContentType.PROPOSAL),
        ("commit", ContentType.COMMIT),
    ):
        raw = unhex(case[name])
        content = decode(partial(read_content, content_type=content_type), raw)
        assert _opened(epoch, case[f"{name}_pub"]) == raw
        assert _opened(epoch, case[f"{name}_priv"]) == raw
        assert epoch.open(_again(epoch.public(content))) == content
        assert epoch.open(_again(epoch.private(content))) == content
    data = unhex(case["application"])
    assert _opened(epoch, case["application_priv"]) == data
    assert epoch.open(_again(epoch.private(data))) == data
    with pytest.raises(InvalidMessage):
        epoch.open(_again(epoch.public(data)))


def test_messages() -> None:
    run_every_case("messages", _messages)


def test_message_protection() -> None:
    run_every_case("message-protection", _message_protection)
