"""The conversation of a case: who is in it and who wrote, told by its log."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from mentalverse_crisis.case import Case, CaseState
from mentalverse_crisis.events import (
    GuestAdded,
    TransferAccepted,
    TransferAsked,
)
from mentalverse_server.crisis.attached import Attached
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import NotFound
from support.asking import Asking, asking
from support.hub import Device, Talk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Asking]:
    async with asking(database_url) as running:
        yield running


async def met(desk: Asking) -> tuple[str, Talk, Device, Device]:
    """Somebody asked for help, and the holder is in the conversation."""
    ann, nia = await desk.hub.add_guest(), await desk.on_duty("nia")
    case = (await desk.open(ann)).case
    talk = await desk.talk(ann)
    await desk.accept(case, nia)
    await desk.hub.add(ann, talk, nia)
    await desk.until(case, is_joined)
    return case, talk, ann, nia


def is_joined(case: Case) -> bool:
    return case.hold is not None and case.hold.is_joined


def is_active(case: Case) -> bool:
    return case.state is CaseState.ACTIVE


async def test_the_commit_that_adds_the_holder_tells_the_desk(desk: Asking) -> None:
    """Nobody has to say that the person let somebody in: the log does."""
    case, talk, ann, _ = await met(desk)
    view = await desk.mine(ann)
    assert (view.case, view.conversation) == (case, talk.id)


async def test_a_holder_who_is_there_already_has_joined_at_once(desk: Asking) -> None:
    """Whoever takes a case anew, and was in its conversation, needs no other commit."""
    case, talk, ann, nia = await met(desk)
    sue = await desk.on_duty("sue")
    await desk.hub.add(ann, talk, sue)
    await desk.desk.decide(GuestAdded(case=case, responder=sue.account))
    await desk.hub.send(nia, desk.hub.message(talk))
    await desk.until(case, is_active)
    fence = (await desk.stored(case)).fence
    await desk.desk.decide(
        TransferAsked(case=case, responder=nia.account, fence=fence, to=sue.account)
    )
    await desk.desk.decide(
        TransferAccepted(case=case, responder=sue.account, device=sue.id)
    )
    found = await desk.until(
        case, lambda c: c.hold is not None and c.hold.responder == sue.account
    )
    assert found.transfer is None


async def test_the_holders_first_message_makes_the_case_active(desk: Asking) -> None:
    """What counts as a human's first words is a message of the holder that wakes."""
    case, talk, _, nia = await met(desk)
    await desk.hub.send(nia, desk.hub.message(talk))
    assert is_active(await desk.until(case, is_active))


async def test_no_receipt_is_taken_for_words(desk: Asking) -> None:
    """A receipt answers nobody: only what is meant to be read counts."""
    case, talk, ann, nia = await met(desk)
    await desk.hub.send(
        nia, msgspec.structs.replace(desk.hub.message(talk), wakes=False)
    )
    # Told after the receipt was looked at, since the log is read in order.
    await desk.hub.send(ann, desk.hub.message(talk))
    found = await desk.until(case, lambda c: c.silence)
    assert found.state is CaseState.ACCEPTED


async def test_a_silence_begins_with_the_person_and_ends_with_an_answer(
    desk: Asking,
) -> None:
    """Nobody who writes is left without an answer for long."""
    case, talk, ann, nia = await met(desk)
    await desk.hub.send(ann, desk.hub.message(talk))
    await desk.until(case, lambda c: c.silence)
    await desk.hub.send(nia, desk.hub.message(talk))
    await desk.until(case, lambda c: c.silence is None)


async def test_words_of_who_is_not_of_the_case_are_nobodys(desk: Asking) -> None:
    """Somebody else in the group does not answer for the one who has the case."""
    case, talk, ann, _ = await met(desk)
    eve = await desk.hub.add_device("eve")
    await desk.hub.add(ann, talk, eve)
    await desk.hub.send(ann, desk.hub.message(talk))
    await desk.hub.send(eve, desk.hub.message(talk))
    await desk.hub.send(ann, desk.hub.message(talk))
    found = await desk.until(case, lambda c: c.silence)
    assert found.state is CaseState.ACCEPTED


async def test_what_nobody_looked_at_is_found_at_the_next_start(desk: Asking) -> None:
    """A server that dies between a message and the desk has lost nothing of it."""
    case, talk, ann, nia = await met(desk)
    desk.hub.also.clear()
    await desk.hub.send(ann, desk.hub.message(talk))
    await desk.hub.send(nia, desk.hub.message(talk))
    await desk.hub.writer.ping()
    assert (await desk.stored(case)).state is CaseState.ACCEPTED
    after = Attached(desk.desk, desk.hub.database, desk.hub.writer)
    await after.start()
    try:
        found = await desk.until(case, is_active)
        assert found.silence is None
    finally:
        await after.close()


async def test_asking_how_it_stands_finds_what_a_lost_hint_was_about(
    desk: Asking,
) -> None:
    """A hint that is lost costs seconds: the person's device asks again."""
    ann, nia = await desk.hub.add_guest(), await desk.on_duty("nia")
    case = (await desk.open(ann)).case
    talk = await desk.talk(ann)
    await desk.accept(case, nia)
    desk.hub.also.clear()
    await desk.hub.add(ann, talk, nia)
    await desk.mine(ann)
    await desk.until(case, is_joined)


async def test_a_case_gets_another_conversation_when_its_device_is_gone(
    desk: Asking,
) -> None:
    """What is written in the one before is nothing to the desk any more."""
    case, talk, ann, nia = await met(desk)
    fresh = await desk.talk(ann)
    assert (await desk.mine(ann)).conversation == fresh.id
    await desk.hub.send(nia, desk.hub.message(talk))
    await desk.hub.add(ann, fresh, nia)
    await desk.hub.send(ann, desk.hub.message(fresh))
    found = await desk.until(case, lambda c: c.silence)
    assert found.state is CaseState.ACCEPTED


async def test_who_left_and_comes_back_goes_on_in_the_same_conversation(
    desk: Asking,
) -> None:
    """The desk listens there again, and nobody has to make another one."""
    ann = await desk.hub.add_guest()
    case = (await desk.open(ann, band=1)).case
    talk = await desk.talk(ann)
    await desk.persons.leave(ann.connection.principal)
    await desk.hub.send(ann, desk.hub.message(talk))
    await desk.until_looked()
    await desk.persons.resume(ann.connection.principal)
    nia = await desk.on_duty("nia")
    await desk.accept(case, nia)
    await desk.hub.add(ann, talk, nia)
    await desk.until(case, is_joined)
    await desk.hub.send(nia, desk.hub.message(talk))
    await desk.until(case, is_active)


@pytest.mark.parametrize("kind", [ConversationKind.CIRCLE, ConversationKind.DIRECT])
async def test_only_a_conversation_for_a_crisis_is_attached(
    desk: Asking, kind: ConversationKind
) -> None:
    """No circle and no private conversation becomes one that the desk looks at."""
    ann = await desk.hub.add_device("ann")
    await desk.open(ann)
    talk = await desk.hub.open(ann, kind)
    with pytest.raises(NotFound):
        await desk.persons.attach(ann.connection.principal, talk.id)


async def test_nobody_attaches_what_somebody_else_leads(desk: Asking) -> None:
    """A helper cannot make the conversation of one person that of another case."""
    _, talk, _, nia = await met(desk)
    await desk.open(nia)
    with pytest.raises(NotFound):
        await desk.persons.attach(nia.connection.principal, talk.id)


async def test_nothing_is_attached_without_a_case(desk: Asking) -> None:
    """A conversation belongs to a case that is open."""
    ann = await desk.hub.add_guest()
    talk = await desk.hub.open(ann, ConversationKind.CRISIS)
    with pytest.raises(NotFound):
        await desk.persons.attach(ann.connection.principal, talk.id)
