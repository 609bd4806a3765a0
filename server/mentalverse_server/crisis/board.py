"""What supervisors look at: everything that is open, and how well it goes.

No name of a person is on it, and nobody of the team is ranked. Drills are on it as what
they are; canaries are nowhere but in `canary_at`. Neither is in a figure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from mentalverse_crisis import back_up, ladder, sla
from mentalverse_crisis.case import CANARY, Case
from mentalverse_crisis.cover import HOUR_MS
from mentalverse_crisis.desk import CRISIS, Desk, Duty, Responder
from mentalverse_crisis.policy import Policy
from mentalverse_crisis.routing import Room
from mentalverse_crisis.sla import Arrival
from mentalverse_signaling.board_events import (
    BandFigures,
    BoardCase,
    BoardResponder,
    BoardSpan,
    BoardTier,
    BoardUncovered,
    BoardView,
)
from mentalverse_signaling.crisis_events import CaseChannel, CaseStatus
from mentalverse_signaling.desk_events import MAX_LISTED, DutyStatus
from mentalverse_signaling.ids import AccountId, CaseId

from ..clock import Clock
from ..store import accounts, cases, crisis_rota
from ..store.engine import Connection, Database
from .desk_view import resting_until_ms
from .figures import SPAN_MS, Recent, staff_needed
from .glance import Glance
from .pages.tier_tests import TierState
from .rota import gaps_of, members
from .settings import tiers

ROTA_MS = 24 * HOUR_MS
TierStates = Callable[[Connection, Iterable[str], int], list[TierState]]

GOOD_FOR_SECONDS = 1.0
"""However many look, the board is made once a second."""


class Board:
    """Made in a thread that reads, one at a time."""

    def __init__(
        self,
        database: Database,
        glance: Glance,
        now_ms: Callable[[Connection], int],
        clock: Clock,
        is_demo: bool,
        tier_states: TierStates = lambda connection, tiers, now_ms: [],
        spooled: Callable[[], int] = lambda: 0,
    ) -> None:
        """`now_ms` is the time of the desk; `tier_states` says who is known to be
        reached, and `spooled`, how many requests wait for the database."""
        self._database = database
        self._glance = glance
        self._now_ms = now_ms
        self._clock = clock
        self._is_demo = is_demo
        self._tier_states = tier_states
        self._spooled = spooled
        self._recent = Recent()
        self._begun = 0.0
        self._made: asyncio.Future[BoardView] | None = None

    async def view(self) -> BoardView:
        """The board, at most a second old."""
        now, made = self._clock.monotonic(), self._made
        is_old = now - self._begun >= GOOD_FOR_SECONDS
        if made is None or (made.done() and is_old):
            work = self._database.read_for_help(self._view)
            made, self._begun = asyncio.ensure_future(work), now
            self._made = made
        # Who gives up leaves it to the others: no second one is begun beside it.
        return await asyncio.shield(made)

    async def anew(self) -> BoardView:
        """The board with what the caller has just decided."""
        before = self._made
        if before is not None:
            await asyncio.wait({before})  # it may have been read before that
        if self._made is before:
            self._made = None
        return await self.view()

    def _view(self, connection: Connection) -> BoardView:
        desk, now_ms = self._glance.of(connection), self._now_ms(connection)
        policy = desk.policies[desk.policy]
        room = Room(desk.responders.values(), desk.cases.values(), policy)
        shown = [case for case in desk.cases.values() if _is_shown(case)]
        shown.sort(key=lambda case: (case.band, case.accept_due_ms, case.id))
        team = [one for one in desk.responders.values() if not one.is_robot]
        handles = accounts.handles(connection, [one.id for one in team])
        arrivals = self._recent.arrivals(connection, now_ms)
        waiting = [due for _, due in cases.follow_ups(connection)]
        return BoardView(
            now=now_ms,
            policy=desk.policy,
            is_surge=desk.surge is not None,
            surge_why="" if desk.surge is None else desk.surge.why.value,
            urgent_capacity_left=room.urgent_left(),
            cases=tuple(_case(desk, case, handles) for case in shown[:MAX_LISTED]),
            responders=tuple(
                _responder(one, handles, room, policy, now_ms)
                for one in team
                if one.id in handles
            )[:MAX_LISTED],
            spans=tuple(
                BoardSpan(since, _bands(arrivals, since, policy))
                for since in (sla.interval_ms(now_ms), now_ms - SPAN_MS)
            ),
            staff_needed=staff_needed(self._recent, arrivals, policy, now_ms),
            staff_present=sum(one.duty is Duty.ON and one.is_online for one in team),
            follow_ups_due=len(waiting),
            follow_ups_overdue=sum(one.due_ms <= now_ms for one in waiting),
            overrides_unconfirmed=sum(
                one.released_at_ms is not None and one.confirmed_at_ms is None
                for one in desk.overrides.values()
            ),
            canary_at=self._recent.canary_at_ms,
            spooled=self._spooled(),
            is_demo=self._is_demo,
            tiers=tuple(
                BoardTier(one.tier, one.targets, one.tested_at_ms, one.is_tested)
                for one in self._tier_states(connection, tiers(policy), now_ms)
            ),
            uncovered=_uncovered(connection, desk, now_ms),
            is_rota_empty=not crisis_rota.is_planned_after(connection, now_ms),
        )


def _uncovered(
    connection: Connection, desk: Desk, now_ms: int
) -> tuple[BoardUncovered, ...]:
    if not crisis_rota.is_planned_after(connection, now_ms):
        return ()
    team = members(connection, desk.responders)
    gaps = gaps_of(connection, team, now_ms, now_ms + ROTA_MS)
    return tuple(
        BoardUncovered(one.start_ms, one.language, one.is_urgent)
        for one in gaps[:MAX_LISTED]
    )


def _is_shown(case: Case) -> bool:
    return not case.state.is_final and case.drill != CANARY


def _case(desk: Desk, case: Case, handles: Mapping[str, str]) -> BoardCase:
    policy, escalation = desk.policy_of(case), case.escalation
    person_gap, responder_gap = case.person_gap, case.responder_gap
    is_paging = case.seeks and escalation.paged_at_ms is not None
    holder = None if case.hold is None else handles.get(case.hold.responder)
    return BoardCase(
        case=CaseId(case.id),
        band=case.band.value,
        status=CaseStatus(case.state.value),
        opened_at=case.enqueued_at_ms,
        accept_due_at=case.accept_due_ms,
        language=case.language,
        region=case.region,
        channel=CaseChannel(case.channel.value),
        asked=_named(handles, (offer.responder for offer in case.pending)),
        holder=holder,
        guests=_named(handles, case.guests),
        level=escalation.level,
        paging=ladder.pages_through(policy, escalation.level)
        if is_paging and not escalation.acked_by
        else (),
        paged_at=escalation.paged_at_ms,
        acked_by=handles.get(escalation.acked_by, escalation.acked_by),
        next_rung_at=ladder.due_ms(case, policy) if case.seeks else None,
        person_away_until=None if person_gap is None else person_gap.until_ms,
        responder_away_until=None if responder_gap is None else responder_gap.until_ms,
        silence_level=0 if case.silence is None else case.silence.level,
        asks_for_supervisor=case.supervisor_wanted_at_ms is not None,
        is_clustered=case.is_clustered,
        is_trusted=case.is_trusted,
        drill=bool(case.drill),
        back_up_advised=back_up.is_advised(desk.responders, case, policy),
        return_reason=case.return_reason,
    )


def _responder(
    one: Responder, handles: Mapping[str, str], room: Room, policy: Policy, now_ms: int
) -> BoardResponder:
    return BoardResponder(
        account=AccountId(one.id),
        handle=handles[one.id],
        duty=DutyStatus(one.duty.value),
        is_online=one.is_online,
        is_supervisor=one.is_supervisor,
        slots_used=room.used(one),
        max_slots=one.max_slots,
        resting_until=resting_until_ms(one, policy, now_ms),
        languages=one.languages,
        takes_urgent=one.skill(CRISIS) >= 1,
    )


def _bands(
    arrivals: Iterable[Arrival], since_ms: int, policy: Policy
) -> tuple[BandFigures, ...]:
    within = [one for one in arrivals if one.arrived_ms >= since_ms]
    return tuple(
        BandFigures(
            band=band.value,
            arrivals=sum(one.band is band and not one.drill for one in within),
            judged=figures.judged,
            answered_in_time=figures.answered_in_time,
            excluded=figures.excluded,
            objective_percent=policy.band(band).objective_percent,
            wait_p50_ms=figures.waits.p50,
            wait_p90_ms=figures.waits.p90,
            wait_p99_ms=figures.waits.p99,
        )
        for band, figures in sla.by_band(within).items()
    )


def _named(handles: Mapping[str, str], of: Iterable[str]) -> tuple[str, ...]:
    return tuple(handles[one] for one in of if one in handles)
