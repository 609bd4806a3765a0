"""Pages by Web Push, to every browser of an account; quiet hours do not hold them.

Whoever is on call has asked to be woken. That the database is away is no reason not to
wake them, so the last known browsers of everybody on call are kept in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.push_api import PushKind

from ...push.encryption import notice
from ...push.sender import Answer, Delivery, Sender, Verdict
from ...store import push_subscriptions
from ...store.engine import Database
from ...store.push_subscriptions import SubscriptionRow
from .page import NotTaken, Page, PageKind

PAGE_DELIVERY = Delivery(topic="desk", kept_for=timedelta(minutes=30))
"""A page that a browser gets later than this helps nobody."""
MAX_BROWSERS = 20
LOOK_SECONDS = 1.0
"""For the database to say where somebody is reached."""


class PushPager:
    """Finds the browsers of accounts, and sends through the server's own `Sender`."""

    def __init__(self, database: Database, sender: Sender | None) -> None:
        """`sender`: None where the operator has made no key for Web Push."""
        self._database = database
        self._sender = sender
        self._known: dict[str, list[SubscriptionRow]] = {}

    async def remember(self, handles: Iterable[str]) -> None:
        """Look where these accounts are reached, as long as the database tells.

        Raises:
            SignalingError: `Unavailable`, `Overloaded`; what was known still is.
        """
        for handle in handles:
            self._known[handle] = await self._database.read_for_help(
                push_subscriptions.of_handle, handle, MAX_BROWSERS
            )

    async def send(self, page: Page, address: str) -> str:
        """Push to all of them at once. Raises `NotTaken` unless one was taken."""
        if self._sender is None:
            raise NotTaken("there is no key for Web Push: mentalverse keys vapid")
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self.remember([address])
        except (SignalingError, TimeoutError):
            # Whom it knew of before the database went away is better than nobody.
            self._known.setdefault(address, [])
        browsers = self._known[address]
        if not browsers:
            raise NotTaken("no browser of this account takes pushes")
        kind = PushKind.DESK_TEST if page.kind is PageKind.TEST else PushKind.DESK
        answers = await self._push(browsers, kind)
        taken = sum(one.verdict is Verdict.TAKEN for one in answers)
        if not taken:
            said = sorted({one.verdict.name.lower() for one in answers})
            raise NotTaken(f"no push service took it ({', '.join(said)})")
        return f"{taken} of {len(browsers)} browsers"

    @property
    def is_able(self) -> bool:
        """Whether anybody can be reached this way at all."""
        return self._sender is not None

    async def test(self, browsers: Sequence[SubscriptionRow]) -> int:
        """Push a test to these browsers; how many push services took it."""
        answers = await self._push(browsers, PushKind.DESK_TEST)
        return sum(one.verdict is Verdict.TAKEN for one in answers)

    async def _push(
        self, browsers: Sequence[SubscriptionRow], kind: PushKind
    ) -> list[Answer]:
        sender, text = self._sender, notice(kind)
        if sender is None:
            return []
        return await asyncio.gather(
            *(sender.deliver(one, text, PAGE_DELIVERY) for one in browsers)
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._sender is not None:
            await self._sender.close()
