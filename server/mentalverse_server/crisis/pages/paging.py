"""What decisions mean for whoever is on call: rows in, rows over.

`Paging` is one of those who carry out what a decision leads to. `record` runs in the
decision's transaction: a case is never paged for without the pages being there, and an
acknowledgement cancels all pages of its case or does not take place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog

from mentalverse_crisis.case import CANARY
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.effects import (
    Paged,
    PagesCancelled,
    StandbyPaged,
    SurgeChanged,
)
from mentalverse_signaling.ids import new_id

from ...store import crisis_pages
from ...store.crisis_pages import PageRow, PageState
from ...store.engine import Connection
from .on_call import OnCall
from .pager import ROTA, ROTA_URGENT, STANDBY, Pager
from .sending import PageCounters

SUPERVISORS = "supervisor"
"""The tier that hears of the desk itself."""
KEPT_MS = 30 * 86_400_000
"""So long after it was over, a page can still be looked up."""

log = structlog.get_logger()


class Paging:
    """Writes what the `Pager` sends."""

    def __init__(
        self, on_call: OnCall, pager: Pager, rng: Callable[[int], bytes]
    ) -> None:
        self._on_call = on_call
        self._pager = pager
        self._rng = rng

    @property
    def counters(self) -> PageCounters:
        """For the metrics."""
        return self._pager.counters

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Write pages, and that pages are over; in the writer's thread."""
        for effect in decision.effects:
            if isinstance(effect, Paged):
                self._page(connection, effect, now_ms)
            elif isinstance(effect, PagesCancelled):
                reason = effect.reason.value
                state = PageState.CANCELLED
                crisis_pages.end(connection, effect.case, reason, state, now_ms)
            elif isinstance(effect, StandbyPaged):
                rows = self._rows(effect.tiers, STANDBY, now_ms)
                crisis_pages.end(connection, "", STANDBY, PageState.REPLACED, now_ms)
                crisis_pages.add(connection, rows)
            elif isinstance(effect, SurgeChanged) and not effect.is_on:
                crisis_pages.end(connection, "", STANDBY, PageState.CANCELLED, now_ms)

    def carry_out(self, decision: Decision) -> None:
        """Have them sent, and break off what is over; on the event loop."""
        for effect in decision.effects:
            if isinstance(effect, Paged) and effect.drill != CANARY:
                self._say_who_is_missing(effect.tiers)
                self._pager.wake()
            elif isinstance(effect, StandbyPaged):
                self._pager.wake()
            elif isinstance(effect, PagesCancelled):
                self._pager.cancel(effect.case, effect.reason.value)
            elif isinstance(effect, SurgeChanged) and not effect.is_on:
                self._pager.cancel("", STANDBY)

    def not_planned(
        self, connection: Connection, hour_ms: int, is_urgent: bool, now_ms: int
    ) -> None:
        """Write that supervisors are paged for an hour without anybody."""
        reason = ROTA_URGENT if is_urgent else ROTA
        rows = self._rows((SUPERVISORS,), reason, now_ms)
        crisis_pages.add(connection, (replace(row, due_ms=hour_ms) for row in rows))

    def wake(self) -> None:
        """Have supervisors paged, once it is committed; on the event loop."""
        self._say_who_is_missing((SUPERVISORS,))
        self._pager.wake()

    def _page(self, connection: Connection, paged: Paged, now_ms: int) -> None:
        if paged.drill == CANARY:  # the desk asks itself: nobody's telephone rings
            return
        reason = paged.reason.value
        rows = self._rows(paged.tiers, reason, now_ms, paged)
        crisis_pages.end(connection, paged.case, reason, PageState.REPLACED, now_ms)
        crisis_pages.add(connection, rows)

    def _rows(
        self,
        tiers: Iterable[str],
        reason: str,
        now_ms: int,
        paged: Paged | None = None,
    ) -> list[PageRow]:
        band = None if paged is None or paged.band is None else paged.band.value
        return [
            PageRow(
                id=new_id(self._rng),
                case="" if paged is None else paged.case,
                reason=reason,
                tier=target.tier,
                target=target.key,
                band=band,
                due_ms=None if paged is None else paged.due_ms,
                is_drill=paged is not None and bool(paged.drill),
                made_at_ms=now_ms,
                next_at_ms=now_ms,
            )
            for target in self._on_call.of(*tiers)
        ]

    def _say_who_is_missing(self, tiers: Iterable[str]) -> None:
        for tier in tiers:
            if not self._on_call.of(tier):
                self.counters.attempts["none", "no_target"] += 1
                log.error("page.nobody_is_on_call", tier=tier)
