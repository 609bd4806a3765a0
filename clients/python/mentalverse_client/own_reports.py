"""What became of what one has reported: `client.reports`.

    for each in await client.reports.list():
        print(each.report, each.state, each.appeal_until)
    await client.reports.appeal(report)

`mentalverse_signaling.reports` has the rules.
"""

from __future__ import annotations

from mentalverse_signaling.ids import ReportId
from mentalverse_signaling.report_events import (
    ReportAppeal,
    ReportList,
    Reports,
    ReportView,
)

from .blocks import Call


class OwnReports:
    """What `client.reports` offers, on each device of the account alike."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def list(self) -> tuple[ReportView, ...]:
        """The newest reports that this account has sent, and how far each is.

        Raises:
            NotConnected, SignalingError; so do all that ask the server.
        """
        return (await self._call("report.list", ReportList(), Reports)).reports

    async def appeal(self, report: str) -> ReportView:
        """Ask the safety team to look at a report again; the same again is fine.

        Nothing is said with it: what they look at is the report as it was sent.

        Raises:
            NotFound: this account has sent no such report.
            NotNow: nothing is decided yet, or more than 30 days ago.
            Conflict: it was looked at again already, and that stands.
        """
        request = ReportAppeal(ReportId(report))
        return await self._call("report.appeal", request, ReportView)
