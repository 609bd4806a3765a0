"""What became of the caller's own reports: `report.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.report_events import (
    ReportAppeal,
    ReportList,
    Reports,
    ReportView,
)

from ..router import Handler
from ..services.report_course import ReportCourses
from ..transport.connections import Connection


def handlers(courses: ReportCourses) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def list_(c: Connection, payload: ReportList) -> Reports:
        return await courses.list(c.account)

    async def appeal(c: Connection, payload: ReportAppeal) -> ReportView:
        return await courses.appeal(c.account, payload.report)

    return {"report.list": list_, "report.appeal": appeal}
