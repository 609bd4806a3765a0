"""What people answer after a session: sealed, added up, and told without the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mentalverse_server.services.calls.feedback import tally
from mentalverse_server.store.tables_calls import call_feedback
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_signaling.errors import Forbidden, NotFound, NotNow
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from mentalverse_signaling.session_events import FEEDBACK_DAYS, Instrument
from support.call_wire import Caller, CallWire, call_wire, relay
from support.crisis_wire import Line, Talk

DAY_SECONDS = 24 * 3600


async def _session(
    wire: CallWire, talk: Talk, *lines: Line, kind: str = "individual"
) -> tuple[str, list[Caller]]:
    """A planned session in which these have a seat."""
    session = (await wire.planned(lines[0], talk, kind)).session
    view = await wire.start(lines[0], talk, session=session)
    people = [wire.caller(line, view) for line in lines]
    for each in people:
        await each.join()
    return session, people


async def _held(wire: CallWire, *lines: Line) -> str:
    """A session of two that is over."""
    talk = await wire.talk("direct", *lines)
    session, people = await _session(wire, talk, *lines)
    wire.clock.advance(3)
    await people[0].ask("call.end")
    return session


async def _say(line: Line, session: str, score: int) -> None:
    await line.call(
        "session.feedback", session=session, instrument="helped", score=score
    )


async def _tally(wire: CallWire, about: Line) -> tuple[int, int]:
    seal = wire.api.server.calls.feedback.seal

    def read(connection: Any) -> tuple[int, int]:
        account = AccountId(about.account)
        found = tally(connection, seal, account, Instrument.HELPED, 0, 2**60)
        return found.people, found.total

    return await wire.api.server.database.read(read)


async def _told(wire: CallWire) -> list[Any]:
    read = wire.api.server.database.read
    rows = await read(lambda x: x.execute(select(outbox)).all())
    return [row for row in rows if row.type == "feedback.submitted"]


@pytest.mark.capability("S01")
async def test_the_last_answer_counts_and_endpoints_hear_once_that_there_is_one(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada = await wire.member("ada", Role.MENTOR)
        ben = await wire.member("ben", Role.MENTEE)
        session = await _held(wire, ada, ben)
        for score in (2, 5, 4):
            await _say(ben, session, score)
        assert await _tally(wire, ada) == (1, 4)
        assert await _tally(wire, ben) == (0, 0)
        (told,) = await _told(wire)
        assert json.loads(told.data) == {
            "party": ben.account,
            "instrument": "helped",
            "in_range": True,
        }


async def test_an_answer_is_nowhere_in_the_database_and_fits_its_row_alone(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        session = await _held(wire, ada, ben)
        await _say(ada, session, 1)
        await _say(ben, session, 5)
        database = wire.api.server.database
        rows = await database.read(lambda x: x.execute(select(call_feedback)).all())
        assert (
            len({row.sealed for row in rows}) == len({len(r.sealed) for r in rows}) + 1
        )
        table, (one, other) = call_feedback, sorted(rows, key=lambda row: row.account)
        moved = update(table).where(table.c.account == one.account)
        database.write(lambda x: x.execute(moved.values(sealed=other.sealed)))
        about = ada if one.about == ada.account else ben
        with pytest.raises(ValueError, match="elsewhere"):
            await _tally(wire, about)


async def test_only_who_was_there_answers_and_only_for_a_while(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        eve = await wire.member("eve")
        talk = await wire.talk("direct", ada, ben)
        session, people = await _session(wire, talk, ada, ben)
        with pytest.raises(NotNow):
            await _say(ben, session, 4)
        wire.clock.advance(3)
        await people[0].ask("call.end")
        for who, which in ((eve, session), (ben, "f" * 32)):
            with pytest.raises(NotFound):
                await _say(who, which, 4)
        wire.clock.advance(FEEDBACK_DAYS * DAY_SECONDS - 60)
        await _say(ben, session, 4)
        wire.clock.advance(120)
        with pytest.raises(NotNow):
            await _say(ben, session, 3)
        assert await _tally(wire, ada) == (1, 4)


async def test_nobody_is_asked_about_help_in_a_crisis(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        now_ms = round(wire.clock.now().timestamp() * 1000)
        planned = await ada.call(
            "session.plan",
            request=wire.id(),
            conversation=talk.id,
            kind="crisis",
            starts_at=now_ms,
            minutes=30,
        )
        view = await wire.start(ada, talk, session=planned.session)
        people = [wire.caller(line, view) for line in (ada, ben)]
        for each in people:
            await each.join()
        wire.clock.advance(3)
        await people[0].ask("call.end")
        with pytest.raises(Forbidden):
            await _say(ben, planned.session, 5)
        assert await _told(wire) == []


async def test_in_a_circle_the_answer_is_about_who_led_it(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        lead, ben, kim = [await wire.member(name) for name in ("lead", "ben", "kim")]
        talk = await wire.talk("circle", lead, ben, kim)
        session, people = await _session(wire, talk, lead, ben, kim, kind="open_circle")
        wire.clock.advance(3)
        await people[0].ask("call.end")
        await _say(ben, session, 3)
        await _say(kim, session, 5)
        assert await _tally(wire, lead) == (2, 8)
        assert await _tally(wire, kim) == (0, 0)
        with pytest.raises(Forbidden):
            await _say(lead, session, 5)


async def test_answers_are_forgotten_after_a_year_and_a_quarter(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        await _say(ben, await _held(wire, ada, ben), 4)
        await wire.api.server.calls.forget()
        assert await _tally(wire, ada) == (1, 4)
        wire.clock.advance(401 * DAY_SECONDS)
        await wire.api.server.calls.forget()
        assert await _tally(wire, ada) == (0, 0)
