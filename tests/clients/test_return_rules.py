"""Whom members let back into a group from outside, and whom not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mentalverse_client.account.device import Device
from mentalverse_client.groups.commit_rules import (
    MAX_PROOF_PART_BYTES,
    CommitRefused,
    check_members,
)
from mentalverse_client.groups.receiving import Applied
from mentalverse_client.groups.room import Room
from mentalverse_client.store.records import Standing
from mentalverse_client.sync.rejoin import Target, stage
from mentalverse_crypto import declared, external, group
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.errors import InvalidWelcome
from mentalverse_crypto.extensions import Extension
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.treemath import LeafIndex
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.events import LogRow
from mentalverse_signaling.ids import id_bytes, new_id
from support.rooms import NOW, World, at, pair, plan


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def know(room: Room, device: Device) -> None:
    """Let the room's device know the list of another device's account."""
    profile, identity = room._device.profile, device.profile.identity
    with profile.vault.transaction() as write:
        listed = DeviceList.decode(identity.device_list)
        profile.lists.put(write, identity.account, listed)


def target(room: Room) -> Target:
    return Target(room.id, room.state.group_id, room.record.kind, room)


def from_outside(world: World, room: Room, device: Device) -> None:
    """An external commit of a device, valid MLS, declaring what it does."""
    own = declared.DeclaredChange(*map(id_bytes, device.leaf))
    client_id = id_bytes(new_id(os.urandom))
    made = external.join_external(
        group.group_info(room.state),
        device.profile.device_key,
        basic_credential(device.profile.identity.credential),
        device.check(),
        device.now(),
        os.urandom,
        authenticated_data=declared.encode(client_id, [own]),
        client_of=client_of,
    )
    world.append(made.commit)


@pytest.mark.parametrize("whose", ["leaf", "context"])
def test_nobody_has_a_place_whose_proof_fits_no_report(
    world: World, whose: str
) -> None:
    ada, _ = pair(world)
    large = (Extension(0xFABC, bytes(MAX_PROOF_PART_BYTES)),)
    leaf, context = ada.state.tree.leaf(LeafIndex(0)), ada.state.group_context
    assert leaf is not None
    grown = (
        replace(
            ada.state,
            tree=ada.state.tree.update_leaf(
                LeafIndex(0), replace(leaf, extensions=large)
            ),
        )
        if whose == "leaf"
        else replace(ada.state, group_context=replace(context, extensions=large))
    )
    check_members(ada.record.kind, ada.state)
    with pytest.raises(CommitRefused, match="too large"):
        check_members(ada.record.kind, grown)


def test_a_listed_device_comes_back(world: World) -> None:
    ada, ben = pair(world)
    know(ada, ben._device)
    staged = stage(ben._device, target(ben), group.group_info(ada.state))
    world.append(staged.commit)
    applied = world.read(ada)
    assert applied.list_needed is None
    assert ada.record.standing is Standing.ACTIVE
    assert len(ada.leaves) == 2
    (notice,) = applied.history.arrived
    assert notice.text.endswith("came back on a device")


def test_it_is_not_judged_before_its_list_is_known(world: World) -> None:
    ada, ben = pair(world)
    staged = stage(ben._device, target(ben), group.group_info(ada.state))
    row = world.append(staged.commit)
    before = ada.record.cursor
    applied: Applied = world.read(ada)
    account = ben._device.profile.identity.account
    assert applied.list_needed == account
    assert ada.record.cursor == before < row.seq
    asked = ada.receive([row], from_log=True, asked={account})
    assert asked.record.standing is Standing.BROKEN


def test_nobody_else_comes_in(world: World) -> None:
    ada, _ = pair(world, ConversationKind.CIRCLE)
    eve = world.device("eve")
    know(ada, eve)
    from_outside(world, ada, eve)
    world.read(ada)
    assert ada.record.standing is Standing.BROKEN
    assert "outside" in ada.record.cause


def test_a_group_info_from_before_is_not_joined_by(world: World) -> None:
    ada, ben = pair(world)
    old = group.group_info(ada.state)
    staged = ada.stage(plan(), ())
    world.append(staged.commit)
    for room in (ada, ben):
        world.read(room)
    with pytest.raises(InvalidWelcome):
        stage(ben._device, target(ben), old)


def test_the_past_is_proven_where_everybody_shares_it(world: World) -> None:
    ada, ben = pair(world)
    know(ada, ben._device)
    ben_alone = Target(ben.id, ben.state.group_id, ben.record.kind, None)
    info = group.group_info(ada.state)
    proven = stage(ben._device, target(ben), info).commit
    old = at(ben._device, timedelta(days=1))
    assert len(proven) > len(stage(old, ben_alone, info).commit)


def test_a_young_device_does_not_try_what_the_members_refuse(world: World) -> None:
    """Without proof a device waits for a day, and breaks nobody's group by trying."""
    ada, ben = pair(world)
    ben_alone = Target(ben.id, ben.state.group_id, ben.record.kind, None)
    young = at(ben._device, timedelta(hours=23, minutes=59))
    with pytest.raises(CommitRefused, match="young"):
        stage(young, ben_alone, group.group_info(ada.state))


@pytest.mark.parametrize(
    ("row_hours", "clock_hours", "is_taken"),
    [(22, 48, False), (23, 48, True), (30, 22, False), (30, 23, True)],
)
def test_members_count_the_day_of_who_proves_nothing(
    world: World, row_hours: int, clock_hours: int, is_taken: bool
) -> None:
    """By the row, so that all count the same, and never beyond the own clock."""
    ada, ben = pair(world)
    know(ada, ben._device)
    ben_alone = Target(ben.id, ben.state.group_id, ben.record.kind, None)
    old = at(ben._device, timedelta(days=1))
    staged = stage(old, ben_alone, group.group_info(ada.state))
    later = at(ada._device, timedelta(hours=clock_hours))
    room = Room(later, ada.record, ada.state)
    stamp = NOW + timedelta(hours=row_hours)
    seq = ada.record.cursor + 1
    room.receive(
        [LogRow(seq, int(stamp.timestamp() * 1000), staged.commit)], from_log=True
    )
    taken = room.record.standing is Standing.ACTIVE
    assert taken is is_taken
