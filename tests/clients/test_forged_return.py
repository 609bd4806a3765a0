"""Whoever comes back does not follow a stranger into a group of their making."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mentalverse_client.account.device import Device
from mentalverse_client.groups.room import Room
from mentalverse_client.sync import rejoin
from mentalverse_client.sync.rejoin import Target
from mentalverse_crypto import group
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.errors import InvalidWelcome
from mentalverse_crypto.external import join_external
from mentalverse_crypto.leaf import basic_credential
from mentalverse_signaling.conversation import ConversationKind
from support.rooms import NOW, World, at, package_of, pair, plan


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def entered_alone(stranger: Device, group_info: bytes) -> bytes:
    """The GroupInfo of an epoch that somebody began who was never added."""
    identity = stranger.profile.identity
    return join_external(
        group_info,
        stranger.profile.device_key,
        basic_credential(identity.credential),
        lambda *_: None,
        NOW,
        os.urandom,
        client_of=client_of,
    ).group_info


def coming_back(room: Room) -> Target:
    return Target(room.id, room.state.group_id, room.record.kind, room)


def test_a_group_that_a_stranger_has_entered_alone_is_not_come_back_into(
    world: World,
) -> None:
    ada, ben = pair(world, ConversationKind.CIRCLE)
    info = group.group_info(ada.state)
    forged = entered_alone(world.device("eve"), info)
    with pytest.raises(InvalidWelcome, match="somebody new"):
        rejoin.stage(ben._device, coming_back(ben), forged)
    assert ben.staged() is None


def test_somebody_whom_a_member_added_is_accepted_on_coming_back(world: World) -> None:
    ada, ben = pair(world, ConversationKind.CIRCLE)
    cleo = world.device("cleo")
    world.append(ada.stage(plan(add=[cleo]), [package_of(cleo)]).commit)
    world.read(ada)
    info = group.group_info(ada.state)
    old = at(ben._device, timedelta(days=1))
    staged = rejoin.stage(old, coming_back(ben), info)
    assert staged.commit
