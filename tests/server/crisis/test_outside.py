"""What other systems are told of the desk: with the decision, and no more than due."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select

from mentalverse_crisis.acuity import UNKNOWN
from mentalverse_crisis.case import CANARY, DRILL
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.effects import Offered
from mentalverse_crisis.events import DutyChanged, OfferAccepted
from mentalverse_crisis.policy import DEFAULT
from mentalverse_server.crisis.outside import ToldOutside
from mentalverse_server.services.desk import CrisisDesk
from mentalverse_server.store import outbox
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.tables_hooks import outbox as outbox_table
from mentalverse_server.store.writer import Writer
from support.clock import ManualClock
from support.desk_process import Nobody
from support.desk_stored import arriving, opening

ACCEPT_MS = DEFAULT.accept_ms(UNKNOWN)
by_this_clock = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The other engine keeps its own time."""


@dataclass
class Running:
    database: Database
    clock: ManualClock
    desk: CrisisDesk
    told: ToldOutside

    def events(self) -> list[Any]:
        def all_of(connection: Connection) -> list[Any]:
            query = select(outbox_table).order_by(outbox_table.c.seq)
            return list(connection.execute(query))

        return self.database.write(all_of)

    def types(self) -> list[str]:
        return [each.type for each in self.events()]


@pytest.fixture
async def running(database_url: str) -> AsyncIterator[Running]:
    database = open_database(database_url)
    database.migrate()
    clock = ManualClock()
    writer = Writer(database, clock, lambda facts: None)
    await writer.start()
    told = ToldOutside(secrets.token_bytes)
    desk = CrisisDesk(writer, DeskTime(clock), Nobody(), told)
    await desk.set_up()
    yield Running(database, clock, desk, told)
    await writer.close()
    database.close()


async def _arrive(running: Running, who: str = "r1") -> None:
    for event in arriving(who, slots=2):
        await running.desk.decide(event)


async def test_a_case_is_told_by_its_name_and_state_alone(running: Running) -> None:
    """No band, no time it is due, nobody's name: those are asked for."""
    await _arrive(running)
    await running.desk.decide(opening("1"))
    of_case = [each for each in running.events() if each.type.startswith("crisis.")]
    assert [each.type for each in of_case] == ["crisis.opened", "crisis.offered"]
    for each in of_case:
        assert (each.key, each.tier, each.drill) == ("case:c-1", 2, False)
        assert set(json.loads(each.data)) == {"case", "state"}


async def test_nobody_is_told_of_the_desks_own_tries(running: Running) -> None:
    await _arrive(running)
    await running.desk.decide(msgspec.structs.replace(opening("1"), drill=CANARY))
    assert running.types() == ["duty.started"]


async def test_an_exercise_is_marked_as_one(running: Running) -> None:
    await _arrive(running)
    await running.desk.decide(msgspec.structs.replace(opening("1"), drill=DRILL))
    told = [each for each in running.events() if each.type.startswith("crisis.")]
    assert told and all(each.drill for each in told)


@by_this_clock
async def test_a_promise_that_is_broken_is_told_once(running: Running) -> None:
    """At the due time and not before, however long it goes on."""
    await running.desk.decide(opening("1"))
    began_ms = running.events()[0].occurred_at_ms
    for _ in range(240):
        running.clock.advance(5)
        await running.desk.pass_time()
    (breach,) = (each for each in running.events() if each.type == "crisis.breached")
    late_ms = breach.occurred_at_ms - began_ms - ACCEPT_MS
    assert 0 <= late_ms <= 5_000
    assert running.types().count("crisis.escalated") > 1


@by_this_clock
async def test_a_duty_is_told_the_same_with_cases_and_without(
    running: Running,
) -> None:
    """Of its minutes a break is none."""
    for who in ("r1", "r2"):
        await _arrive(running, who)
    opened = await running.desk.decide(opening("1"))
    (offer,) = (each for each in opened.effects if isinstance(each, Offered))
    taker = offer.responder
    accepted = OfferAccepted(
        case="c-1", offer=offer.offer, responder=taker, device="d" * 32
    )
    await running.desk.decide(accepted)
    for who in ("r1", "r2"):
        running.clock.advance(600)
        await running.desk.decide(DutyChanged(responder=who, duty=Duty.PAUSED))
    running.clock.advance(6_000)
    other = "r2" if taker == "r1" else "r1"
    await running.desk.decide(DutyChanged(responder=other, duty=Duty.OFF))
    duties = [each for each in running.events() if each.type.startswith("duty.")]
    (ended,) = (each for each in duties if each.type == "duty.ended")
    began = next(each for each in duties if each.key == ended.key)
    assert json.loads(began.data)["account"] == other
    minutes = {"r1": 10, "r2": 20}[other]
    assert json.loads(ended.data)["minutes"] == minutes
    assert set(json.loads(ended.data)) == {"shift", "account", "role", "minutes"}


async def test_help_is_asked_for_whatever_the_outbox_does(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect there undoes no decision, and leaves no half of what was to be told."""

    def broken(*_: object) -> int:
        raise RuntimeError("planted")

    await _arrive(running)
    monkeypatch.setattr(outbox, "add", broken)
    opened = await running.desk.decide(opening("1"))
    assert opened.opened == "c-1"
    assert running.told.defects == 1
    assert running.types() == ["duty.started"]
