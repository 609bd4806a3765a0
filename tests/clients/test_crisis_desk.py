"""Somebody asks for help and somebody comes: real devices, a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_signaling.crisis_events import CaseNews, CaseStatus, Taken
from mentalverse_signaling.desk_events import AttemptOutcome, DutyStatus, FollowUpWish
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    eventually,
    next_message,
    opened,
    person,
    texts,
)
from support.crisis_clients import accepted, responder_profile, talk_of, until
from support.server import ServerProcess, start_server

from .conftest import SETTINGS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of its own: who is on duty anywhere would be asked."""
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


def kept(server: ServerProcess) -> bytes:
    """Every octet that the server has on its disk, and what it logged."""
    files = [each for each in server.data.rglob("*") if each.is_file()]
    return b"".join(each.read_bytes() for each in files) + server.written().encode()


@pytest.mark.capability("X07")
async def test_a_guest_asks_and_is_answered_and_the_server_reads_none_of_it(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """From one call without an account to who asks afterwards how they are."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    folder = tmp_path / "guest"
    async with opened(nia_profile) as nia:
        assert (await nia.desk.start_duty()).duty is DutyStatus.ON
        taken = await Client.ask_for_help(desk.url, folder, PASSPHRASE, language="en")
        assert taken is Taken.STORED
        async with opened(folder) as guest:
            talk = talk_of(guest)
            await talk.send("canary-one: I cannot go on")
            case = await accepted(nia)
            theirs = await nia.desk.conversation(case.case)
            assert (await next_message(theirs)).text == "canary-one: I cannot go on"
            await theirs.send("canary-two: I am here")
            assert (await next_message(talk)).text == "canary-two: I am here"
            view = await until(guest, CaseStatus.ACTIVE)
            assert [helper.handle for helper in view.helpers] == ["nia"]
            assert talk.safety_number() == theirs.safety_number()

            await nia.desk.end(case.case)
            await until(guest, CaseStatus.WRAP_UP)
            shown = await nia.desk.wrap_up(case.case, "completed", FollowUpWish.YES)
            assert shown.cases == ()
            due = await nia.desk.follow_ups.all()
            assert [each.case for each in due.follow_ups] == [case.case]
            await until(guest, CaseStatus.FOLLOW_UP_DUE)
            assert not guest.help.is_asking
            reached = AttemptOutcome.REACHED
            after = await nia.desk.follow_ups.record(case.case, reached)
            assert after.follow_ups == ()
            last = await guest.help.look()
            assert last is not None and last.status is CaseStatus.CLOSED
    assert b"canary-" not in kept(desk)


async def test_a_member_asks_twice_and_has_one_case(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Whoever is not sure that it was heard may press again."""
    async with person(desk, tmp_path, "ann") as ann:
        first = await ann.help.ask()
        again = await ann.help.ask(band=1)
        assert first is not None and again is not None
        assert (first.case, again.band) == (again.case, 1)
        assert talk_of(ann).id == talk_of(ann).id
        left = await ann.help.leave()
        assert left is not None and left.status is CaseStatus.ABANDONED
        back = await ann.help.ask()
        assert back is not None
        assert (back.case, back.status) == (first.case, CaseStatus.WAITING)
        assert len(ann.conversations()) == 1


@pytest.mark.timeout(180)
async def test_who_lost_their_helper_is_told_and_the_next_one_goes_on(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """A killed device ends no case: the person writes on, and who comes reads that."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    sue_profile = await responder_profile(desk, tmp_path, "sue")
    async with person(desk, tmp_path, "ann") as ann:
        async with opened(nia_profile) as nia:
            await nia.desk.start_duty()
            await ann.help.ask(band=0)
            talk = talk_of(ann)
            case = await accepted(nia)
            theirs = await nia.desk.conversation(case.case)
            await theirs.send("I am here")
            assert (await next_message(talk)).text == "I am here"
            await until(ann, CaseStatus.ACTIVE)
            changes = ann.help.changes()
        async with opened(sue_profile) as sue:
            await sue.desk.start_duty()
            news: list[CaseNews] = []
            async with asyncio.timeout(DEADLINE_SECONDS):
                async for change in changes:
                    news += change.news
                    if CaseNews.RECONNECTING in news:
                        assert change.case.helpers[0].is_reconnecting
                        break
                await talk.send("are you still there?")
                case = await accepted(sue)
                suesroom = await sue.desk.conversation(case.case)
                assert (await next_message(suesroom)).text == "are you still there?"
                await suesroom.send("I am sue, and I stay")
                assert (await next_message(talk)).text == "I am sue, and I stay"
                async for change in changes:
                    news += change.news
                    if [h.handle for h in change.case.helpers] == ["sue"]:
                        break
            assert CaseNews.RESCUE in news
            assert texts(talk) == [
                "I am here",
                "are you still there?",
                "I am sue, and I stay",
            ]
            await eventually(
                lambda: {m.handle for m in talk.members()} == {"ann", "sue"}
            )
