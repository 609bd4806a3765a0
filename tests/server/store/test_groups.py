"""One commit per epoch, and nothing left of the losers."""

from __future__ import annotations

import asyncio

import pytest

from mentalverse_server.store.conversations import load_state
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.facts import RowAppended, WelcomeQueued
from mentalverse_server.store.groups import (
    GroupInfoRow,
    WelcomeRow,
    confirm_welcome,
    group_info,
    queue_welcomes,
    replace_group_info,
    take_epoch,
    welcomes_of,
    winning_commit,
)
from mentalverse_server.store.messages import RowKind, append_in_script, page
from mentalverse_server.store.writer import Transaction, Writer, WriterLane
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import EpochTaken
from mentalverse_signaling.ids import ClientId, ConversationId, DeviceId, GroupId
from support.clock import ManualClock
from support.stored import NOW, ids, open_conversation

COMMITTERS = 64
EPOCHS = 5


def group_of(database: Database, conversation: ConversationId) -> GroupId:
    state = database.write(load_state, conversation)
    assert state is not None
    return state.group


def committing(
    conversation: ConversationId,
    group: GroupId,
    epoch: int,
    device: DeviceId,
    client_id: ClientId,
    welcomed: DeviceId,
) -> object:
    def script(transaction: Transaction) -> int:
        payload = bytes.fromhex(client_id)
        place = append_in_script(transaction, conversation, RowKind.COMMIT, payload)
        queue_welcomes(
            transaction,
            [
                WelcomeRow(
                    id=ids(),
                    device=welcomed,
                    conversation=conversation,
                    kind=ConversationKind.CIRCLE,
                    joined_seq=place.seq,
                    payload=payload,
                )
            ],
        )
        if not take_epoch(transaction, group, epoch, place.seq, device, client_id):
            raise EpochTaken("another commit was first")
        return place.seq

    return script


async def test_of_64_commits_for_an_epoch_exactly_one_wins(database: Database) -> None:
    """Two servers on PostgreSQL, one on SQLite, which allows no more."""
    conversation = open_conversation(database)
    group, welcomed = group_of(database, conversation), ids()
    facts: list[object] = []
    url = database.url.render_as_string(hide_password=False)
    others = [open_database(url)] if database.dialect == "postgresql" else []
    writers = [Writer(db, ManualClock(), facts.extend) for db in (database, *others)]
    for writer in writers:
        await writer.start()
    for epoch in range(EPOCHS):
        tries = {ids(): ids() for _ in range(COMMITTERS)}
        answers = await asyncio.gather(
            *(
                writers[n % len(writers)].run(
                    committing(conversation, group, epoch, device, client, welcomed),  # type: ignore[arg-type]
                    lane=WriterLane.COMMIT,
                )
                for n, (device, client) in enumerate(tries.items())
            ),
            return_exceptions=True,
        )
        won = [answer for answer in answers if isinstance(answer, int)]
        lost = [answer for answer in answers if isinstance(answer, EpochTaken)]
        assert (len(won), len(lost)) == (1, COMMITTERS - 1)
        winner = database.write(winning_commit, group, epoch)
        assert winner is not None
        assert (winner.epoch, winner.seq) == (epoch, epoch + 1)
        assert tries[winner.device] == winner.client_id
        assert winner.payload == bytes.fromhex(winner.client_id)
        state = database.write(load_state, conversation)
        assert state is not None and state.epoch == epoch + 1
    assert len(database.write(page, conversation, 0, None, 100, 10**6)) == EPOCHS
    assert len(database.write(welcomes_of, welcomed)) == EPOCHS
    assert sum(isinstance(fact, RowAppended) for fact in facts) == EPOCHS
    assert sum(isinstance(fact, WelcomeQueued) for fact in facts) == EPOCHS
    for writer in writers:
        await writer.close()
    for other in others:
        other.close()


def test_an_open_epoch_has_no_winner(database: Database) -> None:
    conversation = open_conversation(database)
    group = group_of(database, conversation)
    assert database.write(winning_commit, group, 0) is None


@pytest.mark.parametrize("epoch", [1, 7])
def test_an_epoch_that_is_not_the_current_one_cannot_be_taken(
    database: Database, epoch: int
) -> None:
    group = group_of(database, open_conversation(database))
    assert not database.write(
        lambda c: take_epoch(Transaction(c, NOW), group, epoch, 1, ids(), ids())
    )


def test_the_latest_group_info_is_kept(database: Database) -> None:
    group = GroupId(ids())
    assert database.write(group_info, group) is None
    database.write(replace_group_info, group, 1, b"first")
    database.write(replace_group_info, group, 2, b"second")
    assert database.write(group_info, group) == GroupInfoRow(2, b"second")


def test_a_welcome_waits_until_its_device_confirms_it(database: Database) -> None:
    conversation, device = open_conversation(database), DeviceId(ids())
    queued = WelcomeRow(
        ids(), device, conversation, ConversationKind.CIRCLE, 1, b"welcome"
    )
    transaction_facts: list[object] = []
    database.write(
        lambda c: queue_welcomes(Transaction(c, NOW, transaction_facts), [queued])
    )
    assert transaction_facts == [
        WelcomeQueued(
            queued.id, conversation, ConversationKind.CIRCLE, device, 1, b"welcome"
        )
    ]
    assert database.write(welcomes_of, device) == [queued]
    assert not database.write(confirm_welcome, queued.id, ids())
    assert database.write(confirm_welcome, queued.id, device)
    assert not database.write(confirm_welcome, queued.id, device)
    assert database.write(welcomes_of, device) == []
