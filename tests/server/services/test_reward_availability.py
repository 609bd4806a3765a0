"""Availability: of what somebody planned as a professional, by what the books know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from mentalverse_modules.rewards.facts import NO_SHOW, Fact, Measured
from mentalverse_server.clock import to_millis
from mentalverse_server.services.calls.feedback import sealed_by
from mentalverse_server.services.calls.outside import told_of
from mentalverse_server.services.reward_measures import RewardMeasures
from mentalverse_server.store import call_sessions, roles
from mentalverse_server.store.call_sessions import SessionRow
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.call_events import CallMedia
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, CallId, ClientId, SessionId
from mentalverse_signaling.roles import Role
from mentalverse_signaling.session_events import SessionStatus
from support.hub import Device, Hub, Talk

MARCH, MAY = datetime(2026, 3, 3, 12, tzinfo=UTC), datetime(2026, 5, 20, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


async def _pair(hub: Hub) -> tuple[Device, Device, Talk]:
    """A professional in a conversation with somebody."""
    await hub.rewards.packs.begin()
    pro, other = await hub.add_device("ada"), await hub.add_device("ben")
    talk = await hub.open(pro, ConversationKind.DIRECT)
    await hub.add(pro, talk, other)
    return pro, other, talk


def _plan(
    hub: Hub,
    talk: Talk,
    by: Device,
    at: datetime = MARCH,
    status: SessionStatus = SessionStatus.OVER,
    kind: str = "individual",
    minutes: int = 50,
) -> SessionRow:
    row = SessionRow(
        id=SessionId(hub.id()),
        request=ClientId(hub.id()),
        conversation=talk.id,
        kind=kind,
        status=status,
        starts_at_ms=to_millis(at),
        minutes=minutes,
        capacity=2,
        media=CallMedia.VIDEO,
        needs_screening=False,
        account=by.account,
        call=CallId(hub.id()) if status is SessionStatus.OVER else None,
    )
    hub.database.write(partial(call_sessions.put, session=row))
    return row


async def _held(
    hub: Hub, session: SessionRow, who: Device, minutes: int = 50, type_: str = ""
) -> None:
    """What the books have of a session, under the id of its event."""
    assert session.call is not None
    attended, alone = told_of(session.id, session.call, who.account)
    fact = Fact(
        evt_id=alone if type_ else attended,
        type=type_ or "session.attended",
        occurred_at_ms=session.starts_at_ms + 1,
        beneficiary=who.account,
        role="professional",
        kind="standard",
        minutes=minutes,
        planned_minutes=50,
        proofs=("receipts", "credential", "consent"),
    )
    books, packs = hub.rewards.books, await hub.database.read(hub.rewards.packs.known)
    await hub.writer.run(lambda x: books.receive(x, fact, packs), lane=WriterLane.OTHER)


async def _measured(
    hub: Hub, who: Device, proofs: tuple[str, ...] = ("consent",), at: datetime = MAY
) -> Measured | None:
    fact = Fact(
        evt_id="e" * 32,
        type="duty.ended",
        occurred_at_ms=to_millis(at),
        beneficiary=who.account,
        role="professional",
        proofs=proofs,
    )
    measures = RewardMeasures(sealed_by(hub.keyring, hub.rng))
    packs = await hub.database.read(hub.rewards.packs.known)
    added = hub.database.write(lambda x: measures.added(x, fact, packs))
    return added.measures.get("availability")


@pytest.mark.capability("T11")
@pytest.mark.capability("Q03")
async def test_what_was_planned_and_kept_is_measured_in_minutes(hub: Hub) -> None:
    """Half attended is kept, less is not, and waiting for nobody is."""
    pro, _, talk = await _pair(hub)
    for minutes, type_ in ((50, ""), (25, ""), (24, ""), (15, NO_SHOW)):
        await _held(hub, _plan(hub, talk, pro), pro, minutes, type_)
    _plan(hub, talk, pro, status=SessionStatus.PLANNED)
    _plan(hub, talk, pro, status=SessionStatus.OVER)
    assert await _measured(hub, pro) == Measured(150, 300)


async def test_what_others_planned_or_was_called_off_is_not_published(hub: Hub) -> None:
    """Nor another quarter, nor a kind that is not paid, nor a call in a crisis."""
    pro, other, talk = await _pair(hub)
    _plan(hub, talk, other)
    _plan(hub, talk, pro, status=SessionStatus.CANCELLED)
    _plan(hub, talk, pro, at=APRIL)
    _plan(hub, talk, pro, at=datetime(2025, 12, 31, 23, tzinfo=UTC))
    for kind in ("direct", "crisis", "side", "peer_circle"):
        _plan(hub, talk, pro, kind=kind)
    assert await _measured(hub, pro) is None
    for at in (APRIL - timedelta(milliseconds=1), MARCH):
        _plan(hub, talk, pro, at=at)
    assert await _measured(hub, pro) == Measured(0, 100)


async def test_nothing_is_measured_of_whoever_wants_no_entries(hub: Hub) -> None:
    """And what was not written down then was not kept."""
    pro, _, talk = await _pair(hub)
    await hub.rewards.own.opt(pro.account, out=True)
    _plan(hub, talk, pro)
    assert await _measured(hub, pro, proofs=()) is None
    await hub.rewards.own.opt(pro.account, out=False)
    assert await _measured(hub, pro) == Measured(0, 50)


@pytest.mark.parametrize("role", [Role.MENTEE, Role.MENTOR])
async def test_hours_as_somebody_else_are_none_of_a_professional(
    hub: Hub, role: Role
) -> None:
    pro, _, talk = await _pair(hub)
    _plan(hub, talk, pro)
    assert await _measured(hub, pro) == Measured(0, 50)
    hub.database.write(partial(_grant, hub, pro.account, role))
    assert await _measured(hub, pro) is None


async def test_a_circle_is_of_whoever_planned_it(hub: Hub) -> None:
    pro, _, _ = await _pair(hub)
    circle = await hub.open(pro)
    _plan(hub, circle, pro, kind="therapy_circle", minutes=90)
    assert await _measured(hub, pro) == Measured(0, 90)


async def test_the_quarter_stands_still_until_the_next_one(hub: Hub) -> None:
    """From the middle of April until the middle of July it is the first."""
    pro, _, talk = await _pair(hub)
    await _held(hub, _plan(hub, talk, pro), pro)
    first, last = datetime(2026, 4, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)
    almost = timedelta(milliseconds=1)
    for at, found in (
        (first - almost, None),
        (first, Measured(50, 50)),
        (last - almost, Measured(50, 50)),
        (last, None),
    ):
        assert await _measured(hub, pro, at=at) == found


def _grant(hub: Hub, account: AccountId, role: Role, connection: Connection) -> None:
    roles.grant(connection, account, [role], hub.clock.now())
