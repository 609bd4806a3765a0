"""Whom the browser's authentication service refuses, itself included (§5.3.1)."""

from __future__ import annotations

import os

import pytest
from load_tests.js_member import JsMember
from load_tests.js_peer import JsError, JsPeer
from load_tests.mixed_members import Member, read

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.proposals import Add, GroupContextExtensions, PreSharedKey
from mentalverse_crypto.psk import ExternalPsk
from support.broken.outsiders import SERVER, external_senders
from support.mixed_group import MixedGroup

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519


def _browser(member: Member) -> JsMember:
    assert isinstance(member, JsMember)
    return member


def test_nobody_commits_to_a_leaf_that_the_others_refuse(peer: JsPeer) -> None:
    """A path shows the committer's own credential, and so is not made without one."""
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    other, own = of.members[0], _browser(of.members[1])
    before = own.authenticator()
    own.reject(own.name)
    with pytest.raises(JsError, match="own credential"):
        own.stage()
    assert own.authenticator() == before
    own.stage([PreSharedKey(ExternalPsk(b"shared", os.urandom(32)))])
    own.settle(accepted=False)
    of.commit(other)
    of.talk()


def test_nobody_joins_from_outside_with_a_leaf_that_the_members_refuse(
    peer: JsPeer,
) -> None:
    of = MixedGroup(["python"], SUITE, peer)
    outsider = _browser(of.newcomer("javascript"))
    outsider.reject(outsider.name)
    with pytest.raises(JsError, match="own credential"):
        outsider.come_in(of.members[0].group_info())


def test_a_member_or_newcomer_with_a_refused_credential_is_kept_out(
    peer: JsPeer,
) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    leader, judge = of.members[0], _browser(of.members[1])
    outsider = of.newcomer("python")
    judge.reject(outsider.name)
    add = Add(outsider.key_package())
    for message in (
        leader.propose(add),
        leader.stage([add]).commit,
        outsider.come_in(leader.group_info()).commit,
    ):
        with pytest.raises(JsError):
            read(judge, message)
    with pytest.raises(JsError):
        judge.stage([add])
    newcomer = _browser(of.newcomer("javascript"))
    newcomer.reject(leader.name)
    staged = leader.stage([Add(newcomer.key_package())])
    assert staged.welcome is not None
    with pytest.raises(JsError, match="credential"):
        newcomer.join(staged.welcome)
    with pytest.raises(JsError, match="credential"):
        newcomer.come_in(leader.group_info())


def test_who_proposes_from_outside_has_an_accepted_credential(peer: JsPeer) -> None:
    """Members judge the sender that is named, newcomers the one that they find."""
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    leader, judge = of.members[0], _browser(of.members[1])
    named = GroupContextExtensions((external_senders(SERVER.public),))
    judge.reject("server")
    for message in (leader.stage([named]).commit, leader.propose(named)):
        with pytest.raises(JsError, match="external"):
            read(judge, message)
    with pytest.raises(JsError, match="external"):
        judge.stage([named])
    group = MixedGroup(["python"], SUITE, peer, (external_senders(SERVER.public),))
    newcomer = _browser(group.newcomer("javascript"))
    newcomer.reject("server")
    staged = group.members[0].stage([Add(newcomer.key_package())])
    assert staged.welcome is not None
    with pytest.raises(JsError, match="external"):
        newcomer.join(staged.welcome)
    with pytest.raises(JsError, match="external"):
        newcomer.come_in(group.members[0].group_info())
