"""What a team agrees on, through the SDK: leaving, giving back, asking afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_signaling.crisis_events import CaseStatus
from mentalverse_signaling.desk_events import AttemptOutcome, DutyStatus, FollowUpWish
from mentalverse_signaling.errors import NotFound, NotNow
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE, eventually, next_message, opened, person, texts
from support.crisis_clients import accepted, responder_profile, talk_of, until
from support.server import ServerProcess, start_server

from .conftest import SETTINGS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


async def _supervisor(desk: ServerProcess, folder: Path, handle: str) -> Path:
    code = await asyncio.to_thread(desk.invite, Role.SUPERVISOR)
    await Client.register(desk.url, code, handle, folder / handle, PASSPHRASE)
    return folder / handle


def _members(client: Client) -> set[str]:
    return {each.handle for each in talk_of(client).members()}


async def test_an_urgent_case_is_given_back_once_a_supervisor_agrees(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """The holder may change their mind until then; afterwards somebody else has it."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    sue_profile = await responder_profile(desk, tmp_path, "sue")
    kim_profile = await _supervisor(desk, tmp_path, "kim")
    async with (
        person(desk, tmp_path, "ann") as ann,
        opened(nia_profile) as nia,
        opened(sue_profile) as sue,
        opened(kim_profile) as kim,
    ):
        await kim.desk.look()
        await nia.desk.start_duty()
        await ann.help.ask(band=0)
        case = (await accepted(nia)).case
        theirs = await nia.desk.conversation(case)
        await theirs.send("I am nia")
        await eventually(lambda: nia.desk.case(case).status is CaseStatus.ACTIVE)
        await nia.desk.give_back(case, "I have to go")
        assert nia.desk.case(case).return_asked
        await nia.desk.keep(case)
        assert not nia.desk.case(case).return_asked
        with pytest.raises(NotNow):
            await kim.desk.agree_return(case)

        await sue.desk.start_duty()
        await nia.desk.give_back(case, "I have to go")
        board = await kim.desk.agree_return(case)
        (shown,) = (each for each in board.cases if each.case == case)
        assert shown.holder is None
        assert (await accepted(sue)).case == case
        await eventually(lambda: nia.desk.cases == ())
        with pytest.raises(NotFound):
            nia.desk.case(case)


async def test_a_guest_who_steps_out_is_removed_by_the_persons_device(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """With the time to say good-bye; who has the case stays."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    kim_profile = await _supervisor(desk, tmp_path, "kim")
    async with (
        person(desk, tmp_path, "ann") as ann,
        opened(nia_profile) as nia,
        opened(kim_profile) as kim,
    ):
        await nia.desk.start_duty()
        await ann.help.ask()
        case = (await accepted(nia)).case
        await (await nia.desk.conversation(case)).send("I am nia")
        await until(ann, CaseStatus.ACTIVE)
        await kim.desk.join(case)
        theirs = await kim.desk.conversation(case)
        await eventually(lambda: _members(ann) == {"ann", "nia", "kim"})
        view = await kim.desk.step_out(case)
        assert view.cases == ()
        await theirs.send("I leave you two")
        assert "I leave you two" in [
            (await next_message(talk_of(ann))).text for _ in range(2)
        ]
        async with asyncio.timeout(60):
            while _members(ann) != {"ann", "nia"}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        with pytest.raises(NotNow):
            await nia.desk.step_out(case)


async def test_whoever_takes_a_follow_up_is_let_in_when_the_person_is_back(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Their device does it by itself, days later and after a restart; who takes it may
    be somebody whom they have never met."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    sue_profile = await responder_profile(desk, tmp_path, "sue")
    async with opened(nia_profile) as nia, opened(sue_profile) as sue:
        async with person(desk, tmp_path, "ann") as ann:
            await nia.desk.start_duty()
            await ann.help.ask()
            case = (await accepted(nia)).case
            theirs = await nia.desk.conversation(case)
            await theirs.send("I am nia")
            await until(ann, CaseStatus.ACTIVE)
            await eventually(lambda: nia.desk.case(case).status is CaseStatus.ACTIVE)
            await nia.desk.end(case)
            await nia.desk.wrap_up(case, "completed", FollowUpWish.YES)
            await until(ann, CaseStatus.FOLLOW_UP_DUE)

        (due,) = (await sue.desk.follow_ups.take(case)).follow_ups
        assert (due.taken_by, due.is_mine, due.is_in) == ("sue", True, False)
        with pytest.raises(NotNow):
            await nia.desk.follow_ups.take(case)
        coming = asyncio.create_task(sue.desk.follow_ups.conversation(case))
        async with opened(tmp_path / "ann") as ann:
            hers = await coming
            await hers.send("How are you today?")
            await eventually(lambda: "How are you today?" in texts(talk_of(ann)))
            await talk_of(ann).send("better")
            await eventually(lambda: "better" in texts(hers))
            (due,) = (await sue.desk.follow_ups.all()).follow_ups
            assert due.is_in and not ann.help.is_asking
            reached = AttemptOutcome.REACHED
            assert (await sue.desk.follow_ups.record(case, reached)).follow_ups == ()


async def test_who_steps_back_from_a_follow_up_goes_again(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """The person's device is told while it is there, and whoever was there before
    stays."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    sue_profile = await responder_profile(desk, tmp_path, "sue")
    async with (
        opened(nia_profile) as nia,
        opened(sue_profile) as sue,
        person(desk, tmp_path, "ann") as ann,
    ):
        await nia.desk.start_duty()
        await ann.help.ask()
        case = (await accepted(nia)).case
        await (await nia.desk.conversation(case)).send("I am nia")
        await until(ann, CaseStatus.ACTIVE)
        await eventually(lambda: nia.desk.case(case).status is CaseStatus.ACTIVE)
        await nia.desk.end(case)
        await nia.desk.wrap_up(case, "completed", FollowUpWish.YES)
        await until(ann, CaseStatus.FOLLOW_UP_DUE)
        await sue.desk.follow_ups.take(case)
        await sue.desk.follow_ups.conversation(case)
        await eventually(lambda: _members(ann) == {"ann", "nia", "sue"})
        await sue.desk.follow_ups.leave(case)
        async with asyncio.timeout(60):
            while _members(ann) != {"ann", "nia"}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_a_supervisor_lets_somebody_begin_early(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Once, and they see that they may."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    kim_profile = await _supervisor(desk, tmp_path, "kim")
    async with opened(nia_profile) as nia, opened(kim_profile) as kim:
        await nia.desk.start_duty()
        with pytest.raises(NotNow):
            await kim.desk.allow_early_start(nia.account)
        await nia.desk.end_duty()
        with pytest.raises(NotNow):
            await nia.desk.start_duty()
        await kim.desk.allow_early_start(nia.account)
        assert (await nia.desk.look()).may_start_early
        assert (await nia.desk.start_duty()).duty is DutyStatus.ON
