"""What was said is kept as it was signed, for as long as the history has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from mentalverse_client.account.profile import as_keys
from mentalverse_client.account.trust import contact
from mentalverse_client.groups.room import Room
from mentalverse_client.store import evidence
from mentalverse_client.store.records import messages
from mentalverse_crypto.content import Body, Content, Delete, Edit, Reaction, Typing
from mentalverse_crypto.evidence import Verdict, Verified, verify_message
from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import id_text
from support.rooms import World, invite, pair, plan


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


def test_a_deleted_message_takes_its_words_and_their_proof_along(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada, "a secret of mine")
    world.read(ada)
    target = first_id(ada)
    say(world, ada, Edit(target, "another secret"))
    world.read(ben)
    assert [said.seq for said in kept(ben)] == [2, 3]
    say(world, ada, Delete(target))
    world.read(ben)
    for room in (ada, ben):
        assert [said.seq for said in kept(room)] == [4]
        assert b"secret" not in kept(room)[0].content


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
