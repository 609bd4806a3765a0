"""Paging as one part of a desk: made, started and ended together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from mentalverse_signaling.errors import SignalingError

from ...ground import Ground
from ...store import crisis_pages, page_links
from ...store.desk_time import DeskTime
from ...store.engine import Connection
from ...store.transaction import Transaction
from ...store.writer import WriterLane
from ..in_force import InForce
from ..settings import tiers
from .channels import open_channels, push_of
from .direct import DirectPages
from .duty_test import DutyTests
from .links import PageLinks
from .on_call import Channel, OnCall, read_on_call
from .pager import Pager
from .paging import KEPT_MS, Paging
from .sending import Adapters
from .tier_tests import TierState, TierTests, tier_states
from .web_push import PushPager

REMEMBER_SECONDS = 60.0
"""How old what is known of browsers may be when the database goes away."""

log = structlog.get_logger()


@dataclass(slots=True)
class PageParts:
    """Who is on call, how they are reached, and what sends to them."""

    ground: Ground
    time: DeskTime
    on_call: OnCall
    adapters: Adapters
    pager: Pager
    paging: Paging
    direct: DirectPages
    duty_tests: DutyTests
    in_force: InForce
    links: PageLinks
    _remembers: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Send what waits, also what a process before this one left."""
        await self.pager.start()
        states = await self.ground.database.read_for_help(self._states)
        for one in states:
            if one.targets and not one.is_tested:
                log.warning("page.tier_not_tested", tier=one.tier, targets=one.targets)
        if self.on_call.uses(Channel.PUSH):
            rounds = self._remember(push_of(self.adapters))
            self._remembers = asyncio.create_task(rounds, name="mentalverse-browsers")

    def tier_states(
        self, connection: Connection, named: Iterable[str], now_ms: int
    ) -> list[TierState]:
        """How sure it is that each of these tiers is reached: for whoever watches."""
        return tier_states(connection, self.on_call, named, now_ms)

    def _states(self, connection: Connection) -> list[TierState]:
        now_ms = self.time.now_ms(connection)
        return self.tier_states(connection, tiers(self.in_force.policy), now_ms)

    async def close(self) -> None:
        """Stop; what was not taken is found again at the next start."""
        if self._remembers is not None:
            self._remembers.cancel()
            await asyncio.wait({self._remembers})
        await self.pager.close()
        await self.direct.close()
        await self.duty_tests.close()
        for adapter in self.adapters.values():
            await adapter.close()

    async def _remember(self, push: PushPager) -> None:
        """Know where everybody on call is reached, should the database go away."""
        targets = self.on_call.targets
        handles = [one.address for one in targets if one.channel is Channel.PUSH]
        while True:
            try:
                await push.remember(handles)
            except SignalingError as error:
                log.info("page.browsers_not_looked_at", code=error.code)
            except Exception:  # the supervisor of these looks
                log.exception("page.browsers_failed")
            await asyncio.sleep(REMEMBER_SECONDS)

    async def forget(self) -> None:
        """One round of housekeeping: pages that were over long ago."""

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            before_ms = self.time.now_ms(connection) - KEPT_MS
            crisis_pages.forget(connection, before_ms)
            page_links.forget(connection, before_ms)

        await self.ground.writer.run(script, lane=WriterLane.OTHER)


def make_paging(ground: Ground, time: DeskTime, in_force: InForce) -> PageParts:
    """Made on the event loop.

    Raises:
        ConfigError: a setting is missing that one of the targets needs.
    """
    on_call = read_on_call(ground.config.crisis.on_call)
    adapters = open_channels(
        ground.config,
        on_call,
        ground.keyring,
        ground.clock,
        ground.rng,
        ground.database,
    )
    links = PageLinks(ground.own.origin, ground.rng)
    pager = Pager(
        ground.database,
        ground.writer,
        time,
        on_call,
        adapters,
        links,
    )
    tested = TierTests(on_call, pager, ground.rng)
    return PageParts(
        ground=ground,
        time=time,
        on_call=on_call,
        adapters=adapters,
        pager=pager,
        paging=Paging(on_call, pager, ground.rng),
        direct=DirectPages(on_call, adapters, pager.counters),
        duty_tests=DutyTests(
            ground.database, ground.writer, time, push_of(adapters), tested
        ),
        in_force=in_force,
        links=links,
    )
