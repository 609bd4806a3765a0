"""What becomes of a report: decided, appealed once, decided for good; and told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from mentalverse_server.clock import to_millis
from mentalverse_server.services import report_course
from mentalverse_server.services.reports import ReportLimits, Reports
from mentalverse_server.store import reports
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_signaling.errors import Conflict, NotFound, NotNow
from mentalverse_signaling.ids import ReportId
from mentalverse_signaling.recovery_api import ReportSend
from mentalverse_signaling.report_events import MAX_REPORTS_SHOWN, ReportState
from mentalverse_signaling.reports import ReportOutcome
from support.hub import Device, Hub, Talk

ACTIONED, DISMISSED = ReportOutcome.ACTIONED, ReportOutcome.DISMISSED
DAY = 24 * 3600


@dataclass(frozen=True)
class Desk:
    """Somebody who reports, and the safety team."""

    hub: Hub
    ana: Device
    talk: Talk

    async def report(self, at_most: int = 50) -> ReportId:
        request = ReportSend(ReportId(self.hub.id()), self.talk.id, (1,), b"sealed")
        limits = ReportLimits(at_most)
        service = Reports(self.hub.writer, has_safety_team=True, limits=limits)
        for _ in range(2):
            await service.send(self.ana.connection.principal, request)
        return request.report

    def decide(
        self, report: ReportId, outcome: ReportOutcome, *, again: bool = False
    ) -> bool:
        """Twice, since whoever decides may not have seen that it worked."""
        script = partial(report_course.decide, report=report, outcome=outcome)
        script = partial(script, again=again)
        now = self.hub.clock.now()
        return [self.hub.database.write(script, now=now) for _ in range(2)][1] is None

    async def told(self) -> list[tuple[str, int, str, dict[str, str]]]:
        def read(connection: Connection) -> list[tuple[str, int, str, dict[str, str]]]:
            query = select(outbox).where(outbox.c.type.startswith("safety."))
            rows = connection.execute(query.order_by(outbox.c.seq))
            return [(x.type, x.tier, x.key, json.loads(x.data)) for x in rows]

        return await self.hub.database.read(read)


@pytest.fixture
async def desk(any_hub: Hub) -> Desk:
    ana = await any_hub.add_device("ana")
    talk = await any_hub.open(ana)
    await any_hub.send(ana, any_hub.message(talk, b"hello"))
    return Desk(any_hub, ana, talk)


@pytest.mark.capability("X09")
async def test_endpoints_hear_of_every_step_once_and_not_of_what_it_is_about(
    desk: Desk,
) -> None:
    """However often a step is made; the category is sealed to the safety team."""
    report = await desk.report()
    desk.decide(report, DISMISSED)
    for _ in range(2):
        await desk.hub.call(desk.ana, "report.appeal", report=report)
    desk.decide(report, DISMISSED)
    desk.decide(report, DISMISSED, again=True)
    assert desk.decide(ReportId(desk.hub.id()), ACTIONED)
    key = f"complaint:{report}"
    assert await desk.told() == [
        (name, 2, key, {"category": "other", "state": state})
        for name, state in (
            ("safety.complaint_filed", "filed"),
            ("safety.actioned", "dismissed"),
            ("safety.appealed", "appealed"),
            ("safety.actioned", "dismissed"),
        )
    ]


async def test_whoever_reported_sees_how_far_it_is(desk: Desk) -> None:
    hub, report = desk.hub, await desk.report()
    began = to_millis(hub.clock.now())

    async def shown() -> tuple[ReportState, int | None, int | None, int | None]:
        (view,) = (await hub.call(desk.ana, "report.list")).reports
        assert (view.report, view.conversation) == (report, desk.talk.id)
        assert view.at == began
        return view.state, view.decided_at, view.appealed_at, view.appeal_until

    assert await shown() == (ReportState.FILED, None, None, None)
    hub.clock.advance(DAY)
    desk.decide(report, DISMISSED)
    first = to_millis(hub.clock.now())
    until = first + 30 * DAY * 1_000
    assert await shown() == (ReportState.DISMISSED, first, None, until)
    hub.clock.advance(DAY)
    appealed = to_millis(hub.clock.now())
    view = await hub.call(desk.ana, "report.appeal", report=report)
    assert await shown() == (ReportState.APPEALED, first, appealed, None)
    assert view == (await hub.call(desk.ana, "report.list")).reports[0]
    hub.clock.advance(90 * DAY)
    again = await hub.call(desk.ana, "report.appeal", report=report)
    assert again == view, "it waits for its decision, however long that takes"
    desk.decide(report, ACTIONED, again=True)
    second = to_millis(hub.clock.now())
    assert await shown() == (ReportState.ACTIONED, second, appealed, None)


async def test_what_cannot_be_appealed_or_decided_is_refused_and_told_to_nobody(
    desk: Desk,
) -> None:
    hub, report, other = desk.hub, await desk.report(), await desk.report()
    ben = await hub.add_device("ben")
    await hub.add(desk.ana, desk.talk, ben)
    appeal = partial(hub.call, desk.ana, "report.appeal")
    with pytest.raises(NotNow):
        await appeal(report=report)
    desk.decide(report, ACTIONED)
    desk.decide(other, ACTIONED)
    with pytest.raises(Conflict):
        desk.decide(report, DISMISSED)
    for whose, named in ((ben, report), (desk.ana, hub.id())):
        with pytest.raises(NotFound):
            await hub.call(whose, "report.appeal", report=named)
    assert (await hub.call(ben, "report.list")).reports == ()
    hub.clock.advance(30 * DAY - 1)
    await appeal(report=report)
    hub.clock.advance(1)
    with pytest.raises(NotNow):
        await appeal(report=other)
    desk.decide(report, DISMISSED, again=True)
    with pytest.raises(Conflict):
        await appeal(report=report)
    for decided in (report, other):
        with pytest.raises(Conflict):
            desk.decide(decided, ACTIONED, again=True)
    states = sorted(each[3]["state"] for each in await desk.told())
    assert states == sorted(
        [*["filed"] * 2, *["actioned"] * 2, "appealed", "dismissed"]
    )


async def test_a_step_that_is_not_stored_is_not_told(desk: Desk) -> None:
    report = await desk.report()

    def broken(connection: Connection) -> None:
        report_course.decide(connection, report, ACTIONED, desk.hub.clock.now())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        desk.hub.database.write(broken)
    stored = await desk.hub.database.read(reports.find, report)
    assert stored is not None and stored.head.course.first is None
    assert len(await desk.told()) == 1


async def test_the_team_sees_what_is_appealed_before_what_is_new(desk: Desk) -> None:
    old, final, fresh = [await _later(desk) for _ in range(3)]
    for report in (old, final):
        desk.decide(report, DISMISSED)
        await desk.hub.call(desk.ana, "report.appeal", report=report)
    desk.decide(final, ACTIONED, again=True)
    found = await desk.hub.database.read(reports.newest, 3)
    assert [head.id for head, _ in found] == [old, fresh, final]
    assert [head.course.state.value for head, _ in found] == [
        *("appealed", "filed", "actioned")
    ]


async def test_the_newest_hundred_are_shown_and_that_there_are_more(
    desk: Desk,
) -> None:
    sent = [await _later(desk) for _ in range(MAX_REPORTS_SHOWN + 1)]
    found = await desk.hub.call(desk.ana, "report.list")
    assert [view.report for view in found.reports] == sent[:0:-1] and found.more


async def _later(desk: Desk) -> ReportId:
    desk.hub.clock.advance(timedelta(minutes=1).total_seconds())
    return await desk.report(at_most=1_000)
