"""One attempt at one target: bounded, counted, and told honestly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from .on_call import Channel, Target
from .page import Adapter, NotTaken, Page

SEND_SECONDS = 10.0
"""After this an attempt has failed, whatever the other side is doing."""
GAPS_SECONDS = (0, 1, 1, 3, 10, 15, 30)
"""Before each attempt: at 0, 1, 2, 5, 15, 30 and 60 s, were failing to take no time."""

Adapters = Mapping[Channel, Adapter]

log = structlog.get_logger()


@dataclass(slots=True)
class PageCounters:
    """For the metrics, only ever added to."""

    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By channel and outcome: `taken`, `failed`, `given_up`, `cancelled`, `not_noted`;
    and by `none` and `no_target`, where a tier has nobody."""
    after_ack: int = 0
    """Attempts that began when the page was cancelled already. Has to stay 0."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one went."""

    was_taken: bool
    said: str
    """For the operator; holds no address."""


async def attempt(adapters: Adapters, target: Target, page: Page) -> Attempt:
    """Send a page once. Never raises for what lies with the other side."""
    adapter = adapters.get(target.channel)
    if adapter is None:
        return Attempt(False, f"no way to send to {target.channel} is set up")
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return Attempt(True, await adapter.send(page, target.address))
    except NotTaken as error:
        return Attempt(False, str(error))
    except TimeoutError:
        return Attempt(False, f"no answer in {SEND_SECONDS:.0f} s")
    except Exception as error:  # a defect in one channel is no reason to stop others
        log.exception("page.defect", channel=target.channel, tier=target.tier)
        return Attempt(False, f"a defect ({type(error).__name__})")


def gap_ms(attempts: int) -> int | None:
    """How long to wait after so many have failed; None: it was tried often enough."""
    if attempts >= len(GAPS_SECONDS):
        return None
    return GAPS_SECONDS[attempts] * 1000
