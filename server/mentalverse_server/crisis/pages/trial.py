"""Test pages: how one knows, before the night, that a page would have come."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mentalverse_signaling.ids import new_id

from ...clock import Clock, SystemClock, to_millis
from ...config import Config
from ...errors import StartupError
from ...keyring import open_keyring
from ...operator import beside_the_server
from ...store import crisis_pages, policies
from ...store.crisis_pages import TestRow
from ...store.engine import Database
from ..settings import tiers as policy_tiers
from .channels import open_channels
from .links import PageLinks
from .on_call import OnCall, Target, read_on_call
from .pager import page_of
from .sending import Attempt, attempt
from .tier_tests import test_row


@dataclass(frozen=True, slots=True)
class Tried:
    """A target, and how its test page went."""

    target: Target
    went: Attempt


@dataclass(frozen=True, slots=True)
class Listed:
    """A tier of the policy, or one that only the settings know."""

    tier: str
    is_paged: bool
    """Whether the policy pages it at all."""
    targets: tuple[tuple[Target, TestRow | None], ...]
    """With the last test of each."""


def on_call_list(config: Config) -> list[Listed]:
    """Every tier in the order in which it is paged, with who is in it."""
    on_call = read_on_call(config.crisis.on_call)
    with beside_the_server(config) as database:
        tests = database.write(crisis_pages.tests)
        paged = policy_tiers(database.write(policies.in_force))
    return [
        Listed(
            tier,
            tier in paged,
            tuple((one, tests.get((tier, one.key))) for one in on_call.of(tier)),
        )
        for tier in dict.fromkeys([*paged, *on_call.tiers])
    ]


def send_tests(config: Config, tier: str | None) -> list[Tried]:
    """Send a marked test page to everybody in a tier, or in all; keep how it went.

    Raises:
        StartupError: nobody is in it.
        ConfigError: a setting is missing that a target needs.
    """
    on_call = read_on_call(config.crisis.on_call)
    chosen = [one for one in on_call.targets if tier in (None, one.tier)]
    if not chosen:
        whom = "at all" if tier is None else f"in {tier}"
        raise StartupError(f"crisis.on_call names nobody {whom}")
    clock = SystemClock()
    with beside_the_server(config) as database:
        for one in chosen:
            now_ms = to_millis(clock.now())
            database.write(crisis_pages.begin_test, one.tier, one.key, now_ms)
        tried = asyncio.run(_send_all(config, on_call, chosen, clock, database))
        for each in tried:
            database.write(
                crisis_pages.note_test,
                each.target.key,
                each.went.was_taken,
                each.went.said,
                to_millis(clock.now()),
            )
    return tried


async def _send_all(
    config: Config,
    on_call: OnCall,
    chosen: Sequence[Target],
    clock: Clock,
    database: Database,
) -> list[Tried]:
    rng = secrets.token_bytes
    keyring = open_keyring(config.server.data_dir, rng)
    adapters = open_channels(config, on_call, keyring, clock, rng, database)
    now_ms, links = to_millis(clock.now()), PageLinks(config.public_url, rng)
    try:
        rows = [test_row(new_id(rng), one, now_ms) for one in chosen]
        pages = [
            page_of(row, database.write(links.of_page, row, one, now_ms))
            for row, one in zip(rows, chosen, strict=True)
        ]
        went = await asyncio.gather(
            *(
                attempt(adapters, one, page)
                for one, page in zip(chosen, pages, strict=True)
            )
        )
    finally:
        for adapter in adapters.values():
            await adapter.close()
    return [Tried(target, each) for target, each in zip(chosen, went, strict=True)]
