"""People write to each other over a real server."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from mentalverse_client import (
    Client,
    Conversation,
    MessageKind,
    NotAllowed,
    NotAMember,
    Standing,
    UnknownMessage,
)
from mentalverse_client.account.keys import POOL
from mentalverse_client.account.suites import SUITES
from mentalverse_signaling.errors import Forbidden, NotFound
from mentalverse_signaling.key_events import KeysCount, KeysRemaining
from support.clients import (
    PASSPHRASE,
    eventually,
    logged,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess


@pytest.mark.capability("C01")
async def test_two_people_write_to_each_other(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada") as ada,
        person(server, tmp_path, "ben") as ben,
    ):
        talk = await ada.direct("ben")
        await talk.send("hello ben")
        answer = await only_conversation(ben)
        received = await next_message(answer)
        assert (received.text, received.sender) == ("hello ben", "ada")

        await answer.reply(received.id, "hello ada")
        back = await next_message(talk)
        assert back.reply_to == received.id
        assert back.quote == "hello ben"
        await eventually(lambda: texts(talk) == texts(answer))
        assert talk.safety_number() == answer.safety_number()
        assert len(talk.safety_number().replace(" ", "")) == 60
        assert (await ben.direct("ada")).id == talk.id


@pytest.mark.capability("C01")
async def test_reactions_edits_and_deletions_reach_the_other_side(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-r") as ada,
        person(server, tmp_path, "ben-r") as ben,
    ):
        talk = await ada.direct("ben-r")
        kept = await talk.send("first")
        gone = await talk.send("second")
        there = await only_conversation(ben)
        await eventually(lambda: texts(there) == ["first", "second"])
        await logged(talk, gone)
        await there.react(kept, "🙂")
        await talk.edit(kept, "first, better")
        await talk.delete(gone)
        with pytest.raises(NotAllowed):
            await there.edit(kept, "not mine to change")

        for side in (talk, there):
            await eventually(lambda c=side: c.message(gone).deleted)  # type: ignore[misc]
            await eventually(lambda c=side: bool(c.message(kept).reactions))  # type: ignore[misc]
            message = side.message(kept)
            assert (message.text, message.edited) == ("first, better", True)
            assert message.reactions == {"🙂": (ben.account,)}
            assert side.message(gone).text == ""
        with pytest.raises(UnknownMessage):
            await there.reply(gone, "too late")


async def test_history_is_there_after_a_restart_without_the_server(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-h")
    async with person(server, tmp_path, "ben-h") as ben, opened(profile) as ada:
        talk = await ada.direct("ben-h")
        for number in range(30):
            await talk.send(str(number))
        await ada.flush()
        there = await only_conversation(ben)
        await eventually(lambda: len(texts(there)) == 30)
        await there.send("thanks")
        assert (await next_message(talk)).text == "thanks"
        before = talk.history(1_000)
    async with Client.open(profile, passphrase=PASSPHRASE) as ada:
        talk = ada.conversations()[0]
        assert talk.history(1_000) == before
        assert [m.text for m in talk.history(2)] == ["29", "thanks"]
        earlier = talk.history(2, before=talk.history(2)[0].seq)
        assert [m.text for m in earlier] == ["27", "28"]


async def test_what_is_written_without_a_server_is_sent_when_there_is_one(
    tmp_path: Path,
) -> None:
    from support.server import start_server

    with start_server(tmp_path / "server") as own:
        profile = await register(own, tmp_path, "ada-o")
        async with person(own, tmp_path, "ben-o") as ben:
            async with opened(profile) as ada:
                talk_id = (await ada.direct("ben-o")).id
            await asyncio.to_thread(own.kill9)
            async with Client.open(profile, passphrase=PASSPHRASE) as ada:
                talk = ada.conversation(talk_id)
                await talk.send("written in the dark")
                assert talk.history()[-1].pending
                await asyncio.to_thread(own.restart)
                there = await only_conversation(ben)
                assert (await next_message(there)).text == "written in the dark"
                await ada.flush()
                await eventually(lambda: not talk.history()[-1].pending)


async def test_messages_that_came_while_away_are_read_once(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ben-a")
    async with opened(profile):
        pass
    async with person(server, tmp_path, "ada-a") as ada:
        talk = await ada.direct("ben-a")
        for text in ("one", "two", "three"):
            await talk.send(text)
        await ada.flush()

        async with opened(profile) as ben:
            messages = ben.messages()
            assert [(await anext(messages)).text for _ in range(2)] == ["one", "two"]
            await messages.aclose()
        # "two" was handed out and never finished with, so it comes again.
        async with opened(profile) as ben:
            messages = ben.messages()
            assert [(await anext(messages)).text for _ in range(2)] == ["two", "three"]
            await messages.aclose()


@pytest.mark.capability("C06")
async def test_a_circle_hears_each_other_and_not_those_who_are_gone(
    server: ServerProcess, tmp_path: Path
) -> None:
    handles = [f"circle-{number}" for number in range(4)]
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(person(server, tmp_path, handle))
            for handle in handles
        ]
        founder, *others = people
        circle = await founder.create_circle(handles[1:])
        rooms = [circle, *[await only_conversation(other) for other in others]]
        for room, handle in zip(rooms, handles, strict=True):
            await room.send(f"{handle} is here")
        said = {f"{handle} is here" for handle in handles}
        for room in rooms:
            await eventually(lambda r=room: set(texts(r)) == said)  # type: ignore[misc]
        assert len({tuple(texts(room)) for room in rooms}) == 1
        assert len({room.safety_number() for room in rooms}) == 1

        gone = rooms[-1]
        with pytest.raises(Forbidden):
            await rooms[1].remove(others[-1].account)
        await circle.remove(others[-1].account)
        await circle.send("after")
        await eventually(lambda: gone.encryption_state.standing is Standing.LEFT)
        for room in rooms[:-1]:
            await eventually(lambda r=room: "after" in texts(r))  # type: ignore[misc]
            assert _notices(room)[-1] == f"{handles[-1]} left"
        assert "after" not in texts(gone)
        with pytest.raises(NotAMember):
            await gone.send("still there?")

        # And back in: nothing of the time between can be read.
        await circle.add([others[-1].account])
        await eventually(lambda: gone.encryption_state.standing is Standing.ACTIVE)
        await circle.send("welcome back")
        await eventually(lambda: "welcome back" in texts(gone))
        assert "after" not in texts(gone)


async def test_who_was_removed_and_added_again_while_away_reads_on_from_there(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ben-w")
    async with person(server, tmp_path, "ada-w") as ada:
        async with opened(profile) as ben:
            circle = await ada.create_circle(["ben-w"])
            await circle.send("early")
            theirs = await only_conversation(ben)
            await eventually(lambda: texts(theirs) == ["early"])
            account = ben.account
        await circle.send("while away")
        await circle.remove(account)
        await circle.send("without ben")
        await circle.add([account])
        await circle.send("again")
        await ada.flush()
        async with opened(profile) as ben:
            theirs = await only_conversation(ben)
            await eventually(lambda: texts(theirs)[-1] == "again")
            assert texts(theirs) == ["early", "again"]
            assert _notices(theirs)[-1] == "ada-w added ben-w"
            await theirs.send("thanks")
            await eventually(lambda: "thanks" in texts(circle))
            assert theirs.safety_number() == circle.safety_number()


async def test_two_who_change_a_circle_at_once_both_get_their_change(
    server: ServerProcess, tmp_path: Path
) -> None:
    handles = ["both-a", "both-b", "both-c", "both-d"]
    async with AsyncExitStack() as stack:
        ada, ben, cleo, dora = [
            await stack.enter_async_context(person(server, tmp_path, handle))
            for handle in handles
        ]
        circle = await ada.create_circle([], staff=["both-b"])
        theirs = await only_conversation(ben)
        await asyncio.gather(circle.add([cleo.account]), theirs.add([dora.account]))
        everyone = {client.account for client in (ada, ben, cleo, dora)}
        for room in (circle, theirs):
            await eventually(
                lambda r=room: {m.account for m in r.members()} == everyone  # type: ignore[misc]
            )
        await eventually(lambda: circle.safety_number() == theirs.safety_number())


async def test_who_asks_to_leave_is_let_go_by_another_member(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-l") as ada,
        person(server, tmp_path, "ben-l") as ben,
    ):
        circle = await ada.create_circle(["ben-l"])
        theirs = await only_conversation(ben)
        await theirs.leave()
        await eventually(lambda: theirs.encryption_state.standing is Standing.LEFT)
        await eventually(lambda: len(circle.members()) == 1)


async def test_a_profile_put_back_sends_only_under_fresh_keys(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-b")
    async with person(server, tmp_path, "ben-b") as ben:
        async with opened(profile) as ada:
            talk = await ada.direct("ben-b")
            await talk.send("before the copy")
            await ada.flush()
            await eventually(lambda: not talk.history()[-1].pending)
        shutil.copytree(profile, tmp_path / "copy")
        there = await only_conversation(ben)
        async with opened(profile) as ada:
            talk = ada.conversations()[0]
            await talk.send("after the copy")
            await ada.flush()
            epoch = talk.epoch
        shutil.rmtree(profile)
        (tmp_path / "copy").rename(profile)
        async with opened(profile) as ada:
            talk = ada.conversations()[0]
            await talk.send("from the copy")
            await ada.flush()
            await eventually(lambda: "from the copy" in texts(there))
            assert talk.epoch == epoch + 1
            assert talk.encryption_state.standing is Standing.ACTIVE
        kinds = {m.kind for m in there.history(1_000)}
        assert MessageKind.UNREADABLE not in kinds
        assert texts(there) == ["before the copy", "after the copy", "from the copy"]


async def test_what_waited_in_an_older_copy_is_known_as_sent(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Its row names it: it is in the history once, and waits no more."""
    profile = await register(server, tmp_path, "ada-c")
    async with person(server, tmp_path, "ben-c") as ben:
        async with opened(profile) as ada:
            talk = await ada.direct("ben-c")
            await talk.send("one")
            await ada.flush()
            # Written and copied at one moment: nothing of it can have left.
            await talk.send("two")
            shutil.copytree(profile, tmp_path / "copy")
            await ada.flush()
        there = await only_conversation(ben)
        await eventually(lambda: texts(there) == ["one", "two"])
        shutil.rmtree(profile)
        (tmp_path / "copy").rename(profile)
        async with opened(profile) as ada:
            talk = ada.conversations()[0]
            await talk.send("three")
            await eventually(lambda: texts(there) == ["one", "two", "three"])
            await eventually(
                lambda: all(not message.pending for message in talk.history())
            )
            assert texts(talk) == ["one", "two", "three"]


async def test_a_client_that_cannot_store_stops_and_says_so(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-v")
    async with person(server, tmp_path, "ben-v") as ben:
        with pytest.raises(sqlite3.ProgrammingError):
            async with opened(profile) as ada:
                await ada.direct("ben-v")
                there = await only_conversation(ben)
                ada._engine.device.profile.vault.close = lambda: None  # type: ignore[method-assign]
                ada._engine.device.profile.vault._database.close()
                await there.send("this cannot be stored")
                async for _ in ada.updates():
                    pass


async def test_a_connected_device_has_its_keys_out(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-q") as ada:
        count = await ada._engine.call("keys.count", KeysCount(), KeysRemaining)
        assert {pool.suite for pool in count.pools} == set(SUITES)
        for pool in count.pools:
            assert (pool.remaining, pool.has_last_resort) == (POOL, True)


async def test_nobody_of_that_name_is_said_plainly(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-n") as ada:
        with pytest.raises(NotFound):
            await ada.direct("nobody-of-that-name")
        assert ada.conversations() == []


@pytest.mark.capability("C01")
async def test_the_server_stores_and_logs_nothing_that_was_written(
    server: ServerProcess, tmp_path: Path
) -> None:
    canary = "canary-in-a-coal-mine"
    async with (
        person(server, tmp_path, "ada-s") as ada,
        person(server, tmp_path, "ben-s") as ben,
    ):
        talk = await ada.direct("ben-s")
        message = await talk.send(canary)
        await next_message(await only_conversation(ben))
        await logged(talk, message)
        await talk.edit(message, canary + canary)
        await ada.flush()
    stored, profiles = _contents(server.data), _contents(tmp_path)
    assert any(name.endswith("profile.db") for name in profiles)
    assert stored
    for name, content in (*stored.items(), *profiles.items()):
        assert canary.encode() not in content, name
    assert canary not in server.written()


def _contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _notices(room: Conversation) -> list[str]:
    return [m.text for m in room.history(1_000) if m.kind is MessageKind.NOTICE]
