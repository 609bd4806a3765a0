"""Calls over a real server process: people, groups, seats, media and restarts."""

from __future__ import annotations

import asyncio
import io
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from mentalverse_cli.call_session import Sending, run_call
from mentalverse_client import Client, Conversation
from mentalverse_client.calls import key_renewal
from mentalverse_client.calls.call import LAPSE_MS, Call
from mentalverse_client.calls.sources import Tone
from mentalverse_client.errors import CallOver
from mentalverse_client.line import connection
from mentalverse_client.line.connection import Connection
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.call_events import CallMedia, Presence
from mentalverse_signaling.errors import Forbidden
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
)
from support.server import ServerProcess, start_server

Talk = tuple[tuple[Client, Conversation], tuple[Client, Conversation]]
BOTH = (Slot.MICROPHONE, Slot.CAMERA)
SETTINGS = {"MEDIA__ADDRESSES": '["127.0.0.1"]', "MEDIA__LINGER_SECONDS": "0"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server"), SETTINGS) as running:
        yield running


_numbers = itertools.count(1)


def people(*names: str) -> tuple[str, ...]:
    """Handles that nobody has: the tests share a server."""
    number = next(_numbers)
    return tuple(f"{name}-{number}" for name in names)


@pytest.fixture
async def talk(server: ServerProcess, tmp_path: Path) -> AsyncIterator[Talk]:
    """Two people who have written to each other, on the server of all tests."""
    names = people("ada", "ben")
    async with (
        person(server, tmp_path, names[0]) as ada,
        person(server, tmp_path, names[1]) as ben,
    ):
        here = await ada.direct(names[1])
        await here.send("shall we talk?")
        there = await only_conversation(ben)
        await next_message(there)
        yield (ada, here), (ben, there)


def hears(call: Call, other: Client, slot: Slot, frames: int = 5) -> bool:
    return call.sink.decoded[other._device.leaf, slot] >= frames


def count(call: Call, other: Client, slot: Slot = Slot.MICROPHONE) -> int:
    return call.sink.decoded[other._device.leaf, slot]


@pytest.mark.capability("C04")
async def test_two_people_meet_and_leave(talk: Talk) -> None:
    (ada, here), (ben, there) = talk
    view = await ada.calls.start(here.id)
    assert [it.call for it in await ben.calls.open_calls()] == [view.call]
    again = await ben.calls.start(there.id)
    assert again.call == view.call
    async with ada.calls.join(view, Tone()) as one:
        await one.joined.wait()
        async with ben.calls.join(again, Tone()) as other:
            await eventually(
                lambda: all(
                    hears(one, ben, it) and hears(other, ada, it) for it in BOTH
                )
            )
            assert one.status().seats == other.status().seats == 2
            await eventually(lambda: _cameras(one) == _cameras(other) == [True, True])
            assert not one.status().dropped and not other.status().dropped


async def test_two_without_a_rule_are_connected_directly(talk: Talk) -> None:
    (ada, here), (ben, there) = talk
    for client, at in ((ada, here), (ben, there)):
        route = await client.calls.route(at.id)
        assert not route.relay and not route.may_choose
        with pytest.raises(Forbidden):
            await client.calls.wish_direct(at.id, wish=True)
        assert await client.calls.wish_direct(at.id, wish=False) == route


async def test_the_one_who_stays_sees_the_other_go(talk: Talk) -> None:
    (ada, here), (ben, there) = talk
    view = await ada.calls.start(here.id, CallMedia.AUDIO)
    async with ada.calls.join(view, Tone(video=False)) as one:
        await one.joined.wait()
        async with ben.calls.join(view, Tone(video=False)) as other:
            await eventually(lambda: hears(one, ben, Slot.MICROPHONE))
            assert other.status().seats == 2
        await eventually(lambda: one.status().seats == 1)
        assert one.status().expected == 0


async def test_a_call_gets_new_keys_though_nobody_comes_or_goes(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ada, here), (ben, _) = talk
    monkeypatch.setattr(key_renewal, "EPOCH_LASTS_MS", 500)
    view = await ada.calls.start(here.id, CallMedia.AUDIO)
    async with (
        ada.calls.join(view, Tone(video=False)) as one,
        ben.calls.join(view, Tone(video=False)) as two,
    ):
        await eventually(lambda: count(one, ben) > 5 and count(two, ada) > 5)
        begun = one.status().epoch
        await eventually(lambda: one.status().epoch >= begun + 2)
        heard = count(two, ada)
        await eventually(lambda: two.status().epoch >= begun + 2)
        await eventually(lambda: count(two, ada) > heard + 50)


async def test_a_server_that_is_killed_ends_no_media(tmp_path: Path) -> None:
    with start_server(tmp_path / "server", SETTINGS) as server:
        async with (
            person(server, tmp_path, "ada") as ada,
            person(server, tmp_path, "ben") as ben,
        ):
            here = await ada.direct("ben")
            await here.send("shall we talk?")
            await next_message(await only_conversation(ben))
            view = await ada.calls.start(here.id, CallMedia.AUDIO)
            async with (
                ada.calls.join(view, Tone(video=False)) as one,
                ben.calls.join(view, Tone(video=False)) as other,
            ):
                await eventually(lambda: count(one, ben) > 5 and count(other, ada) > 5)
                before = _epochs(one)
                server.kill9()
                await eventually(lambda: not one.status().is_online)
                heard = count(one, ben), count(other, ada)
                await eventually(lambda: count(one, ben) > heard[0] + 100)
                await eventually(lambda: count(other, ada) > heard[1] + 100)
                await asyncio.to_thread(server.restart)
                await eventually(
                    lambda: one.status().is_online and other.status().is_online
                )
                heard = count(one, ben), count(other, ada)
                await eventually(lambda: count(one, ben) > heard[0] + 100)
                assert _epochs(one) == before
                assert one.status().connected == 1


async def test_a_seat_in_the_forwarder_is_held_before_its_lease_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pauses between attempts that would grow past the lease do not, in a call."""
    pauses: Counter[Connection] = Counter()
    pause = Connection._pause

    async def counted(self: Connection, attempt: int) -> None:
        pauses[self] += 1
        await pause(self, attempt)

    monkeypatch.setattr(Connection, "_pause", counted)
    monkeypatch.setattr(connection, "_uniform", lambda low, high: low + high / 4)
    lasting = SETTINGS | {"MEDIA__LINGER_SECONDS": "15"}
    with start_server(tmp_path / "server", lasting) as server:
        async with (
            person(server, tmp_path, "ada") as ada,
            person(server, tmp_path, "ben") as ben,
        ):
            circle = await ada.create_circle(("ben",))
            await only_conversation(ben)
            view = await ada.calls.start(circle.id, CallMedia.AUDIO)
            assert view.topology == "sfu"
            async with (
                ada.calls.join(view, Tone(video=False)) as one,
                ben.calls.join(view, Tone(video=False)) as other,
            ):
                await eventually(lambda: count(one, ben) > 5 and count(other, ada) > 5)
                before = _epochs(one)
                server.kill9()
                async with asyncio.timeout(LAPSE_MS / 1000):
                    await eventually(
                        lambda: all(pauses[it] >= 6 for it in _lines(ada, ben))
                    )
                await asyncio.to_thread(server.restart)
                await eventually(
                    lambda: one.status().is_online and other.status().is_online
                )
                assert _epochs(one) == before
                assert _presences(one) == {Presence.ON}
                heard = count(one, ben), count(other, ada)
                await eventually(lambda: count(one, ben) > heard[0] + 50)
                await eventually(lambda: count(other, ada) > heard[1] + 50)


def _lines(*clients: Client) -> list[Connection]:
    return [client._engine.connection for client in clients]


def _presences(call: Call) -> set[Presence]:
    roster = call.roster
    return set() if roster is None else {each.presence for each in roster.members}


def _cameras(call: Call) -> list[bool]:
    return [] if call.roster is None else [it.camera for it in call.roster.members]


def _epochs(call: Call) -> list[int]:
    roster = call.roster
    assert roster is not None
    return sorted(each.conn_epoch for each in roster.members)


async def test_three_meet_through_the_forwarder(
    server: ServerProcess, tmp_path: Path
) -> None:
    names = people("ada", "ben", "cy")
    async with (
        person(server, tmp_path, names[0]) as ada,
        person(server, tmp_path, names[1]) as ben,
        person(server, tmp_path, names[2]) as cy,
    ):
        circle = await ada.create_circle(names[1:])
        for other in (ben, cy):
            await only_conversation(other)
        view = await ada.calls.start(circle.id)
        assert view.topology == "sfu"
        async with (
            ada.calls.join(view, Tone()) as one,
            ben.calls.join(view, Tone()) as two,
            cy.calls.join(view, Tone()) as three,
        ):
            present = {one: ada, two: ben, three: cy}
            await eventually(
                lambda: all(
                    hears(call, other, slot)
                    for call, me in present.items()
                    for other in present.values()
                    if other is not me
                    for slot in BOTH
                )
            )


async def test_keys_change_in_the_call_and_the_removed_is_out(
    server: ServerProcess, tmp_path: Path
) -> None:
    names = people("ada", "ben", "cy")
    async with (
        person(server, tmp_path, names[0]) as ada,
        person(server, tmp_path, names[1]) as ben,
        person(server, tmp_path, names[2]) as cy,
    ):
        circle = await ada.create_circle(names[1:])
        for other in (ben, cy):
            await only_conversation(other)
        view = await ada.calls.start(circle.id, CallMedia.AUDIO)
        async with (
            ada.calls.join(view, Tone(video=False)) as one,
            ben.calls.join(view, Tone(video=False)) as two,
        ):
            outside: list[BaseException] = []

            async def takes_part() -> None:
                try:
                    async with cy.calls.join(view, Tone(video=False)):
                        await asyncio.Event().wait()
                except* CallOver as over:
                    outside.extend(over.exceptions)

            removed = asyncio.create_task(takes_part())
            await eventually(lambda: count(one, cy) > 5 and count(two, cy) > 5)
            before = one.status().epoch
            await circle.remove(cy.account)
            await eventually(lambda: one.status().epoch > before)
            await eventually(lambda: two.status().epoch == one.status().epoch)
            await eventually(removed.done)
            assert outside
            heard = count(two, ada)
            await eventually(lambda: count(two, ada) > heard + 50)
            assert one.status().seats == 2


async def test_whoever_may_ends_the_call_for_all(talk: Talk) -> None:
    (ada, here), (ben, _) = talk
    view = await ada.calls.start(here.id, CallMedia.AUDIO)
    ended: list[BaseException] = []
    try:
        async with (
            ada.calls.join(view, Tone(video=False)) as one,
            ben.calls.join(view, Tone(video=False)) as two,
        ):
            await eventually(lambda: count(one, ben) > 5)
            await two.end()
            await asyncio.Event().wait()
    except* CallOver as over:
        ended.extend(over.exceptions)
    assert ended


async def test_the_command_takes_part(
    server: ServerProcess,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("I can hear you\n"))
    speaker, listener = people("cli", "ada")
    profile = await register(server, tmp_path, speaker)
    async with opened(profile):
        pass
    async with person(server, tmp_path, listener) as ada:
        here = await ada.direct(speaker)
        await here.send("call me")
        view = await ada.calls.start(here.id, CallMedia.AUDIO)
        async with ada.calls.join(view, Tone(video=False)) as one:
            sending = Sending(tone=True, file=None, audio_only=True, captions=True)
            speaking = run_call(profile, PASSPHRASE, listener, sending, 0.1)
            running = asyncio.create_task(speaking)
            async with asyncio.timeout(DEADLINE_SECONDS):
                said = await anext(one.captions.heard())
            assert (said.handle, said.text) == (speaker, "I can hear you")
            await one.captions.say("and I you")
            await eventually(lambda: sum(one.sink.decoded.values()) > 20)
            await running
    *_, last = lines = capsys.readouterr().out.strip().splitlines()
    assert f"{listener}: and I you" in lines
    assert last.startswith("2 here · 1 of 1 connections · ")
