"""What a server may say about names, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import PeerChanged
from mentalverse_client.groups.people import by_handle, handle_of, learn, pin
from mentalverse_client.groups.room import Room
from mentalverse_signaling.conversation import ConversationKind, Seat
from mentalverse_signaling.events import AccountView, ConversationView, MemberView
from mentalverse_signaling.ids import AccountId, GroupId
from support.rooms import World, founded, invite


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def shown(room: Room, names: dict[AccountId, str]) -> ConversationView:
    """The conversation as a server shows it that calls its members so."""
    members = tuple(
        MemberView(account, name, Seat.PARTICIPANT, ())
        for account, name in names.items()
    )
    record = room.record
    return ConversationView(
        record.id, GroupId(record.group), record.kind, 0, 0, 0, None, 0, members
    )


def account_of(room: Room) -> AccountId:
    return room._device.profile.identity.account


def test_the_first_name_of_somebody_stays(world: World) -> None:
    ada = founded(world, world.device("ada"), ConversationKind.CIRCLE)
    ben = account_of(invite(world, ada, world.device("ben")))
    for name in ("ben", "mallory"):
        learn(ada._device, ada, shown(ada, {ben: name}))
        assert handle_of(ada._device, ben) == "ben"


def test_a_name_goes_to_one_person_only(world: World) -> None:
    """Whoever is renamed to somebody else is not written to in their place."""
    ada = founded(world, world.device("ada"), ConversationKind.CIRCLE)
    ben = account_of(invite(world, ada, world.device("ben")))
    other = account_of(invite(world, ada, world.device("cleo")))
    learn(ada._device, ada, shown(ada, {ben: "ben"}))
    for name in ("ben", "ada"):
        learn(ada._device, ada, shown(ada, {ben: "mallory", other: name}))
        assert handle_of(ada._device, other) == "someone"
    known = by_handle(ada._device, "ben")
    assert known is not None
    assert known.account == ben
    learn(ada._device, ada, shown(ada, {other: "cleo"}))
    assert handle_of(ada._device, other) == "cleo"


def test_a_known_person_is_not_found_under_another_name(world: World) -> None:
    """Who looks for somebody new is not led to somebody else they know."""
    ada = founded(world, world.device("ada"), ConversationKind.CIRCLE)
    theirs = invite(world, ada, world.device("ben"))
    ben, key = account_of(theirs), theirs._device.profile.account_key.public
    learn(ada._device, ada, shown(ada, {ben: "ben"}))
    with pytest.raises(PeerChanged, match="another name"):
        pin(ada._device, AccountView(ben, "cleo", key))
    assert pin(ada._device, AccountView(ben, "ben", key)).account == ben
