"""What was said is kept as it was signed, for as long as the history has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from mentalverse_client.account.profile import as_keys
from mentalverse_client.account.trust import contact
from mentalverse_client.errors import UnknownMessage
from mentalverse_client.groups.room import Room
from mentalverse_client.store import evidence
from mentalverse_client.store.messages import REPORTABLE_AFTER_DELETION
from mentalverse_client.store.records import messages
from mentalverse_client.store.withdrawn import Withdrawn
from mentalverse_crypto.content import Body, Content, Delete, Edit, Reaction, Typing
from mentalverse_crypto.evidence import Verdict, Verified, verify_message
from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import id_text
from support.rooms import NOW, World, invite, pair, plan


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def kept(room: Room) -> list[HistoryMessage]:
    return evidence.kept_after(room._device.profile.vault, room.id, 0, 1_000)


def say(world: World, room: Room, body: Body) -> None:
    """Write a body; everything of the log is read by `room` itself."""
    room.write(body)
    *_, (position, entry) = room.waiting()
    world.append(room.seal(position, entry).payload)
    world.read(room)


def first_id(room: Room) -> UUID:
    found = [m for m in messages(room._device.profile.vault, room.id) if m.text]
    return UUID(next(m.id for m in found if m.kind == "text"))


def verdict(room: Room, said: HistoryMessage) -> Verdict:
    profile = room._device.profile
    assert said.evidence is not None

    def keys(account: bytes) -> set[bytes]:
        known = contact(profile.vault, id_text(account))
        own = profile.identity.account == id_text(account)
        public = profile.account_key.public if own else known and known.account_pub
        return {public} if public else set()

    return verify_message(
        said.content,
        said.evidence,
        as_keys=as_keys(profile.identity),
        account_keys=keys,
    )


def test_both_sides_keep_the_same_proof_of_every_message(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada, "from ada")
    world.read(ben)
    world.read(ada)
    world.send(ben, "from ben")
    world.read(ada)
    world.read(ben)

    assert kept(ada) == kept(ben)
    assert [said.seq for said in kept(ada)] == [2, 3]
    for reader in (ada, ben):
        for said in kept(reader):
            found = verdict(reader, said)
            assert isinstance(found, Verified)
            assert (found.account_id, found.device_id) == (said.account, said.device)
            assert isinstance(found.content, Content)


def test_what_was_altered_afterwards_is_proof_of_nothing(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada, "kind")
    world.read(ben)
    (said,) = kept(ben)
    forged = replace(said, content=said.content.replace(b"kind", b"rude"))
    assert not isinstance(verdict(ben, forged), Verified)


def test_a_message_encrypted_anew_is_kept_as_it_was_sent(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada, "first try")
    world.rows.pop()
    staged = ben.stage(plan(), [])
    world.append(staged.commit)
    world.read(ben)
    world.read(ada)
    *_, (position, entry) = ada.waiting()
    world.append(ada.seal(position, entry).payload)
    world.read(ada)
    world.read(ben)
    (said,) = kept(ada)
    assert kept(ben) == [said]
    assert isinstance(verdict(ben, said), Verified)


def test_what_messages_of_an_epoch_share_stands_once(world: World) -> None:
    ada, ben = pair(world, ConversationKind.CIRCLE)
    for number in range(5):
        world.send(ada, str(number))
        world.read(ada)
    world.read(ben)
    vault = ben._device.profile.vault
    assert len(vault.scan("evidence", ben.id)) == 5
    assert len(vault.scan("evidence_epoch", ben.id)) == 1
    row = vault.get("evidence", ben.id, 3)
    assert row is not None
    assert len(row) < 500
    invite(world, ben, world.device("cleo"))
    world.read(ada)
    say(world, ada, Reaction(first_id(ada), "🙂", True))
    world.read(ben)
    assert len(vault.scan("evidence_epoch", ben.id)) == 2
    assert kept(ada) == kept(ben)


def deleted_by_ada(world: World) -> tuple[Room, Room]:
    """A message of Ada's in rows 2 and 3, taken back by her in row 4."""
    ada, ben = pair(world)
    world.send(ada, "a secret of mine")
    world.read(ada)
    target = first_id(ada)
    say(world, ada, Edit(target, "another secret"))
    say(world, ada, Delete(target))
    world.read(ben)
    return ada, ben


def withdrawn_of(room: Room, after: timedelta = timedelta()) -> Withdrawn:
    """As of so long after the message was taken back."""
    (gone,) = (m for m in messages(room._device.profile.vault, room.id) if m.deleted)
    then = NOW + timedelta(seconds=gone.seq + 1) + after
    return Withdrawn(room._device.profile.vault, lambda: then)


def test_a_sender_keeps_nothing_of_what_they_took_back(world: World) -> None:
    ada, _ = deleted_by_ada(world)
    assert [said.seq for said in kept(ada)] == [4]
    assert b"secret" not in kept(ada)[0].content


def test_who_got_it_keeps_the_proof_of_every_wording_and_shows_none(
    world: World,
) -> None:
    _, ben = deleted_by_ada(world)
    assert [said.seq for said in kept(ben)] == [2, 3, 4]
    for said in kept(ben):
        assert isinstance(verdict(ben, said), Verified)
    shown = messages(ben._device.profile.vault, ben.id)
    assert not any("secret" in repr((m.text, m.quote, m.file)) for m in shown)


def test_the_proof_of_a_deleted_message_is_kept_for_30_days_by_the_log(
    world: World,
) -> None:
    _, ben = deleted_by_ada(world)
    second = timedelta(seconds=1)
    withdrawn_of(ben, REPORTABLE_AFTER_DELETION - 3 * second).expire()
    assert [said.seq for said in kept(ben)] == [2, 3, 4]
    withdrawn_of(ben, REPORTABLE_AFTER_DELETION).expire()
    assert [said.seq for said in kept(ben)] == [4]
    (gone,) = (m for m in messages(ben._device.profile.vault, ben.id) if m.deleted)
    assert (gone.is_reportable, gone.reportable_until) == (False, None)
    assert ben._device.profile.vault.names("withdrawn") == []


def test_who_got_it_can_let_go_of_the_proof_at_once_and_once(world: World) -> None:
    _, ben = deleted_by_ada(world)
    vault = ben._device.profile.vault
    (gone,) = (m for m in messages(vault, ben.id) if m.deleted)
    withdrawn_of(ben).forget(gone)
    assert [said.seq for said in kept(ben)] == [4]
    (gone,) = (m for m in messages(vault, ben.id) if m.deleted)
    for other in (gone, replace(gone, deleted=False)):
        with pytest.raises(UnknownMessage):
            withdrawn_of(ben).forget(other)
    assert [said.seq for said in kept(ben)] == [4]


def test_what_leaves_no_trace_in_the_history_is_not_kept(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada)
    world.read(ada)
    world.read(ben)
    say(world, ben, Typing(True))
    say(world, ben, Edit(first_id(ben), "words put into ada's mouth"))
    say(world, ben, Reaction(UUID(int=9), "🙂", True))
    world.read(ada)
    for room in (ada, ben):
        assert [said.seq for said in kept(room)] == [2]


def test_own_proof_waits_with_the_message_across_a_restart(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada, "sealed, then killed")
    again = Room.load(ada._device, ada.record)
    world.read(again)
    world.read(ben)
    assert kept(again) == kept(ben)
    assert isinstance(verdict(again, kept(again)[0]), Verified)
