"""The desk proves to itself, again and again, that somebody who asked would be helped.

    open → offered → the first rung fires → accept → join → speak → end → sum up

It is the way that everybody's case goes: the same writer, rules, log, notices and
timers, in the same database. A robot asks and a robot answers, so it takes nobody's
slot, rings nobody and stands in no figure (`mentalverse_crisis`, `drill`).

It is opened so that its first rung is due half a second later: a desk on which time
stands still would else look well until somebody has waited for a minute.

Two misses in a row are an alarm. What a miss has left behind, or a process that was
killed, is dismissed in a later round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CANARY, Case, CaseState
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import CRISIS, Desk, Duty, Responder
from mentalverse_crisis.effects import Offered
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import (
    CaseOpened,
    Dismissed,
    DutyChanged,
    Ended,
    Event,
    FollowUpDecision,
    Joined,
    OfferAccepted,
    OnlineChanged,
    ResponderSpoke,
    RosterChanged,
    WrappedUp,
)
from mentalverse_crisis.policy import Policy
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import new_id

from ..services.desk import CrisisDesk
from ..store import cases, crisis_canaries
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .glance import Glance

ROBOT = "canary"
BAND = Band.A2
"""Not urgent, so that it moves no reserve, and neither rests nor counts as hard."""
PATIENCE_SECONDS = 5.0
"""For all of it."""
LEAD_MS = 500
"""From the opening to the first rung."""
STRAY_MS = 30_000
"""Older than this, a canary of whatever process is nobody's any more."""
KEPT_MS = 86_400_000
"""So long after it a trial can still be looked at."""
MISSES = 2
"""In a row are an alarm."""
_POLL_SECONDS = 0.1

log = structlog.get_logger()


@dataclass(slots=True)
class CanaryCounters:
    """Plain integers for the metrics, only ever added to."""

    succeeded: int = 0
    missed: int = 0


class Canary:
    """Owns the task that tries the desk; listens to decisions as everybody does."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        writer: Writer,
        glance: Glance,
        time: DeskTime,
        rng: Callable[[int], bytes],
        every_seconds: float,
    ) -> None:
        """`every_seconds`: 0 for never."""
        self._desk = desk
        self._database = database
        self._writer = writer
        self._glance = glance
        self._time = time
        self._rng = rng
        self._every_seconds = every_seconds
        self._offers: dict[str, asyncio.Future[str]] = {}
        """Of cases that wait to be offered to the robot, one at most."""
        self._task: asyncio.Task[None] | None = None
        self.counters = CanaryCounters()
        self.misses = 0
        """In a row."""
        self.last_success_ms: int | None = None

    @property
    def is_alarmed(self) -> bool:
        """Whether nobody knows that the desk works."""
        return self.misses >= MISSES

    async def start(self) -> None:
        """Begin; the first comes after one pause."""
        if self._every_seconds > 0:
            self._task = asyncio.create_task(self._rounds(), name="mentalverse-canary")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing: a canary that is lost is a miss."""

    def carry_out(self, decision: Decision) -> None:
        """The robot is asked as everybody is: by what is told after COMMIT."""
        for effect in decision.effects:
            if isinstance(effect, Offered) and effect.responder == ROBOT:
                waiter = self._offers.get(effect.case)
                if waiter is not None and not waiter.done():
                    waiter.set_result(effect.offer)

    async def forget(self) -> None:
        """One round of housekeeping: trials that were over a day ago."""

        def script(transaction: Transaction) -> int:
            connection = transaction.connection
            before_ms = self._time.now_ms(connection) - KEPT_MS
            return crisis_canaries.forget(connection, before_ms)

        while await self._writer.run(script, lane=WriterLane.OTHER):
            pass

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(self._every_seconds)
            await self.fly()

    async def fly(self) -> bool:
        """One round; whether the desk works."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._fly()
        except Exception as error:  # whatever it is, somebody would not be helped
            self.counters.missed += 1
            self.misses += 1
            log.warning("canary.missed", reason=type(error).__name__)
            if not isinstance(error, (CrisisError, SignalingError, TimeoutError)):
                log.exception("canary.failed")
            if self.is_alarmed:
                log.error("canary.alarm", misses=self.misses)
            return False
        if self.is_alarmed:
            log.warning("canary.well_again", misses=self.misses)
        self.counters.succeeded += 1
        self.misses = 0
        self.last_success_ms = self._time.own_ms()
        return True

    # --- the way of one case ---

    async def _fly(self) -> None:
        desk = await self._database.read_for_help(self._glance.of)
        policy = desk.policies[desk.policy]
        await self._be_there(desk)
        await self._clear_away(desk)
        case = new_id(self._rng)
        offer = asyncio.get_running_loop().create_future()
        self._offers = {case: offer}
        await self._decide(
            CaseOpened(
                case=case,
                request=new_id(self._rng),
                # Of its own: processes that share a database do not share a case.
                person=f"{ROBOT}-{case}",
                tap_age_ms=first_rung_ms(policy) - LEAD_MS,
                band=BAND,
                drill=CANARY,
            )
        )
        await offer
        # Another process may be the one that lets this rung fire.
        while (await self._stored(case)).escalation.level == 0:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        me = {"case": case, "responder": ROBOT}
        await self._decide(OfferAccepted(**me, offer=offer.result(), device=ROBOT))
        await self._decide(Joined(**me))
        fence = (await self._stored(case)).fence
        await self._decide(ResponderSpoke(**me, fence=fence))
        await self._decide(Ended(**me, fence=fence))
        await self._decide(
            WrappedUp(
                **me,
                fence=fence,
                outcome=CANARY,
                follow_up=FollowUpDecision.DECLINED,
            )
        )
        if (await self._stored(case)).state is not CaseState.CLOSED:
            raise TimeoutError("it did not end")

    async def _be_there(self, desk: Desk) -> None:
        """Have the robot on the roster, online and on duty."""
        wanted = Responder(id=ROBOT, is_robot=True, skills={CRISIS: 1}, max_slots=10)
        known = desk.responders.get(ROBOT)
        if known is None or not known.is_robot or known.max_slots != wanted.max_slots:
            await self._decide(RosterChanged(responder=wanted))
        if known is None or not known.is_online:
            await self._decide(OnlineChanged(responder=ROBOT, is_online=True))
        if known is None or known.duty is not Duty.ON:
            await self._decide(DutyChanged(responder=ROBOT, duty=Duty.ON))

    async def _clear_away(self, desk: Desk) -> None:
        """Dismiss what an earlier round or a killed process has left."""
        before_ms = self._time.own_ms() - STRAY_MS
        for case in desk.cases.values():
            age_ms = first_rung_ms(desk.policy_of(case))
            # It says that it began when it was tapped, a minute before it was opened.
            if case.drill == CANARY and case.tapped_at_ms < before_ms - age_ms:
                event = Dismissed(
                    case=case.id, state=CaseState.VOID, actor=ROBOT, second="desk"
                )
                await self._decide(event)

    async def _decide(self, event: Event) -> Decision:
        return await self._desk.decide(event)

    async def _stored(self, case: str) -> Case:
        found = await self._database.read_for_help(cases.case, case)
        if found is None:
            raise TimeoutError("it is not there")
        return found


def first_rung_ms(policy: Policy) -> int:
    """From the tap until the first rung of the canary's band fires."""
    return policy.accept_ms(BAND) * policy.ladder[0].at_percent // 100
