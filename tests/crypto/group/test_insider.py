"""A member who signs and encrypts nonsense gets declared errors back.

Bits are flipped before signing, so the damage reaches the code behind the
signature: decoding of content, validation, the path, the tree of a Welcome.
"""

import contextlib
import random
from functools import partial
from typing import Any, TypeVar

import pytest

from mentalverse_crypto import persist, protection, welcome
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import decode
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.framing import (
    AuthenticatedContent,
    Content,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PublicMessage,
    WireFormat,
    decode_message,
    encode_content,
    encode_message,
    member,
    read_content,
)
from mentalverse_crypto.group_info import GroupInfo, GroupSecrets
from mentalverse_crypto.policy import UNRESTRICTED
from mentalverse_crypto.proposals import Add, Proposal, Remove
from support.deterministic import seeded_rng
from support.mls_group import Client, client, commit, group_of

RNG = seeded_rng(91)
ROUNDS = 4_000
T = TypeVar("T")


def _flip(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for bit in chance.sample(range(8 * len(damaged)), chance.choice((1, 1, 2, 3))):
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def _signed(who: Client, content: Content, tag: bytes | None) -> bytes:
    """A message of a member with any content whatever."""
    state, wire_format = who.state, WireFormat.PRIVATE_MESSAGE
    framed = FramedContent(
        state.group_id, state.epoch, member(state.own_leaf), b"", content
    )
    signature = protection.sign_content(
        state.signature_key, wire_format, framed, state.context
    )
    message = AuthenticatedContent(
        wire_format, framed, FramedContentAuthData(signature, tag)
    )
    _, private = protection.protect_private(
        state.suite, message, state.secret_tree, state.secrets.sender_data_secret, RNG
    )
    return encode_message(private)


def _contents(a: Client) -> list[tuple[Content, bytes | None]]:
    """An honest commit and some proposals of a member."""
    newcomer = client("newcomer", RNG, a.suite)
    proposals: list[Proposal] = [Remove(3), Add(newcomer.key_package())]
    staged = a.stage(*proposals, wire_format=WireFormat.PUBLIC_MESSAGE)
    empty = a.stage(wire_format=WireFormat.PUBLIC_MESSAGE)
    contents: list[tuple[Content, bytes | None]] = [(p, None) for p in proposals]
    for made in (staged, empty):
        body = decode_message(made.commit)
        assert isinstance(body, PublicMessage)
        contents.append((body.content.content, body.auth.confirmation_tag))
    return contents


@pytest.mark.parametrize("suite", CipherSuite, ids=hex)
def test_nonsense_in_a_signed_handshake_is_a_declared_error(
    suite: CipherSuite,
) -> None:
    a, b, c, d = group_of(4, RNG, suite, policy=UNRESTRICTED)
    commit(a, [b, c, d])
    chance = random.Random(1)
    contents = _contents(a)
    before = persist.serialise(b.state)
    reached = 0
    for _ in range(ROUNDS):
        content, tag = chance.choice(contents)
        kind = ContentType.PROPOSAL if tag is None else ContentType.COMMIT
        with contextlib.suppress(MlsError):
            damaged = _flip(encode_content(content), chance)
            nonsense = decode(partial(read_content, content_type=kind), damaged)
            reached += 1
            b.read(_signed(a, nonsense, tag))
    assert reached > ROUNDS // 3
    assert persist.serialise(b.state) == before


@pytest.mark.parametrize("part", [GroupInfo, GroupSecrets])
def test_nonsense_in_a_signed_welcome_is_a_declared_error(
    part: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    members = group_of(5, RNG)
    a = members[0]
    commit(members[2], [m for m in members if m is not members[2]])
    newcomer = client("newcomer", RNG)
    add = Add(newcomer.key_package())
    chance = random.Random(2)
    honest_info = welcome.make_group_info

    def nonsense_info(*args: Any, **options: Any) -> GroupInfo:
        info = honest_info(*args, **options)
        while True:
            with contextlib.suppress(MlsError):
                damaged = _again(info, chance).sign(a.signature_key)
                if damaged.signer == info.signer:
                    return damaged

    def nonsense_secrets(*args: Any) -> GroupSecrets:
        secrets = GroupSecrets(*args)
        while True:
            with contextlib.suppress(MlsError):
                return _again(secrets, chance)

    if part is GroupInfo:
        monkeypatch.setattr(welcome, "make_group_info", nonsense_info)
    else:
        monkeypatch.setattr(welcome, "GroupSecrets", nonsense_secrets)
    sent = []
    for _ in range(300):
        staged = a.stage(add, path=chance.random() < 0.5, with_group_info=False)
        assert staged.welcome is not None
        sent.append((staged.welcome, staged.state))
    monkeypatch.undo()
    refused = 0
    for message, state in sent:
        try:
            newcomer.join(message)
        except MlsError:
            refused += 1
        else:
            assert newcomer.state.tree == state.tree
            assert newcomer.state.secrets == state.secrets
    assert refused > len(sent) // 2


def _again(value: T, chance: random.Random) -> T:
    """The value after its encoding was damaged."""
    structure: Any = value
    damaged: T = decode(type(structure).read, _flip(structure.encode(), chance))
    return damaged
