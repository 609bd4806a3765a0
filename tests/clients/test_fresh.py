"""What a device takes for the continuation of a conversation, and what not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client.groups import fresh
from mentalverse_client.groups.founding import found
from mentalverse_client.groups.room import Room
from mentalverse_client.store.records import Standing
from mentalverse_crypto import group
from mentalverse_crypto.content import Text
from mentalverse_crypto.errors import InvalidWelcome, UnknownPsk
from mentalverse_crypto.proposals import Add
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.events import CommitAccepted, ConversationView
from mentalverse_signaling.freeze_events import FrozenView
from mentalverse_signaling.freezing import RejectReason
from support.rooms import (
    World,
    founded,
    invite,
    joined,
    package_of,
    pair,
    plan,
    reopened,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def three(world: World) -> list[Room]:
    """A circle of Ada, Ben and Cleo."""
    ada, ben = pair(world, ConversationKind.CIRCLE)
    cleo = invite(world, ada, world.device("cleo"))
    world.read(ben)
    return [ada, ben, cleo]


def freeze_of(room: Room, committer: Room, rooms: list[Room]) -> FrozenView:
    return FrozenView(
        epoch=room.state.epoch,
        committer=committer._device.leaf[0],
        makers=(room._device.leaf[0],),
        devices=tuple(each._device.leaf[1] for each in rooms),
    )


def view(room: Room, **changes: object) -> ConversationView:
    """What the server would say of a conversation as the room has it."""
    fields = {
        "conversation": room.id,
        "group": room.record.group,
        "kind": room.record.kind,
        "epoch": room.state.epoch,
        "head": 0,
        "joined_seq": 0,
        "left_seq": None,
        "cursor": 0,
        "members": (),
    }
    return ConversationView(**fields | changes)  # type: ignore[arg-type]


def test_the_fresh_group_has_the_others_and_the_proof(world: World) -> None:
    """Ada begins without Cleo; Ben follows, both write on, and Cleo stops there."""
    ada, ben, cleo = three(world)
    freeze = freeze_of(ada, cleo, [ada, ben])
    assert fresh.wanted(ada, ada._device.leaf, freeze) == {ben._device.leaf}
    ben.write(Text("waits"))
    staged = fresh.stage(ada._device, ada, freeze, [package_of(ben._device)])
    row = world.append(staged.commit)
    for room in (ben, cleo):
        world.read(room)
        assert (room.record.standing, room.record.frozen) == (Standing.BROKEN, True)
        assert room.record.cursor == row.seq - 1
    fresh.enter(ada._device, ada, staged, CommitAccepted(row.seq, row.at, 1))
    assert staged.welcome is not None
    bens = joined(ben._device, ada, row.seq, staged.welcome, ben)
    world.read(ada)
    assert ada.accounts == bens.accounts and len(ada.accounts) == 2
    assert not bens.record.frozen and bens.record.rejects is None
    ((position, entry),) = bens.waiting()
    world.append(bens.seal(position, entry).payload)
    (said,) = world.read(ada).history.arrived
    assert said.text == "waits"


def test_a_group_that_proves_nothing_is_not_entered(world: World) -> None:
    """Who was not in the last epoch that all agreed on cannot have made the group."""
    ada, ben, cleo = three(world)
    device = ada._device
    alone = found(device, os.urandom(16), ada.record.kind, ada.state.suite)
    made = group.stage_commit(
        alone,
        [Add(package_of(ben._device))],
        validate_credential=device.check(),
        now=device.now(),
        rng=os.urandom,
    )
    assert made.welcome is not None
    with pytest.raises(InvalidWelcome, match="continue"):
        joined(ben._device, ada, 9, made.welcome, ben)
    mallory = founded(world, world.device("mallory"), ConversationKind.CIRCLE)
    freeze = freeze_of(mallory, cleo, [mallory])
    forged = fresh.stage(
        mallory._device, mallory, freeze, [package_of(ben._device)]
    ).welcome
    assert forged is not None
    with pytest.raises(UnknownPsk):
        joined(ben._device, ada, 9, forged, ben)


def test_somebody_new_is_not_followed_into_a_fresh_group(world: World) -> None:
    """A fresh group may leave people out; it brings none along."""
    ada, ben, cleo = three(world)
    freeze = freeze_of(ada, cleo, [ada, ben])
    eve = world.device("eve")
    packages = [package_of(ben._device), package_of(eve)]
    staged = fresh.stage(ada._device, ada, freeze, packages)
    assert staged.welcome is not None
    with pytest.raises(InvalidWelcome, match="new"):
        joined(ben._device, ada, 9, staged.welcome, ben)


def test_the_server_cannot_name_whom_the_group_does_not_have(world: World) -> None:
    """Devices that the server makes up, or the committer's, are not added."""
    ada, ben, cleo = three(world)
    eve = world.device("eve")
    named = freeze_of(ada, cleo, [ada, ben, cleo])
    named = FrozenView(
        named.epoch, named.committer, named.makers, (*named.devices, eve.leaf[1])
    )
    assert fresh.wanted(ada, ada._device.leaf, named) == {ben._device.leaf}


def test_a_pushed_beginning_is_looked_up_first(world: World) -> None:
    """A push may be forged: it stops nothing before the log says the same."""
    ada, ben, cleo = three(world)
    freeze = freeze_of(ada, cleo, [ada, ben])
    staged = fresh.stage(ada._device, ada, freeze, [package_of(ben._device)])
    row = world.append(staged.commit)
    pushed = ben.receive([row], from_log=False)
    assert pushed.must_sync and ben.record.standing is Standing.ACTIVE


def test_a_bad_commit_is_rejected_and_an_own_loss_is_not(world: World) -> None:
    """Only what somebody else did wrong is told to the server; it is durable."""
    ada, ben, _ = three(world)
    staged = ada.stage(plan(), ())
    world.append(staged.commit[:-1] + bytes([staged.commit[-1] ^ 1]))
    world.read(ben)
    assert reopened(ben).record.rejects is RejectReason.INVALID
    assert ben.record.standing is Standing.BROKEN


def test_what_waits_is_kept_and_more_can_be_written(world: World) -> None:
    """A frozen conversation takes what a person writes, and sends none of it."""
    ada, *_ = three(world)
    ada.update_record(standing=Standing.BROKEN, frozen=True)
    ada.write(Text("kept"))
    assert len(list(reopened(ada).waiting())) == 1
    assert not ada.duty() and not ada.keys_are_due


def test_the_server_says_when_it_begins_and_ends(world: World) -> None:
    """Frozen, begun elsewhere, left out: each view moves the record once."""
    ada, ben, cleo = three(world)
    freeze = freeze_of(ada, cleo, [ada, ben])
    assert not fresh.heed(cleo, view(cleo))
    assert fresh.heed(cleo, view(cleo, frozen=freeze))
    assert cleo.record.frozen and "anew" in fresh.reason(cleo)
    assert not fresh.heed(cleo, view(cleo, frozen=freeze))
    assert fresh.heed(cleo, view(cleo))
    assert not cleo.record.frozen and fresh.reason(cleo) == ""
    cleo.update_record(standing=Standing.BROKEN)
    other = "0" * 32
    assert fresh.heed(cleo, view(cleo, group=other, left_seq=9, epoch=0))
    assert fresh.heed(cleo, view(cleo, group=other, left_seq=9, epoch=0))
    assert (cleo.record.standing, cleo.record.frozen) == (Standing.LEFT, False)
    stuck = FrozenView(freeze.epoch, freeze.committer, (), freeze.devices)
    fresh.heed(ben, view(ben, frozen=stuck))
    assert fresh.is_stuck(ben) and "too often" in fresh.reason(ben)
