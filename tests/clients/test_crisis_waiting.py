"""What somebody in a crisis writes while nobody is there waits for who comes."""

from __future__ import annotations

from pathlib import Path

from mentalverse_client import Client, Conversation
from mentalverse_client.groups import opening
from mentalverse_client.groups.room import Room
from mentalverse_signaling.conversation import ConversationKind, Seat
from support.clients import (
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess


def crisis(client: Client) -> tuple[Conversation, Room]:
    engine = client._engine
    room, _ = opening.create(engine.device, ConversationKind.CRISIS, ())
    engine.adopt(room)
    return Conversation(engine, room), room


async def test_who_comes_reads_what_was_written_before_anybody_was_there(
    server: ServerProcess, tmp_path: Path
) -> None:
    """In order, also after the client was closed in between; then nothing waits."""
    ann_profile = await register(server, tmp_path, "ann-w")
    async with person(server, tmp_path, "ben-w") as ben:
        async with opened(ann_profile) as ann:
            talk, _ = crisis(ann)
            await talk.send("first")
            await talk.send("second")
            await ann.flush()
            assert [m.seq for m in talk.history()] == [0, 0]
        async with opened(ann_profile) as ann:
            talk = ann.conversation(talk.id)
            await talk.send("third")
            await talk.add([ben.account])
            theirs = await only_conversation(ben)
            for text in ("first", "second", "third"):
                assert (await next_message(theirs)).text == text
            await theirs.send("I am here")
            assert (await next_message(talk)).text == "I am here"
            seats = {each.handle: each.seat for each in talk.members()}
            assert seats["ann-w"] is Seat.STAFF
            assert seats["ben-w"] is Seat.PARTICIPANT


async def test_what_is_written_while_the_helper_is_gone_is_for_the_next_one(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Else only somebody could read it who is not there any more."""
    async with (
        person(server, tmp_path, "ann-v") as ann,
        person(server, tmp_path, "ben-v") as ben,
        person(server, tmp_path, "cleo-v") as cleo,
    ):
        talk, room = crisis(ann)
        await talk.add([ben.account])
        await talk.send("to ben")
        bens = await only_conversation(ben)
        assert (await next_message(bens)).text == "to ben"

        room.away = frozenset(room.accounts - {ann.account})
        await talk.send("is somebody there?")
        await ann.flush()
        assert [m.seq for m in talk.history() if m.text == "is somebody there?"] == [0]

        await talk.add([cleo.account])
        cleos = await only_conversation(cleo)
        assert (await next_message(cleos)).text == "is somebody there?"
        await eventually(lambda: texts(bens) == ["to ben", "is somebody there?"])


async def test_what_waits_in_a_conversation_that_nobody_comes_to_is_read_in_another(
    server: ServerProcess, tmp_path: Path
) -> None:
    """In the order in which it was written, and once."""
    async with (
        person(server, tmp_path, "ann-x") as ann,
        person(server, tmp_path, "ben-x") as ben,
    ):
        lonely, here = crisis(ann)
        await lonely.send("first")
        await lonely.send("second")
        talk, there = crisis(ann)
        here.hand_on(there)
        ann._engine.adopt(there)
        await talk.send("third")
        await talk.add([ben.account])
        theirs = await only_conversation(ben)
        await eventually(lambda: texts(theirs) == ["first", "second", "third"])
        assert texts(lonely) == []
