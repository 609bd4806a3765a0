"""A member commits what the others cannot apply, and the conversation goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mentalverse_client import Client, Conversation, MessageKind, Standing, engine
from mentalverse_crypto.content import Text
from support.bad_commits import commit_what_nobody_can_apply
from support.clients import (
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess, start_server

ANEW = "set up the encryption anew, because a change could not be applied"


def notices(talk: Conversation) -> list[str]:
    return [m.text for m in talk.history(1_000) if m.kind is MessageKind.NOTICE]


def is_in_order(talk: Conversation) -> bool:
    state = talk.encryption_state
    return state.standing is Standing.ACTIVE and not state.frozen


def has_texts(talk: Conversation, count: int) -> bool:
    return len(texts(talk)) == count


@contextmanager
def holding_back(client: Client) -> Iterator[asyncio.Event]:
    """Let a client begin no fresh group while the block lasts; set when it would."""
    mending, asked = client._engine.mending, asyncio.Event()

    async def nothing(*_: Any) -> None:
        asked.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mending, "_begin", nothing)
        yield asked
    mending.look()


@contextmanager
def rejecting_nothing(client: Client) -> Iterator[None]:
    """Let a client keep for itself that a commit does not apply, for a while."""
    mending = client._engine.mending

    async def nothing(_: Any) -> None:
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mending, "_reject", nothing)
        yield
    mending.look()


async def test_two_people_go_on_in_a_fresh_group_whatever_happens_to_the_server(
    tmp_path: Path,
) -> None:
    """The freeze survives kill -9, and what both wrote meanwhile arrives once."""
    with start_server(tmp_path / "server") as server:
        async with (
            person(server, tmp_path, "ada") as ada,
            person(server, tmp_path, "ben") as ben,
        ):
            talk = await ada.direct("ben")
            await talk.send("before")
            theirs = await only_conversation(ben)
            assert (await next_message(theirs)).text == "before"
            group = talk._room.record.group
            with holding_back(ben) as asked:
                await commit_what_nobody_can_apply(ada, talk)
                async with asyncio.timeout(90):
                    await asked.wait()
                await eventually(lambda: talk.encryption_state.frozen != "")
                await talk.send("from ada")
                await theirs.send("from ben")
                await asyncio.to_thread(server.kill9)
                await asyncio.to_thread(server.restart)
                await asyncio.gather(ada.connected(), ben.connected())
                assert theirs._room.freeze is not None
                assert texts(talk) == texts(theirs)[:1] + ["from ada"]
            await eventually(lambda: is_in_order(talk) and is_in_order(theirs))
            await eventually(lambda: {*texts(talk)} == {*texts(theirs)})
            await asyncio.gather(ada.flush(), ben.flush())
            await eventually(lambda: len(theirs.history(100)) == len(talk.history(100)))
            assert sorted(texts(talk)) == ["before", "from ada", "from ben"]
            assert talk._room.record.group != group
            assert talk.safety_number() == theirs.safety_number()
            told = (
                "ben set up the encryption anew, because a change could not be applied"
            )
            assert notices(talk)[-1] == notices(theirs)[-1] == told
            assert talk.encryption_state.devices == 2

            await commit_what_nobody_can_apply(ada, talk)
            turns = ben._engine.mending._turns
            later = asyncio.get_running_loop().time() + 500
            await eventually(lambda: turns[theirs.id][1] > later)
            assert theirs.encryption_state.frozen


async def test_a_circle_goes_on_without_who_broke_it(tmp_path: Path) -> None:
    """The facilitator begins, the others follow, whoever committed is out.

    The first rejection of three survives kill -9, or is withdrawn by a return.
    """
    with start_server(tmp_path / "server") as server:
        await circle_that_breaks(server, tmp_path)


async def circle_that_breaks(server: ServerProcess, tmp_path: Path) -> None:
    async with (
        person(server, tmp_path, "ana-z") as ana,
        person(server, tmp_path, "ben-z") as ben,
        person(server, tmp_path, "cleo-z") as cleo,
        person(server, tmp_path, "eve-z") as eve,
    ):
        circle = await ana.create_circle(["ben-z", "cleo-z", "eve-z"])
        bens, cleos, eves = [await only_conversation(c) for c in (ben, cleo, eve)]
        talks = [circle, bens, cleos]
        await eventually(lambda: all(len(t.members()) == 4 for t in [*talks, eves]))
        with rejecting_nothing(ana), rejecting_nothing(cleo):
            await commit_what_nobody_can_apply(eve, eves)
            await eventually(lambda: bool(ben._engine.mending._told))
            bens._room.write(Text("written in between"))
            await asyncio.to_thread(server.kill9)
            await asyncio.to_thread(server.restart)
        await eventually(lambda: all(len(t.members()) == 3 for t in talks))
        await eventually(lambda: all(map(is_in_order, talks)))
        await cleos.send("and after")
        for talk in talks:
            await eventually(partial(has_texts, talk, 2))
            told = f"ana-z {ANEW}; eve-z is not in it any more"
            assert notices(talk)[-1] == told
        assert len({talk.safety_number() for talk in talks}) == 1
        await eventually(lambda: eves.encryption_state.standing is Standing.LEFT)
        assert texts(eves) == []
        await circle.add([eve.account])
        await eventually(lambda: is_in_order(eves))
        await eves.send("here again")
        await eventually(lambda: "here again" in texts(circle))


async def test_who_is_away_while_others_go_on_without_them_learns_it_with_the_log(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to wait for the next look at everything, once in a minute."""
    monkeypatch.setattr(engine, "RESYNC_SECONDS", 24 * 3600.0)
    profile = await register(server, tmp_path, "eve-w")
    async with (
        person(server, tmp_path, "ana-w") as ana,
        person(server, tmp_path, "ben-w") as ben,
        person(server, tmp_path, "cleo-w") as cleo,
    ):
        async with opened(profile) as eve:
            circle = await ana.create_circle(["ben-w", "cleo-w", "eve-w"])
            talks = [circle, *[await only_conversation(c) for c in (ben, cleo)]]
            theirs = await only_conversation(eve)
            await eventually(lambda: all(len(t.members()) == 4 for t in talks))
            await commit_what_nobody_can_apply(eve, theirs)
        await eventually(lambda: all(len(t.members()) == 3 for t in talks))
        async with opened(profile) as eve:
            (theirs,) = eve.conversations()
            await eventually(lambda: theirs.encryption_state.standing is Standing.LEFT)


async def test_one_of_three_others_comes_back_alone(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Less than half freezes nothing: the device returns, and says so."""
    async with (
        person(server, tmp_path, "ana-y") as ana,
        person(server, tmp_path, "ben-y") as ben,
        person(server, tmp_path, "cleo-y") as cleo,
        person(server, tmp_path, "dora-y") as dora,
    ):
        circle = await ana.create_circle(["ben-y", "cleo-y", "dora-y"])
        others = [await only_conversation(c) for c in (ben, cleo, dora)]
        await eventually(lambda: all(len(t.members()) == 4 for t in others))
        room, group = others[0]._room, circle._room.record.group
        real = room._follower.apply

        def misread(*arguments: Any, **options: Any) -> Any:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(
                    "mentalverse_client.groups.receiving.check_commit", refuse
                )
                return real(*arguments, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(room._follower, "apply", misread)
            await ana._engine.courier(circle._room)._committer.renew()
            await eventually(lambda: room.record.standing is Standing.BROKEN)
        await eventually(lambda: is_in_order(others[0]))
        assert notices(others[0])[-1].startswith("ben-y came back on this device")
        assert circle._room.record.group == group


def refuse(*_: Any) -> None:
    from mentalverse_client.groups.commit_rules import CommitRefused

    raise CommitRefused("this device is mistaken")


async def test_a_fresh_group_that_was_taken_is_entered_after_a_crash(
    server: ServerProcess, tmp_path: Path
) -> None:
    """A maker that dies between the answer and its store begins no second group."""
    profile = await register(server, tmp_path, "ben-x")
    async with person(server, tmp_path, "ada-x") as ada:
        async with opened(profile) as ben:
            talk = await ada.direct("ben-x")
            theirs = await only_conversation(ben)
            crashed = asyncio.Event()

            def crash(*_: object) -> None:
                crashed.set()
                raise asyncio.CancelledError

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("mentalverse_client.groups.fresh.enter", crash)
                await commit_what_nobody_can_apply(ada, talk)
                async with asyncio.timeout(90):
                    await crashed.wait()
            await eventually(lambda: is_in_order(talk))
            group = talk._room.record.group
        async with opened(profile) as ben:
            theirs = ben.conversations()[0]
            await eventually(lambda: is_in_order(theirs))
            assert theirs._room.record.group == group
            await theirs.send("here")
            await eventually(lambda: "here" in texts(talk))
