"""Each row of the log does what it may, and every step can be the last one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from mentalverse_client import MessageKind, NotReadable, Standing
from mentalverse_client.account.device import Device
from mentalverse_client.groups.room import Room
from mentalverse_client.store.messages import Message, quoted
from mentalverse_client.store.records import message_by_id, messages, outbox
from mentalverse_crypto import declared, group
from mentalverse_crypto.attachments import AttachmentReference
from mentalverse_crypto.carried import File
from mentalverse_crypto.content import Content, Text, encode
from mentalverse_crypto.errors import (
    CredentialMismatch,
    InvalidWelcome,
    MlsError,
    NoMatchingKeyPackage,
)
from mentalverse_crypto.proposals import Add
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.events import LogRow
from mentalverse_signaling.ids import id_bytes
from support.rooms import (
    NOW,
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


def texts(room: Room) -> list[str]:
    return [m.text for m in stored(room) if m.kind is MessageKind.TEXT]


def stored(room: Room) -> list[Message]:
    return messages(room._device.profile.vault, room.id)


def standing(room: Room) -> Standing:
    return room.record.standing


def left_over(room: Room) -> list[bytes]:
    entries = outbox(room._device.profile.vault, room.id)
    return [entry.payload for _, entry in entries]


# --- rows ---


def test_a_pushed_message_is_applied_if_it_is_the_next(world: World) -> None:
    ada, ben = pair(world)
    row = world.send(ada)
    applied = ben.receive([row], from_log=False)
    assert [m.text for m in applied.history.arrived] == ["hello"]
    assert ben.record.cursor == row.seq


def test_a_row_applied_already_is_dropped(world: World) -> None:
    ada, ben = pair(world)
    row = world.send(ada)
    world.read(ben)
    again = ben.receive([row], from_log=False)
    assert (again.history.arrived, again.must_sync) == ([], False)
    assert texts(ben) == ["hello"]


def test_a_gap_sends_the_reader_to_the_log(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada, "missed")
    ahead = world.send(ada, "pushed")
    applied = ben.receive([ahead], from_log=False)
    assert applied.must_sync
    assert texts(ben) == []
    world.read(ben)
    assert texts(ben) == ["missed", "pushed"]


def test_a_forged_push_does_not_take_the_place_of_the_real_row(world: World) -> None:
    ada, ben = pair(world)
    real = world.send(ada, "real")
    forged = LogRow(real.seq, real.at, real.payload[:-1] + b"\0")
    assert ben.receive([forged], from_log=False).must_sync
    assert ben.record.cursor == real.seq - 1
    world.read(ben)
    assert texts(ben) == ["real"]


def test_an_own_row_pushed_again_does_not_take_the_place_of_the_next(
    world: World,
) -> None:
    ada, ben = pair(world)
    own = world.send(ada, "mine")
    world.read(ada)
    replayed = LogRow(own.seq + 1, own.at, own.payload)
    assert ada.receive([replayed], from_log=False).must_sync
    assert standing(ada) is Standing.ACTIVE
    world.read(ben)
    world.send(ben, "next")
    world.read(ada)
    assert texts(ada) == ["mine", "next"]


def test_an_unreadable_row_of_the_log_is_shown_and_passed_over(world: World) -> None:
    ada, ben = pair(world)
    broken = world.send(ada).payload
    world.rows[-1] = LogRow(2, 0, broken[:-1] + b"\0")
    world.send(ada, "after")
    world.read(ben)
    kinds = [m.kind for m in stored(ben)]
    assert kinds[1:] == [MessageKind.UNREADABLE, MessageKind.TEXT]
    assert ben.record.standing is Standing.ACTIVE


def test_a_file_that_waits_holds_nothing_up_and_comes_last(world: World) -> None:
    ada, ben = pair(world)
    file = AttachmentReference(bytes(16), bytes(32), bytes(32), 1, "a/b", "scan")
    ada.write_file(File(file), "File: scan")
    world.send(ada, "before")
    again = reopened(ada)
    world.read(again)
    assert texts(again) == ["before"]
    ((position, entry),) = again.uploads()
    assert list(again.waiting()) == []
    world.send(again, "sealed before the file was stored")
    again.file_stored(position, entry)
    assert list(again.uploads()) == []
    (_, (position, entry)) = again.waiting()
    world.append(again.seal(position, entry).payload)
    for room in (again, ben):
        world.read(room)
        assert standing(room) is Standing.ACTIVE
        assert [m.text for m in stored(room)][-3:] == [
            "before",
            "sealed before the file was stored",
            "scan",
        ]
    assert left_over(again) == []


def test_a_second_message_with_a_used_id_leaves_the_first_alone(world: World) -> None:
    ada, ben = pair(world)
    world.send(ada, "first")
    world.read(ben)
    first = stored(ben)[-1]
    _, entry = next(ada.waiting())
    ada._append(entry.task, content=entry.content.replace(b"first", b"other"))
    position, other = list(ada.waiting())[-1]
    world.append(ada.seal(position, other).payload)
    world.read(ben)
    assert message_by_id(ben._device.profile.vault, ben.id, first.id) == first
    assert texts(ben) == ["first", "other"]


# --- own rows ---


def test_an_own_message_moves_from_the_outbox_to_the_history(world: World) -> None:
    ada, _ = pair(world)
    world.send(ada)
    assert len(left_over(ada)) == 1
    world.read(ada)
    assert left_over(ada) == []
    assert texts(ada) == ["hello"]


def test_after_a_crash_the_same_bytes_are_found_to_be_sent_again(world: World) -> None:
    ada, ben = pair(world)
    row = world.send(ada)
    again = reopened(ada)
    assert [entry.payload for _, entry in again.waiting()] == [row.payload]
    world.read(again)
    world.read(ben)
    assert left_over(again) == []
    assert texts(ben) == ["hello"]


def test_a_failed_write_leaves_no_ratchet_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = pair(world)
    ada.write(Text("hello"))
    position, entry = next(ada.waiting())
    before = ada.state

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"):
        patch.setattr("mentalverse_client.groups.room.save_outgoing", full)
        ada.seal(position, entry)
    assert ada.state is before
    assert reopened(ada).state == before
    world.append(ada.seal(position, entry).payload)
    world.read(ben)
    assert texts(ben) == ["hello"]


def test_an_outbox_position_is_never_given_twice(world: World) -> None:
    ada, _ = pair(world)
    seen = []
    for _ in range(3):
        ada.write(Text("hello"))
        position, _ = next(ada.waiting())
        ada.finish(position)
        seen.append(position)
    assert len(set(seen)) == 3


# --- a state that was put back ---


def test_an_own_message_unknown_here_asks_for_fresh_keys_first(world: World) -> None:
    ada, ben = pair(world)
    copy = reopened(ada)
    world.send(ada, "sent after the copy was made")
    for position, _ in list(copy.waiting()):
        copy.finish(position)
    world.read(copy)
    assert standing(copy) is Standing.RENEWING
    renewal = copy.stage(plan(), [])
    world.append(renewal.commit)
    world.read(copy)
    assert standing(copy) is Standing.ACTIVE
    world.send(copy, "under fresh keys")
    world.read(ben)
    assert texts(ben)[-1] == "under fresh keys"
    assert all(m.kind is not MessageKind.UNREADABLE for m in stored(ben))


def test_an_own_commit_unknown_here_cannot_be_followed(world: World) -> None:
    ada, _ = pair(world)
    copy = reopened(ada)
    world.append(ada.stage(plan(), []).commit)
    with copy._device.profile.vault.transaction() as write:
        write.delete("staged", copy.id)
    world.read(copy)
    assert copy.record.standing is Standing.BROKEN
    with pytest.raises(NotReadable):
        copy.write(Text("into the void"))


# --- commits ---


def test_a_staged_commit_counts_only_once_its_row_is_seen(world: World) -> None:
    ada, _ = pair(world)
    epoch = ada.state.epoch
    staged = ada.stage(plan(), [])
    assert (ada.state.epoch, reopened(ada).state.epoch) == (epoch, epoch)
    world.append(staged.commit)
    again = reopened(ada)
    world.read(again)
    assert again.state.epoch == epoch + 1
    assert again.staged() is None


def test_the_loser_of_an_epoch_drops_its_commit_and_makes_another(world: World) -> None:
    ada, ben = pair(world)
    lost = ben.stage(plan(), [])
    world.append(ada.stage(plan(), []).commit)
    world.read(ada)
    world.read(ben)
    assert ben.staged() is None
    anew = ben.stage(plan(), [])
    assert anew.epoch == lost.epoch + 1
    world.append(anew.commit)
    world.read(ben)
    world.read(ada)
    assert group.epoch_authenticator(ada.state) == group.epoch_authenticator(ben.state)


def test_a_commit_refused_and_made_again_uses_another_generation(world: World) -> None:
    ada, ben = pair(world)
    refused = ada.stage(plan(), []).commit
    ada.unstage()
    accepted = reopened(ada).stage(plan(), []).commit
    check = ben._device.check()
    heard = [group.process(ben.state, m, check, NOW) for m in (refused, accepted)]
    assert heard[0].generation != heard[1].generation


def test_a_commit_that_does_something_else_than_it_declares_is_not_applied(
    world: World,
) -> None:
    ada, ben = pair(world, ConversationKind.CIRCLE)
    cleo = world.device("cleo")
    commit = _commit_adding(ada, [cleo], declare=False)
    world.append(commit)
    world.read(ben)
    assert ben.record.standing is Standing.BROKEN
    assert "declared" in ben.record.cause


def test_a_third_person_in_a_direct_conversation_is_not_accepted(world: World) -> None:
    ada, ben = pair(world)
    world.append(_commit_adding(ada, [world.device("cleo")], declare=True))
    epoch = ben.state.epoch
    world.read(ben)
    assert ben.record.standing is Standing.BROKEN
    assert ben.state.epoch == epoch


def test_a_known_account_under_another_key_is_not_accepted(world: World) -> None:
    ada, ben = pair(world, ConversationKind.CIRCLE)
    ghost = world.device("ghost", account=ben._device.profile.identity.account)
    with pytest.raises(CredentialMismatch):
        _commit_adding(ada, [ghost], declare=True)


def test_everybody_sees_who_came_and_who_left(world: World) -> None:
    ada, ben = pair(world, ConversationKind.CIRCLE)
    cleo = world.device("cleo")
    theirs = invite(world, ada, cleo)
    world.append(ada.stage(plan(remove=[cleo]), []).commit)
    for room in (ada, ben, theirs):
        world.read(room)
    account = cleo.profile.identity.account
    for room in (ada, ben):
        notices = [m.text for m in stored(room) if m.kind is MessageKind.NOTICE]
        assert notices[-2:] == [f"{{{account}}} joined", f"{{{account}}} left"]
    assert theirs.record.standing is Standing.LEFT


def test_who_was_removed_reads_nothing_that_follows(world: World) -> None:
    ada, ben = pair(world, ConversationKind.CIRCLE)
    world.append(ada.stage(plan(remove=[ben._device]), []).commit)
    world.read(ada)
    after = world.send(ada, "without ben")
    world.read(ben)
    assert ben.record.standing is Standing.LEFT
    with pytest.raises(MlsError):
        group.process(ben.state, after.payload, ben._device.check(), NOW)


def test_what_follows_a_removal_in_the_same_page_does_not_undo_it(
    world: World,
) -> None:
    """Who was removed has left: a later commit is not one that could not be applied."""
    ada, ben = pair(world, ConversationKind.CIRCLE)
    removal = world.append(ada.stage(plan(remove=[ben._device]), []).commit)
    world.read(ada)
    world.append(ada.stage(plan(), []).commit)
    world.read(ben)
    assert ben.record.standing is Standing.LEFT
    assert ben.record.cursor == removal.seq
    assert [m.kind for m in stored(ben)][-1] is MessageKind.NOTICE


def test_a_message_under_a_used_id_can_be_named_like_any_other(world: World) -> None:
    """Whoever uses an id twice makes no message that peers cannot answer."""
    ada, ben = pair(world)
    for text in ("first", "second"):
        again = Content(UUID(int=7, version=4), 0, Text(text))
        data = encode(again)
        sealed = group.protect_with_evidence(ada.state, data, b"", ada._device.rng)
        ada.state = sealed.state
        world.append(sealed.message)
    world.read(ben)
    first, second = [m for m in stored(ben) if m.kind is MessageKind.TEXT]
    assert (first.text, second.text) == ("first", "second")
    assert quoted(second, 80).id != quoted(first, 80).id
    vault = ben._device.profile.vault
    found = message_by_id(vault, ben.id, str(quoted(second, 80).id))
    assert found == second


# --- Welcomes ---


def test_a_welcome_into_another_kind_of_conversation_is_not_accepted(
    world: World,
) -> None:
    ada, ben = world.device("ada"), world.device("ben")
    room = founded(world, ada, ConversationKind.CIRCLE)
    staged = room.stage(plan(add=[ben]), [package_of(ben)])
    room.update_record(kind=ConversationKind.DIRECT)
    assert staged.welcome is not None
    with pytest.raises(InvalidWelcome):
        joined(ben, room, 1, staged.welcome)


def test_a_welcome_works_once(world: World) -> None:
    ada, ben = world.device("ada"), world.device("ben")
    room = founded(world, ada, ConversationKind.DIRECT)
    staged = room.stage(plan(add=[ben]), [package_of(ben)])
    assert staged.welcome is not None
    joined(ben, room, 1, staged.welcome)
    with pytest.raises(NoMatchingKeyPackage):
        joined(ben, room, 1, staged.welcome)


def test_an_old_welcome_to_the_last_resort_does_not_lead_back(world: World) -> None:
    ada, ben = world.device("ada"), world.device("ben")
    room = founded(world, ada, ConversationKind.DIRECT)
    staged = room.stage(plan(add=[ben]), [package_of(ben, last_resort=True)])
    assert staged.welcome is not None
    joined(ben, room, 1, staged.welcome)
    with pytest.raises(InvalidWelcome, match="older"):
        joined(ben, room, 1, staged.welcome)


def _commit_adding(room: Room, joiners: list[Device], *, declare: bool) -> bytes:
    """A commit as a member with a client of its own making could send it."""
    changes = [
        declared.DeclaredChange(
            id_bytes(device.profile.identity.account),
            id_bytes(device.profile.identity.device),
        )
        for device in joiners
    ]
    made = group.stage_commit(
        room.state,
        [Add(package_of(device)) for device in joiners],
        declared.encode(bytes(16), changes if declare else ()),
        validate_credential=room._device.check(),
        now=NOW,
        rng=room._device.rng,
    )
    return made.commit
