"""Whether whoever is on call is reached: test pages, and who has said that they came.

The first duty that begins after twelve hours without a word sends one to every target.
That a channel took a page says that a machine did; a target is tested once somebody
there has said that it came, and until then the board shows that nobody has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mentalverse_signaling.ids import new_id

from ...store import crisis_pages
from ...store.crisis_pages import PageRow, TestRow
from ...store.engine import Connection
from ..settings import LATELY_DAYS
from .links import TEST
from .on_call import Channel, OnCall, Target
from .pager import Pager

AGAIN_MS = 12 * 3_600_000
"""After a test that somebody saw."""
UNSEEN_AGAIN_MS = 3_600_000
"""After one that nobody has seen: nobody is rung for every duty that begins."""
LATELY_MS = LATELY_DAYS * 86_400_000

Tests = Mapping[tuple[str, str], TestRow]


@dataclass(frozen=True, slots=True)
class TierState:
    """How sure it is that a tier is reached."""

    tier: str
    targets: int
    tested_at_ms: int | None
    """When the last test of its worst target was sent; None: one was never tested."""
    is_tested: bool
    """Whether somebody has seen the last test of every target."""
    may_open: bool
    """Whether somebody has lately seen a test of any."""


class TierTests:
    """Writes test pages; the `Pager` sends them."""

    def __init__(
        self, on_call: OnCall, pager: Pager, rng: Callable[[int], bytes]
    ) -> None:
        self._on_call = on_call
        self._pager = pager
        self._rng = rng

    def begin(self, connection: Connection, now_ms: int) -> None:
        """Have every target tested that it is time for."""
        tests = crisis_pages.tests(connection)
        due = [one for one in self._on_call.unique if _is_due(tests, one, now_ms)]
        for target in due:
            for tier in self._on_call.tiers_of(target):
                crisis_pages.begin_test(connection, tier, target.key, now_ms)
        rows = [test_row(new_id(self._rng), one, now_ms) for one in due]
        crisis_pages.add(connection, rows)

    def wake(self) -> None:
        """Have them sent."""
        self._pager.wake()

    def seen(self, connection: Connection, handle: str, now_ms: int) -> None:
        """Whoever has this account says that a test page has come."""
        for target in self._on_call.unique:
            if target.channel is Channel.PUSH and target.address == handle:
                crisis_pages.see_test(connection, target.key, now_ms)


def test_row(page: str, target: Target, now_ms: int) -> PageRow:
    """A test page for a target."""
    return PageRow(
        id=page,
        case="",
        reason=TEST,
        tier=target.tier,
        target=target.key,
        band=None,
        due_ms=None,
        is_drill=False,
        made_at_ms=now_ms,
        next_at_ms=now_ms,
    )


def tier_states(
    connection: Connection, on_call: OnCall, tiers: Iterable[str], now_ms: int
) -> list[TierState]:
    """Which tiers are known to be reached: for the board, and for who opens a desk."""
    tests = crisis_pages.tests(connection)
    return [_state(tier, on_call, tests, now_ms) for tier in tiers]


def tested_tiers(
    connection: Connection, on_call: OnCall, now_ms: int
) -> frozenset[str]:
    """Those of which somebody has lately seen a test page."""
    states = tier_states(connection, on_call, on_call.tiers, now_ms)
    return frozenset(one.tier for one in states if one.may_open)


def was_seen_lately(test: TestRow | None, now_ms: int) -> bool:
    """Whether somebody said in the last 30 days that a test had come."""
    if test is None or test.seen_at_ms is None:
        return False
    return test.seen_at_ms > now_ms - LATELY_MS


def _is_due(tests: Tests, target: Target, now_ms: int) -> bool:
    last = tests.get((target.tier, target.key))
    if last is None:
        return True
    pause_ms = AGAIN_MS if last.was_seen else UNSEEN_AGAIN_MS
    return now_ms >= last.tested_at_ms + pause_ms


def _state(tier: str, on_call: OnCall, tests: Tests, now_ms: int) -> TierState:
    last = [tests.get((tier, target.key)) for target in on_call.of(tier)]
    sent = [one.tested_at_ms for one in last if one is not None]
    unseen = [one.tested_at_ms for one in last if one is not None and not one.was_seen]
    return TierState(
        tier=tier,
        targets=len(last),
        tested_at_ms=min(unseen or sent, default=None) if None not in last else None,
        is_tested=bool(last)
        and not unseen
        and all(was_seen_lately(one, now_ms) for one in last),
        may_open=any(was_seen_lately(one, now_ms) for one in last),
    )
