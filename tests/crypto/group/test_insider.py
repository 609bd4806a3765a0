"""A member who signs and encrypts nonsense gets declared errors back.

Bits are flipped before signing, so the damage reaches the code behind the
signature: decoding of content, validation, the path, the tree of a Welcome.
"""

import contextlib
import random
from functools import partial
from typing import Any, TypeVar

import pytest

from mentalverse_crypto import persist, welcome
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import decode
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.framing import (
    Content,
    ContentType,
    PublicMessage,
    WireFormat,
    decode_message,
    encode_content,
    read_content,
)
from mentalverse_crypto.group_info import GroupInfo, GroupSecrets
from mentalverse_crypto.policy import UNRESTRICTED
from mentalverse_crypto.proposals import Add, Proposal, Remove
from support.damage import flipped, signed
from support.deterministic import seeded_rng
from support.mls_group import Client, client, commit, group_of

RNG = seeded_rng(91)
ROUNDS = 4_000
T = TypeVar("T")


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
            damaged = flipped(encode_content(content), chance)
            nonsense = decode(partial(read_content, content_type=kind), damaged)
            reached += 1
            b.read(signed(a, nonsense, tag))
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
    damaged: T = decode(type(structure).read, flipped(structure.encode(), chance))
    return damaged
