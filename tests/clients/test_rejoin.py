"""A device that cannot follow a conversation comes back into it from outside."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mentalverse_client import Client, Conversation, MessageKind, Standing
from mentalverse_client.groups.room import Room
from mentalverse_client.store.records import Staged, load
from mentalverse_crypto.content import Text
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


def notices(room: Conversation) -> list[str]:
    return [m.text for m in room.history(1_000) if m.kind is MessageKind.NOTICE]


def break_off(client: Client, conversation: Conversation) -> Room:
    """Make a conversation one that cannot be followed, as a bad commit does."""
    room = conversation._room
    room.update_record(standing=Standing.BROKEN, cause="a commit does not apply")
    client._engine.adopt(room)
    return room


async def test_who_cannot_follow_comes_back_and_everyone_sees_it(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-e") as ada,
        person(server, tmp_path, "ben-e") as ben,
    ):
        talk = await ada.direct("ben-e")
        await talk.send("before")
        theirs = await only_conversation(ben)
        assert (await next_message(theirs)).text == "before"
        room = theirs._room
        room.write(Text("written before it broke"))
        break_off(ben, theirs)
        await eventually(lambda: theirs.encryption_state.standing is Standing.ACTIVE)
        await eventually(lambda: "written before it broke" in texts(talk))
        await talk.send("welcome back")
        await eventually(lambda: "welcome back" in texts(theirs))
        assert talk.safety_number() == theirs.safety_number()
        assert notices(talk)[-1] == "ben-e came back on a device"
        assert "ben-e came back on this device" in notices(theirs)[-1]
        assert talk.encryption_state.devices == 2


async def test_coming_back_goes_on_after_a_crash(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ben-f")
    async with opened(profile):
        pass
    async with person(server, tmp_path, "ada-f") as ada:
        talk = await ada.direct("ben-f")
        await talk.send("before")
        async with opened(profile) as ben:
            theirs = await only_conversation(ben)
            assert (await next_message(theirs)).text == "before"
            vault = ben._engine.device.profile.vault
            entered = asyncio.Event()

            def crash(*_: object) -> None:
                entered.set()
                raise asyncio.CancelledError

            from mentalverse_client.sync import rejoin

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(rejoin, "enter", crash)
                break_off(ben, theirs)
                await entered.wait()
            staged = load(vault, Staged, "staged", theirs.id)
            assert staged is not None and staged.entering is not None
        async with opened(profile) as ben:
            theirs = ben.conversations()[0]
            await eventually(
                lambda: theirs.encryption_state.standing is Standing.ACTIVE
            )
            await theirs.send("here again")
            await eventually(lambda: "here again" in texts(talk))
            assert notices(talk).count("ben-f came back on a device") == 1


async def test_a_young_device_that_cannot_prove_its_past_stays_out(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-g") as ada,
        person(server, tmp_path, "ben-g") as ben,
        person(server, tmp_path, "cleo-g") as cleo,
    ):
        circle = await ada.create_circle(["ben-g"])
        theirs = await only_conversation(ben)
        await eventually(lambda: len(theirs.members()) == 2)
        room = theirs._room
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ben._engine.returns, "look", lambda **_: None)
            room.update_record(
                standing=Standing.BROKEN, cause="a commit does not apply"
            )
            await circle.add([cleo.account])
            await (await only_conversation(cleo)).send("hello")
        ben._engine.returns.look()
        await eventually(lambda: theirs.id in ben._engine.returns._not_before)
        assert theirs.encryption_state.standing is Standing.BROKEN
        assert circle.epoch == 2
