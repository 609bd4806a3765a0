"""What the browser's engine refuses, and that it stands as before when it does."""

from __future__ import annotations

import os
import random

import pytest
from load_tests.js_member import JsMember
from load_tests.js_peer import JsError, JsPeer, octets
from load_tests.mixed_members import Member, Staged, read
from load_tests.python_member import PythonMember

from mentalverse_crypto import hpke, treekem
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.proposals import Add
from support.mixed_group import MixedGroup

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
DAY_SECONDS = 86_400
FLIPS = 150


def _flipped(message: bytes, chance: random.Random) -> bytes:
    position = chance.randrange(len(message) * 8)
    changed = bytearray(message)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def _refuses(member: Member, message: bytes) -> None:
    with pytest.raises(JsError) as refusal:
        read(member, message)
    assert refusal.value.code != "internal"


def _staged(of: MixedGroup, joiner: Member) -> Staged:
    leader = of.members[0]
    staged = leader.stage([Add(joiner.key_package())])
    leader.settle(accepted=True)
    return staged


@pytest.mark.parametrize("kind", ["application", "proposal", "commit", "external"])
def test_no_flipped_bit_is_taken(peer: JsPeer, kind: str) -> None:
    of = MixedGroup(["python", "javascript", "javascript"], SUITE, peer)
    leader, follower, _ = of.members
    before = follower.authenticator()
    chance = random.Random(kind)
    if kind == "application":
        message = leader.protect(b"text")
    elif kind == "proposal":
        message = leader.propose(None)
    elif kind == "commit":
        message = _staged(of, of.newcomer("javascript")).commit
    else:
        message = of.newcomer("python").come_in(leader.group_info()).commit
    for _ in range(FLIPS):
        _refuses(follower, _flipped(message, chance))
    assert follower.authenticator() == before
    assert read(follower, message).kind == kind.replace("external", "commit")


@pytest.mark.parametrize("inline_tree", [False, True])
def test_no_flipped_bit_of_a_welcome_lets_anybody_in(
    peer: JsPeer, inline_tree: bool
) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    joiner = of.newcomer("javascript")
    leader, chance = of.members[0], random.Random(inline_tree)
    staged = leader.stage([Add(joiner.key_package())], inline_tree=inline_tree)
    leader.settle(accepted=True)
    assert staged.welcome is not None
    tree = None if inline_tree else staged.tree
    for _ in range(FLIPS):
        with pytest.raises(JsError):
            joiner.join(_flipped(staged.welcome, chance), tree)
        if tree is not None:
            with pytest.raises(JsError):
                joiner.join(staged.welcome, _flipped(tree, chance))
    joiner.join(staged.welcome, tree)
    assert joiner.authenticator() == leader.authenticator()


def test_no_flipped_bit_of_a_group_info_lets_anybody_in(peer: JsPeer) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    joiner, info = of.newcomer("javascript"), of.members[0].group_info()
    chance = random.Random(5)
    for _ in range(FLIPS):
        with pytest.raises(JsError):
            joiner.come_in(_flipped(info, chance))


def test_every_shortened_or_lengthened_message_is_refused(peer: JsPeer) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    leader, follower = of.members
    message = leader.protect(b"text")
    for length in range(len(message)):
        _refuses(follower, message[:length])
    _refuses(follower, message + b"\x00")
    assert read(follower, message).plaintext == b"text"


def test_a_length_in_more_octets_than_it_needs_is_refused(peer: JsPeer) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    leader, follower = of.members
    message = leader.protect(b"text")
    # Version and wire format, and then the length of the group id.
    assert message[4] == 16
    _refuses(follower, message[:4] + b"\x40" + message[4:])
    _refuses(follower, message[:4] + b"\x80\x00\x00" + message[4:])
    assert read(follower, message).plaintext == b"text"


def test_a_client_is_in_a_group_once(peer: JsPeer) -> None:
    of = MixedGroup(["javascript", "python"], SUITE, peer)
    leader, other = of.members
    twin = JsMember(other.name, SUITE, peer)
    with pytest.raises(JsError):
        leader.stage([Add(twin.key_package())])


def test_a_path_secret_leads_to_the_public_key_of_its_node(
    peer: JsPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "javascript", "python"], SUITE, peer)
    leader, follower, _ = of.members
    monkeypatch.setattr(
        treekem,
        "node_key_pair",
        lambda suite, _: hpke.generate_key_pair(suite, os.urandom),
    )
    staged = leader.stage()
    monkeypatch.undo()
    with pytest.raises(JsError, match="public key of its node"):
        read(follower, staged.commit)


def test_the_older_state_of_a_client_that_came_back_is_over(peer: JsPeer) -> None:
    of = MixedGroup(["python"], SUITE, peer)
    leader = of.members[0]
    peer.call("client", client="eve", identity=b"eve")
    (made,) = peer.call("keyPackages", client="eve", suite=int(SUITE), count=1)
    package = decode_message(octets(made))
    assert isinstance(package, KeyPackage)
    staged = leader.stage([Add(package)])
    leader.settle(accepted=True)
    new, old = ({"client": "eve", "group": name} for name in ("new", "old"))
    peer.call("joinWelcome", welcome=staged.welcome, **new)
    peer.call("restore", stored=octets(peer.call("serialise", **new)), **old)
    info = leader.group_info()
    entered = peer.call("joinExternal", groupInfo=info, resync=True, **new)
    seen = peer.call("process", message=octets(entered["commit"]), **old)
    assert seen["standing"] == "removed"
    read(leader, octets(entered["commit"]))
    assert leader.authenticator() == octets(entered["authenticator"])


def test_a_signature_key_is_in_a_group_once(peer: JsPeer) -> None:
    of = MixedGroup(["javascript", "python"], SUITE, peer)
    leader, other = of.members
    twin = of.newcomer("python")
    assert isinstance(other, PythonMember)
    assert isinstance(twin, PythonMember)
    twin.take_signature_key_of(other)
    with pytest.raises(JsError, match="signature keys not unique"):
        leader.stage([Add(twin.key_package())])
