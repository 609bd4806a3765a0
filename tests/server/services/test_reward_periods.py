"""Months and quarters: tallied once they are complete, by what was planned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.rewards.epoch import DAY_MS, WATERMARK_MS
from mentalverse_modules.rewards.facts import Fact
from mentalverse_server.clock import to_millis
from mentalverse_server.services.reward_periods import PERIODS, Period, bounds
from mentalverse_server.store import call_sessions, rewards, roles
from mentalverse_server.store.call_sessions import SessionRow
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.ledger import Right
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.call_events import CallMedia
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, ClientId, SessionId
from mentalverse_signaling.roles import Role
from mentalverse_signaling.session_events import SessionStatus
from support.hub import Device, Hub, Talk

JANUARY_ENDS = datetime(2026, 2, 1, tzinfo=UTC)


async def _pair(hub: Hub) -> tuple[Device, Talk]:
    """A mentor, in a conversation with a mentee."""
    await hub.rewards.packs.begin()
    mentor, mentee = await hub.add_device("ada"), await hub.add_device("ben")
    for who, role in ((mentor, Role.MENTOR), (mentee, Role.MENTEE)):
        hub.database.write(partial(_grant, hub, who.account, role))
    talk = await hub.open(mentor, ConversationKind.DIRECT)
    await hub.add(mentor, talk, mentee)
    return mentor, talk


def _grant(hub: Hub, account: AccountId, role: Role, connection: Connection) -> None:
    roles.grant(connection, account, [role], hub.clock.now())


def _plan(
    hub: Hub, talk: Talk, by: Device, at: datetime, status: SessionStatus
) -> None:
    row = SessionRow(
        id=SessionId(hub.id()),
        request=ClientId(hub.id()),
        conversation=talk.id,
        kind="individual",
        status=status,
        starts_at_ms=to_millis(at),
        minutes=50,
        capacity=2,
        media=CallMedia.VIDEO,
        needs_screening=False,
        account=by.account,
    )
    hub.database.write(partial(call_sessions.put, session=row))


async def _keep(hub: Hub, who: Device, at: datetime) -> None:
    """A session that somebody attended whole."""
    fact = Fact(
        evt_id=hub.id(),
        type="session.attended",
        occurred_at_ms=to_millis(at),
        beneficiary=who.account,
        role="mentor",
        kind="standard",
        pair="pair",
        minutes=50,
        planned_minutes=50,
        proofs=("receipts", "credential", "consent"),
    )
    books, packs = hub.rewards.books, await hub.database.read(hub.rewards.packs.known)
    await hub.writer.run(lambda x: books.receive(x, fact, packs), lane=WriterLane.OTHER)


async def _months(hub: Hub, who: Device) -> list[tuple[Right, Fact]]:
    rights = await hub.database.read(rewards.of_account, who.account)
    return [
        (right, msgspec.json.decode(right.fact, type=Fact))
        for right in rights
        if right.rule == "peer.monthly"
    ]


@pytest.mark.capability("T01")
async def test_a_month_is_tallied_once_its_last_facts_have_come_in(hub: Hub) -> None:
    """By what was planned and not called off; again, and after a restart, the same."""
    mentor, talk = await _pair(hub)
    for day in range(2, 26, 3):
        at = datetime(2026, 1, day, 12, tzinfo=UTC)
        _plan(hub, talk, mentor, at, SessionStatus.OVER)
        await _keep(hub, mentor, at)
    _plan(hub, talk, mentor, at + timedelta(days=1), SessionStatus.CANCELLED)
    _plan(hub, talk, mentor, JANUARY_ENDS, SessionStatus.PLANNED)
    almost = JANUARY_ENDS - hub.clock.now() + timedelta(milliseconds=WATERMARK_MS - 1)
    hub.clock.advance(almost.total_seconds())
    await hub.rewards.books.tend()
    assert await _months(hub, mentor) == []
    hub.clock.advance(0.001)
    for again in range(3):
        if again == 2:
            hub.rewards.books._tallied.clear()
        await hub.rewards.books.tend()
        ((right, fact),) = await _months(hub, mentor)
        assert (fact.count, fact.planned_count) == (8, 8)
        assert fact.occurred_at_ms == to_millis(JANUARY_ENDS) - 1
        assert right.source_event == "month.2026-01.mentor"


async def test_whoever_wants_no_entries_has_none_of_a_month(hub: Hub) -> None:
    mentor, _ = await _pair(hub)
    await _keep(hub, mentor, datetime(2026, 1, 5, tzinfo=UTC))
    await hub.rewards.own.opt(mentor.account, out=True)
    hub.clock.advance(40 * 24 * 3600)
    await hub.rewards.books.tend()
    assert await _months(hub, mentor) == []


@given(st.sampled_from(PERIODS), st.integers(WATERMARK_MS, 4_102_444_800_000))
def test_a_period_is_complete_and_the_next_one_is_not(
    period: Period, now_ms: int
) -> None:
    from_ms, last_ms = bounds(period, now_ms)
    next_from_ms, _ = bounds(period, last_ms + 93 * DAY_MS + WATERMARK_MS)
    assert last_ms + 1 + WATERMARK_MS <= now_ms
    assert next_from_ms >= last_ms + 1
    days = (last_ms + 1 - from_ms) // DAY_MS
    assert days in ((28, 29, 30, 31) if period == "month" else (90, 91, 92))
