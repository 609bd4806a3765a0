"""Test pages of a duty, as whoever is on it asks for them: `duty.test`, `_seen`."""

from __future__ import annotations

from mentalverse_crisis.desk import Duty
from mentalverse_signaling.desk_events import DeskView
from mentalverse_signaling.errors import NotNow
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.quota import Rate

from ..clock import Clock
from ..store.desk_time import DeskTime
from ..store.engine import Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..throttle import Throttle
from ..transport.connections import Principal
from .desk_view import DeskViews
from .pages.duty_test import DutyTests
from .team import Team

TWICE_A_MINUTE = Rate(rate_per_second=2 / 60, burst=2)


class DutyCalls:
    """Each call for one principal; the answer shows how the test stands."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        time: DeskTime,
        team: Team,
        views: DeskViews,
        tests: DutyTests,
        clock: Clock,
    ) -> None:
        self._database = database
        self._writer = writer
        self._time = time
        self._team = team
        self._views = views
        self._tests = tests
        self._tries: Throttle[str] = Throttle(
            TWICE_A_MINUTE, clock, "a test page was sent a moment ago"
        )

    async def test(self, principal: Principal) -> DeskView:
        """Send another. `NotNow` off duty, `RateLimited` after two in a minute."""
        member = await self._team.member(principal)
        desk = await self._database.read_for_help(self._views.desk)
        if desk.responders[member.account].duty is Duty.OFF:
            raise NotNow("test pages are for who is on duty")
        self._tries.check(member.account)
        await self._tests.again(member.account)
        self._tests.send(member.account)
        return await self._view(member.account)

    async def seen(self, principal: Principal) -> DeskView:
        """It has come: of the own duty, or of the on-call list.

        Said twice, the first time counts; of none, nothing is noted.
        """
        member = await self._team.member(principal)

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            now_ms = self._time.now_ms(connection)
            self._tests.seen(connection, member.account, now_ms)

        await self._writer.run(script, lane=WriterLane.CRISIS)
        return await self._view(member.account)

    async def _view(self, account: AccountId) -> DeskView:
        return await self._database.read_for_help(self._views.mine, account)
