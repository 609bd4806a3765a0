"""Several people help one: handing over, a supervisor, and a person's other device."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_signaling.crisis_events import CaseStatus, HelperRole
from mentalverse_signaling.desk_events import DeskNews
from mentalverse_signaling.errors import (
    AlreadyHeld,
    NotFound,
    OfferRescinded,
    StaleFence,
)
from mentalverse_signaling.roles import Role
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
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


def holder_of(person: Client) -> str:
    """Who has the person's case, as far as their device knows."""
    case = person.help.case
    return "" if case is None else next((one.handle for one in case.helpers), "")


@pytest.mark.capability("X06")
async def test_a_case_is_handed_over_without_the_person_being_alone(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Who takes over is let in first; who had it can do nothing to the case after."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    sue_profile = await responder_profile(desk, tmp_path, "sue")
    async with (
        person(desk, tmp_path, "ann") as ann,
        opened(nia_profile) as nia,
        opened(sue_profile) as sue,
    ):
        await nia.desk.start_duty()
        await ann.help.ask()
        case = (await accepted(nia)).case
        theirs = await nia.desk.conversation(case)
        await theirs.send("I am nia")
        await until(ann, CaseStatus.ACTIVE)
        await eventually(lambda: nia.desk.case(case).status is CaseStatus.ACTIVE)
        before = nia.desk.case(case).fence

        await sue.desk.start_duty()
        await nia.desk.hand_over(case, sue.account)
        await eventually(lambda: bool(sue.desk.cases))
        assert sue.desk.case(case).role is None
        await sue.desk.answer_hand_over(case, accept=True)
        hers = await sue.desk.conversation(case)
        await eventually(lambda: sue.desk.case(case).role is HelperRole.HOLDER)
        assert sue.desk.case(case).fence > before
        await hers.send("I am sue, and I take over")
        await eventually(
            lambda: texts(talk_of(ann)) == ["I am nia", "I am sue, and I take over"]
        )
        # What she wrote may be here before the news of whose the case is.
        await eventually(lambda: holder_of(ann) == "sue")
        with pytest.raises((StaleFence, NotFound)):
            await nia.desk.end(case)


@pytest.mark.capability("X06")
async def test_a_supervisor_comes_in_where_everybody_sees_it(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Asked by the holder, who stays; the person's device lets them in."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    code = await asyncio.to_thread(desk.invite, Role.SUPERVISOR)
    await Client.register(desk.url, code, "kim", tmp_path / "kim", PASSPHRASE)
    async with (
        person(desk, tmp_path, "ann") as ann,
        opened(nia_profile) as nia,
        opened(tmp_path / "kim") as kim,
    ):
        await nia.desk.start_duty()
        await kim.desk.look()
        changes = kim.desk.changes()
        await ann.help.ask()
        case = (await accepted(nia)).case
        theirs = await nia.desk.conversation(case)
        await theirs.send("I am nia")
        await nia.desk.ask_supervisor(case)
        async with asyncio.timeout(DEADLINE_SECONDS):
            async for change in changes:
                told = [each.what for each in change.news]
                if DeskNews.SUPERVISOR_WANTED in told:
                    break
        board = await kim.desk.board()
        assert [each.case for each in board.cases if not each.drill] == [case]
        await kim.desk.join(case)
        await kim.desk.conversation(case)
        talk = talk_of(ann)
        await eventually(
            lambda: {each.handle for each in talk.members()} == {"ann", "nia", "kim"}
        )
        assert (await until(ann, CaseStatus.ACTIVE)).helpers[0].handle == "nia"


async def test_of_two_who_are_asked_one_has_it_and_the_other_is_told(
    desk: ServerProcess, tmp_path: Path
) -> None:
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    sue_profile = await responder_profile(desk, tmp_path, "sue")
    async with (
        person(desk, tmp_path, "ann") as ann,
        opened(nia_profile) as nia,
        opened(sue_profile) as sue,
    ):
        await nia.desk.start_duty()
        await sue.desk.start_duty()
        await ann.help.ask(band=0)
        offers = []
        for client in (nia, sue):
            each = client.desk.offers()
            async with asyncio.timeout(DEADLINE_SECONDS):
                offers.append(await anext(each))
            await each.aclose()
        await nia.desk.accept(offers[0])
        with pytest.raises((OfferRescinded, AlreadyHeld)):
            await sue.desk.accept(offers[1])
        await eventually(lambda: not sue.desk.is_open(offers[1]))
        assert sue.desk.cases == ()


async def test_five_words_bring_a_guest_back_to_the_case(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """The device is lost, and the case is not: its helper and they talk again."""
    lost, found = tmp_path / "lost", tmp_path / "found"
    async with opened(await responder_profile(desk, tmp_path, "nia")) as nia:
        await nia.desk.start_duty()
        await Client.ask_for_help(desk.url, lost, PASSPHRASE, band=1)
        async with opened(lost) as guest:
            case = (await accepted(nia)).case
            theirs = await nia.desk.conversation(case)
            await theirs.send("I am here")
            assert (await next_message(talk_of(guest))).text == "I am here"
            words = " ".join(await guest.new_resume_words())
        await Client.return_guest(desk.url, words, found, PASSPHRASE)
        async with opened(found) as guest:
            view = await guest.help.look()
            assert view is not None and view.case == case
            await eventually(lambda: guest.help.conversation is not None)
            await talk_of(guest).send("I am back")

            def heard() -> bool:
                talks = nia.conversations()
                return any("I am back" in texts(talk) for talk in talks)

            await eventually(heard)
            again = await nia.desk.conversation(case)
            await again.send("good that you are")
            await eventually(lambda: "good that you are" in texts(talk_of(guest)))


@pytest.mark.capability("X06")
async def test_a_professional_comes_in_where_a_peer_asks_for_back_up(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Into the same conversation, where everybody sees it; the peer keeps the case."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    pro_profile = await responder_profile(desk, tmp_path, "pro")
    async with (
        person(desk, tmp_path, "ann") as ann,
        opened(nia_profile) as nia,
        opened(pro_profile) as pro,
    ):
        await nia.desk.start_duty()
        await ann.help.ask(band=0)
        case = (await accepted(nia)).case
        theirs = await nia.desk.conversation(case)
        await theirs.send("I am nia")
        assert nia.desk.case(case).back_up_advised

        await pro.desk.start_duty()
        skill = ("--skill", "professional=1")
        roster = ("crisis", "roster", "set", "pro", *skill)
        await asyncio.to_thread(desk.mentalverse, *roster)
        assert pro.desk.wanted == ()
        await nia.desk.ask_supervisor(case)
        await eventually(lambda: [one.case for one in pro.desk.wanted] == [case])
        await pro.desk.join(case)
        assert pro.desk.wanted == () and pro.desk.case(case).role is HelperRole.GUEST
        same = await pro.desk.conversation(case)
        assert same.id == theirs.id
        await same.send("I am pro")
        await eventually(lambda: texts(talk_of(ann)) == ["I am nia", "I am pro"])
        helpers = (await until(ann, CaseStatus.ACTIVE)).helpers
        assert [(one.handle, one.role) for one in helpers] == [
            ("nia", HelperRole.HOLDER),
            ("pro", HelperRole.GUEST),
        ]
        await eventually(lambda: not nia.desk.case(case).back_up_advised)
