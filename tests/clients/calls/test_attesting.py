"""Receipts and claims over a real server: those go by themselves, also later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mentalverse_client import Client, Conversation
from mentalverse_client.calls.sources import Nothing
from mentalverse_signaling.attendance_events import (
    AttendanceFetch,
    AttendanceView,
    CountedMinutes,
)
from mentalverse_signaling.call_events import CallMedia, CallView
from mentalverse_signaling.claim_events import ClaimKind
from mentalverse_signaling.ids import CallId
from support.call_wire import until
from support.clients import eventually, next_message, only_conversation, person
from support.server import ServerProcess, start_server

SETTINGS = {"MEDIA__ADDRESSES": '["127.0.0.1"]', "MEDIA__LINGER_SECONDS": "0"}
Talk = tuple[tuple[Client, Conversation], tuple[Client, Conversation]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", SETTINGS) as running:
        yield running


@pytest.fixture
async def talk(server: ServerProcess, tmp_path: Path) -> AsyncIterator[Talk]:
    async with (
        person(server, tmp_path, "ada") as ada,
        person(server, tmp_path, "ben") as ben,
    ):
        here = await ada.direct("ben")
        await here.send("shall we talk?")
        there = await only_conversation(ben)
        await next_message(there)
        yield (ada, here), (ben, there)


async def planned(client: Client, conversation: Conversation) -> CallView:
    """The call of a session that begins now."""
    now = datetime.now(UTC)
    session = await client.calls.plan(conversation.id, "individual", now)
    return await client.calls.start(conversation.id, CallMedia.AUDIO, session.session)


async def meet(talk: Talk, view: CallView, *, is_ended: bool) -> None:
    """Both take a seat and keys, and leave, or the call is over."""
    (ada, _), (ben, _) = talk
    async with (
        ada.calls.join(view, Nothing()) as one,
        ben.calls.join(view, Nothing()) as other,
    ):
        await eventually(lambda: bool(one.tally.marks) and bool(other.tally.marks))
        await eventually(lambda: one.tally.role is not None is not other.tally.role)
        if is_ended:
            other.is_leaving = one.is_leaving = True
            await one.end()


async def settled(client: Client, call: str) -> bool:
    """Wait until what counts for the client is settled; whether it is countersigned."""
    fetch = AttendanceFetch(CallId(call))

    async def counted() -> CountedMinutes | None:
        asked = client._engine.call("attendance.fetch", fetch, AttendanceView)
        return (await asked).counted

    found: CountedMinutes = await until(counted)
    return found.is_countersigned


@pytest.mark.capability("S01")
async def test_two_devices_countersign_each_other(talk: Talk) -> None:
    (ada, here), (ben, _) = talk
    view = await planned(ada, here)
    await meet(talk, view, is_ended=True)
    assert await settled(ada, view.call)
    assert await settled(ben, view.call)


async def test_receipts_go_out_once_the_line_is_back(
    talk: Talk, server: ServerProcess
) -> None:
    (ada, here), (ben, _) = talk
    view = await planned(ada, here)
    async with ada.calls.join(view, Nothing()) as one:
        async with ben.calls.join(view, Nothing()) as other:
            await eventually(lambda: bool(one.tally.marks) and bool(other.tally.marks))
            await eventually(lambda: other.tally.role is not None)
            server.kill9()
            await eventually(lambda: not other.status().is_online)
        assert ben.calls._attesting._due
        await asyncio.to_thread(server.restart)
        await eventually(lambda: not ben.calls._attesting._due)
        await eventually(lambda: one.status().is_online)
        one.is_leaving = True
        await one.end()
    assert await settled(ben, view.call)


@pytest.mark.capability("S01")
async def test_two_claim_what_they_have_reached(talk: Talk) -> None:
    (ada, here), (ben, there) = talk
    ref = ada.claims.new_ref()
    first = await ada.claims.attest(here.id, ClaimKind.GOAL_SET, ref)
    assert len(first.attested_by) == 1
    whole = await ben.claims.attest(there.id, ClaimKind.GOAL_SET, ref, first.day)
    assert len(whole.attested_by) == 2
    assert await ada.claims.fetch(here.id) == (whole,)
