"""A test page for who begins a duty: to their own browsers, which say whether it came.

Nobody is to wait through a night for a page that would not have come. Whether a push
service took it says little about the telephone on the table, so only the one who is to
be paged can say that it is there (`duty.test_seen`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId

from ...store import accounts, duty_tests, push_subscriptions
from ...store.desk_time import DeskTime
from ...store.engine import Connection, Database
from ...store.push_subscriptions import SubscriptionRow
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from .tier_tests import TierTests
from .web_push import MAX_BROWSERS, PushPager

MOST_AT_ONCE: Final = 100
"""Tests on their way. Of more, nothing is sent, and whoever waits sends it again."""

log = structlog.get_logger()


class DutyTests:
    """Owns the tasks that send, one for each account; `listen`, then `close`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        time: DeskTime,
        push: PushPager,
        tiers: TierTests,
    ) -> None:
        self._tiers = tiers
        self._database = database
        self._writer = writer
        self._time = time
        self._push = push
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._tell: Callable[[AccountId], None] = lambda account: None

    def listen(self, tell: Callable[[AccountId], None]) -> None:
        """`tell` is called with each account of which one has been sent."""
        self._tell = tell

    async def close(self) -> None:
        """Stop at once; who waits for theirs asks for another."""
        tasks = list(self._sending.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def begin(self, account: AccountId, connection: Connection, now_ms: int) -> None:
        """Beside the decision that begins a duty; one that goes on has had its own.

        Whoever is on call is tested with it, if it is time for that.
        """
        if duty_tests.of_account(connection, account) is None:
            self._note(connection, account, now_ms)
            self._tiers.begin(connection, now_ms)

    def over(self, account: AccountId, connection: Connection, now_ms: int) -> None:
        """Beside the decision that ends a duty."""
        duty_tests.forget(connection, account)

    def seen(self, connection: Connection, account: AccountId, now_ms: int) -> None:
        """It has come; and so has one to the account as somebody on call."""
        duty_tests.seen(connection, account, now_ms)
        handle = accounts.handles(connection, [account]).get(account)
        if handle is not None:
            self._tiers.seen(connection, handle, now_ms)

    async def again(self, account: AccountId) -> None:
        """Note that another one is sent; `send` does it."""

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            self._note(connection, account, self._time.now_ms(connection))

        await self._writer.run(script, lane=WriterLane.CRISIS)

    def send(self, account: AccountId) -> None:
        """Send what was noted."""
        self._tiers.wake()
        earlier = self._sending.get(account)
        if earlier is not None:
            earlier.cancel()
        elif len(self._sending) >= MOST_AT_ONCE:
            return
        task = asyncio.create_task(self._send(account), name="mentalverse-duty-test")
        self._sending[account] = task
        task.add_done_callback(lambda done: self._ended(account, done))

    def _ended(self, account: AccountId, task: asyncio.Task[None]) -> None:
        if self._sending.get(account) is task:
            del self._sending[account]

    def _note(self, connection: Connection, account: AccountId, now_ms: int) -> None:
        can_come = self._push.is_able and self._browsers(connection, account)
        duty_tests.put(connection, account, now_ms if can_come else None)

    async def _send(self, account: AccountId) -> None:
        try:
            test, browsers = await self._database.read_for_help(self._noted, account)
            if test is None or test.sent_at_ms is None:
                return
            taken, sent_at_ms = await self._push.test(browsers), test.sent_at_ms
            await self._writer.run(
                lambda each: duty_tests.taken(
                    each.connection, account, sent_at_ms, taken
                ),
                lane=WriterLane.CRISIS,
            )
        except SignalingError as error:
            log.warning("page.duty_test_not_noted", code=error.code)
        except Exception:  # the supervisor of this task
            log.exception("page.duty_test_failed")
        else:
            log.info("page.duty_test", browsers=len(browsers), taken=taken)
            self._tell(account)

    def _noted(
        self, connection: Connection, account: AccountId
    ) -> tuple[duty_tests.DutyTest | None, list[SubscriptionRow]]:
        found = duty_tests.of_account(connection, account)
        return found, self._browsers(connection, account)

    def _browsers(
        self, connection: Connection, account: AccountId
    ) -> list[SubscriptionRow]:
        return push_subscriptions.of_account(connection, account, MAX_BROWSERS)
