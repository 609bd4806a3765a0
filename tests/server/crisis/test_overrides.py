"""Acting without consent, over real sockets: two people, a minute, a contact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mentalverse_signaling import override_events
from mentalverse_signaling.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    NotNow,
    SignalingError,
)
from mentalverse_signaling.roles import Role
from support.crisis_wire import Line, crisis_wire
from support.overriding import Scene, newest, scene


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Scene]:
    async with crisis_wire(tmp_path) as wire:
        yield await scene(wire)


async def test_two_people_release_and_only_who_opened_it_has_the_half(
    talk: Scene,
) -> None:
    """Not before the second one agrees, and not the one who agreed."""
    sealed = await talk.seals()
    opened = await talk.opens()
    assert opened.status == "opened" and opened.has_location
    assert opened.opened_by_handle == "ann"
    with pytest.raises(NotNow):
        await talk.takes(opened)
    await talk.lead.hears("desk.changed", "override")
    released = newest(await talk.lead.call("override.cosign", override=opened.override))
    assert released.status == "released"
    assert released.cosigned_by == talk.lead.account
    await talk.holder.hears("desk.changed", "override")
    found = await talk.takes(released)
    assert (found.envelope, found.key_half) == (sealed.envelope, sealed.desk_half)
    for nobody in (talk.lead, talk.other):
        with pytest.raises(Forbidden):
            await talk.takes(released, nobody)
    with pytest.raises(NotFound):
        await talk.takes(released, talk.colleague)
    with pytest.raises(Forbidden):
        await talk.takes(released, talk.person)


async def test_one_acts_alone_after_a_minute_and_every_supervisor_hears(
    talk: Scene,
) -> None:
    """For a reason; and not a moment before."""
    await talk.seals()
    opened = await talk.opens()
    alone = {"override": opened.override, "reason": "no supervisor answered"}
    assert opened.alone_from == opened.opened_at + 60_000
    await talk.wire.beats(talk.holder, talk.person)
    await talk.wire.beats(talk.holder, talk.person)
    await talk.wire.beats(talk.holder, talk.person)
    talk.wire.clock.advance(14)
    for supervisor in (talk.lead, talk.other):
        await supervisor.hears("desk.changed", "override")
    with pytest.raises(NotNow):
        await talk.holder.call("override.alone", **alone)
    talk.wire.clock.advance(1)
    for supervisor in (talk.lead, talk.other):
        await supervisor.hears("desk.changed", "override")
    with pytest.raises(Forbidden):
        await talk.lead.call("override.alone", **alone)
    with pytest.raises(BadRequest):
        await talk.holder.call("override.alone", **alone | {"reason": " "})
    released = newest(await talk.holder.call("override.alone", **alone))
    assert released.alone_because == "no supervisor answered"
    assert released.cosigned_by is None
    for supervisor in (talk.lead, talk.other):
        await supervisor.hears("desk.changed", "override")
    assert (await talk.takes(released)).case == talk.case


async def paged(line: Line) -> None:
    await line.hears("desk.changed", "paged")


async def test_supervisors_are_paged_while_nobody_is_the_second_person(
    talk: Scene,
) -> None:
    """Each minute, until one of them takes care of it; not who opened it, nor somebody
    who could not agree."""
    await talk.opens()
    for _ in range(4):
        await talk.wire.beats(talk.holder, talk.person)
    await paged(talk.lead)
    for nobody in (talk.holder, talk.colleague):
        with pytest.raises(NotNow):
            await nobody.call("page.ack", case=talk.case)
    await talk.other.call("page.ack", case=talk.case)
    for _ in range(4):
        await talk.wire.beats(talk.holder, talk.person)
    fence = (await talk.holder.own(talk.case)).fence
    await talk.holder.call("case.escalate", case=talk.case, fence=fence)
    heard = ""
    while heard != "supervisor_wanted":
        heard = (await talk.lead.told("desk.changed"))["what"]
        assert heard != "paged"


async def test_people_are_paged_until_somebody_confirms_a_contact(talk: Scene) -> None:
    """That they were called is a message like any other, and stops nothing."""
    released = await talk.released()
    for _ in range(3):
        talk.wire.clock.advance(600)
        await paged(talk.other)
        await talk.holder.call("duty.beat")
        with pytest.raises(NotNow):
            await talk.holder.call("page.ack", case=talk.case)
        board = await talk.lead.board()
        assert board.overrides_unconfirmed == 1
    confirmed = await talk.holder.call("override.confirm", override=released.override)
    shown = newest(confirmed)
    assert shown.status == "confirmed" and shown.confirmed_by == talk.holder.account
    hint = {"case": None, "what": "override"}
    while await talk.other.told("desk.changed") != hint:
        pass
    # Three days on, the next thing that anybody hears is that a review is due.
    talk.wire.clock.advance(3 * 86_400)
    while (heard := await talk.other.told("desk.changed"))["what"] != "override":
        assert heard["what"] != "paged"


async def test_a_supervisor_who_did_not_act_reviews_it(talk: Scene) -> None:
    """Before a contact nobody does; afterwards it is gone from every list."""
    released = await talk.released()
    named = {"override": released.override}
    with pytest.raises(NotNow):
        await talk.other.call("override.review", **named)
    with pytest.raises(NotNow):
        await talk.holder.call("override.withdraw", **named)
    await talk.other.call("override.confirm", **named)
    with pytest.raises(NotNow):
        await talk.takes(released)
    for acted in (talk.lead, talk.holder):
        with pytest.raises(Forbidden):
            await acted.call("override.review", **named)
    assert (await talk.other.call("override.review", **named)).overrides == ()
    with pytest.raises(NotFound):
        await talk.other.call("override.review", **named)


async def test_the_same_request_opens_one_override_for_ever(talk: Scene) -> None:
    """Also when it comes again after the end; and it is nobody else's."""
    first, again = await talk.opens(), await talk.opens()
    assert first.override == again.override
    with pytest.raises(NotNow):
        await talk.opens(talk.lead)
    await talk.holder.call("override.withdraw", override=first.override)
    answer = await talk.holder.call("override.open", **talk.asked())
    assert answer.overrides == ()
    others = await talk.opens(talk.lead)
    assert others.override != first.override


@pytest.mark.parametrize(
    "wrong",
    [
        {"person_informed": False},
        {"person_informed": False, "why_not": "  "},
        {"statement_hash": "5" * 63},
        {"statement_hash": "A" * 64},
        {"to": "Officer Larsen"},
        {"basis": "because"},
    ],
    ids=str,
)
async def test_what_has_to_be_said_is_asked_for(
    talk: Scene, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        await talk.holder.call("override.open", **talk.asked(**wrong))
    assert (await talk.lead.call("override.list")).overrides == ()


MATRIX = {
    "location.get": "not_found not_now forbidden",
    "override.open": "not_found ok ok",
    "override.cosign": "not_found forbidden ok",
    "override.alone": "not_found not_now forbidden",
    "override.withdraw": "not_found ok forbidden",
    "override.confirm": "not_found not_now not_now",
    "override.review": "not_found forbidden not_now",
    "override.list": "ok ok ok",
}
"""For a colleague, who has the case and has just opened an override, and a supervisor.
A guest, a mentee and an operator are refused everything."""
OF_PERSONS = {"location.seal", "location.withdraw", "location.mine"}


def test_the_matrix_has_every_command() -> None:
    assert set(MATRIX) | OF_PERSONS == {name for name, _, _ in override_events.CALLS}


@pytest.mark.parametrize("command", MATRIX)
async def test_a_caller_may_do_what_the_matrix_says(talk: Scene, command: str) -> None:
    opened = await talk.opens()
    fields: dict[str, Any] = {"override": opened.override}
    if command == "override.alone":
        fields["reason"] = "nobody answered"
    elif command == "override.open":
        fields = talk.asked()
        await talk.holder.call("override.withdraw", override=opened.override)
    elif command == "override.list":
        fields = {}
    strangers = [
        talk.person,
        await talk.wire.member("mia", Role.MENTEE, Role.MENTOR),
        await talk.wire.member("olga", Role.OPERATOR, Role.FACILITATOR),
    ]
    for line in strangers:
        assert await outcome(line, command, fields) == "forbidden"
    callers = (talk.colleague, talk.holder, talk.lead)
    expected = MATRIX[command].split()
    if command == "override.withdraw":  # it is over once the holder has
        callers, expected = callers[::-1], expected[::-1]
    found = [await outcome(line, command, fields) for line in callers]
    assert found == expected


async def outcome(line: Line, command: str, fields: dict[str, Any]) -> str:
    try:
        await line.call(command, **fields)
    except SignalingError as error:
        return error.code
    return "ok"


async def test_who_is_not_concerned_sees_no_override(talk: Scene) -> None:
    """A colleague's list is empty until they are asked to take over."""
    await talk.opens()
    assert (await talk.colleague.call("override.list")).overrides == ()
    assert len((await talk.other.call("override.list")).overrides) == 1
    fence = (await talk.holder.own(talk.case)).fence
    to = talk.colleague.account
    await talk.holder.call("case.transfer", case=talk.case, fence=fence, to=to)
    assert len((await talk.colleague.call("override.list")).overrides) == 1
