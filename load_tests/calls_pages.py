"""Calls between pages of a real Chromium: how soon people see each other.

The pages run the product's own client without its screens
(`clients/web/test/lab-call.ts`) against a server process. Beside each figure stands
that of two bare connections in a page of the same browser, taken in turns or at the
same time (`clients/web/test/lab-bare.ts`).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Page

from mentalverse_signaling.calls.ice import ice_servers
from support.browser import chromium
from support.coturn import SECRET, Coturn
from support.netns import Network
from support.server import ServerProcess
from web.calls.talk import (
    FLAGS,
    Caller,
    caller,
    see_one_another,
)
from web.conftest import lab_person

from .machine import percentile
from .options import Say
from .report import Report

WHATEVER = ("",)
"""What pages complain about is the tests' affair."""
BACK_MS = 400
"""A picture that stood for longer was interrupted, and not only late."""
NO_LOOPBACK = tuple(flag for flag in FLAGS if "allow-loopback" not in flag)
"""Or calls would go on there when their address is lost."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A browser: people with accounts, and a page with bare connections."""

    people: list[Caller]
    bare: Page
    report: Report
    say: Say

    async def bare_ms(self, relay: Coturn | None = None) -> float:
        """From the wish to the first picture, of two bare connections; 20 s at most."""
        configuration: dict[str, object] = {}
        if relay is not None:
            (access,) = ice_servers(
                relay.relay(SECRET), os.urandom(16).hex(), int(time.time() * 1000)
            )
            server = {
                "urls": [relay.url().text],
                "username": access.username,
                "credential": access.credential,
            }
            configuration = {"iceServers": [server], "iceTransportPolicy": "relay"}
        found = await self.bare.evaluate(
            """async (configuration) => {
              const pair = new lab.BarePair(configuration)
              const late = new Promise((tell) => setTimeout(tell, 20_000, 20_000))
              const ms = await Promise.race([pair.firstMs(), late])
              pair.close()
              return ms
            }""",
            configuration,
        )
        return float(found)


@asynccontextmanager
async def scene(
    report: Report,
    say: Say,
    server: ServerProcess,
    handles: Sequence[str],
    flags: tuple[str, ...] = FLAGS,
) -> AsyncIterator[Scene]:
    """A browser with these people in it."""
    async with chromium(*flags) as browser:
        contexts = [caller(browser, server, it, *WHATEVER) for it in handles]
        people: list[Caller] = []
        try:
            for each in contexts:
                people.append(await each.__aenter__())
            async with lab_person(browser, server, *WHATEVER) as bare:
                yield Scene(people, bare, report, say)
        finally:
            for each in reversed(contexts[: len(people)]):
                await each.__aexit__(None, None, None)


async def joins(
    scene: Scene,
    label: str,
    call: str,
    times: int,
    relay: Coturn | None = None,
) -> None:
    """The last of the people joins again and again, the others are there."""
    *there, joining = scene.people
    account = joining.account
    options: dict[str, object] = {"isRelayed": True} if relay is not None else {}
    for each in there:
        await each.join(call, **options)
        await each.until('call.meeting.room.state.kind === "in"')
    ours: list[float] = []
    bare: list[float] = []
    for number in range(times):
        scene.say(f"{label}: somebody joins, {number + 1} of {times}")
        await joining.join(call, **options)
        for each in there:
            await joining.sees(each, 1)
        ours.append(max([await joining.first_ms(each) for each in there]))
        await joining.leave()
        gone = f'!call.standing().members.some((it) => it.member === "{account}")'
        for each in there:
            await each.until(gone)
        bare.append(await scene.bare_ms(relay))
    for each in there:
        await each.leave()
    add_joins(scene.report, label, ours, bare)


def add_joins(report: Report, label: str, ours: list[float], bare: list[float]) -> None:
    """Figures of joins and of what a bare call took beside each, in milliseconds."""
    p95 = percentile(sorted(ours), 0.95)
    bare_p95 = percentile(sorted(bare), 0.95)
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    report.add(f"{label}_join_to_frame_ms_p95", p95, ours)
    report.add(f"{label}_join_to_frame_ms_p50", statistics.median(ours), ours)
    report.add(f"{label}_join_to_frame_ms_first", ours[0])
    report.add(f"{label}_bare_ms_p95", bare_p95, bare)
    report.add(f"{label}_join_vs_bare", statistics.median(ratios), ratios)


async def path_losses(scene: Scene, network: Network, call: str, times: int) -> None:
    """Both people lose the address that they talk over, and get another."""
    for each in scene.people:
        await each.join(call)
    await see_one_another(scene.people)
    await scene.bare.evaluate(
        """async () => {
          globalThis.pair = new lab.BarePair()
          await pair.firstMs()
        }"""
    )
    ours: list[float] = []
    bare: list[float] = []
    for number in range(times):
        scene.say(f"an address is lost: {number + 1} of {times}")
        await watch(scene.people)
        await scene.bare.evaluate("() => pair.watchGaps()")
        await asyncio.sleep(0.5)
        network.move(f"10.{97 - number}.0.2")
        ours.append(await gap_ms(scene.people, BACK_MS))
        bare.append(await bare_gap_ms(scene.bare))
        await see_one_another(scene.people)
    for each in scene.people:
        await each.leave()
    add_losses(scene.report, ours, bare)


def add_losses(report: Report, ours: list[float], bare: list[float]) -> None:
    """Figures of lost paths: how long pictures stood, in milliseconds."""
    report.add("path_loss_to_video_ms_p95", percentile(sorted(ours), 0.95), ours)
    report.add("path_loss_bare_ms_p50", statistics.median(bare), bare)
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    report.add("path_loss_vs_bare", statistics.median(ratios), ratios)


async def watch(people: Sequence[Caller]) -> None:
    """Forget how long pictures stood before."""
    for each in people:
        await each.page.evaluate("() => call.watchGaps()")


async def gap_ms(people: Sequence[Caller], at_least_ms: float = 0.0) -> float:
    """The longest time for which anybody's picture stood, once it moves again."""
    gaps: list[float] = []
    for one, other in itertools.permutations(people, 2):
        await one.until(f'call.longestGapMs("{other.account}") > {at_least_ms}')
        await one.sees(other, 5)
        found = await one.page.evaluate(
            "(member) => call.longestGapMs(member)", other.account
        )
        gaps.append(float(found))
    return max(gaps)


async def bare_gap_ms(page: Page) -> float:
    """As `gap_ms`, of the bare connections; a minute if it never came back."""
    found = await page.evaluate(
        """async (least) => {
          const end = performance.now() + 20_000
          while (pair.longestGapMs() < least && performance.now() < end)
            await new Promise((next) => setTimeout(next, 50))
          return pair.longestGapMs() < least ? 60_000 : pair.longestGapMs()
        }""",
        BACK_MS,
    )
    return float(found)
