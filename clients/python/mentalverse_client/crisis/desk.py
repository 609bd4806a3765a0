"""Answering those who ask for help: `client.desk`, for responders and supervisors.

    await client.desk.start_duty()
    async for offer in client.desk.offers():
        case = await client.desk.accept(offer)
        talk = await client.desk.conversation(case.case)
        await talk.send("Hello, I am here. What is going on?")

The desk is on the server: nothing of it is stored here, and every call needs a
connection. A call whose answer was lost may be made again: the server does the same
thing once. From the first `look` or `start_duty` on, a task of the client keeps what is
shown up to date and tells the server, as long as there is a duty or a case, that this
device shows it. A program that starts again after a crash calls `look` to go on with
the cases that are still its own.

What is said is in the conversation of the case, encrypted as everywhere. The person's
device lets this one in.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

import msgspec

from mentalverse_signaling import desk_events as wire
from mentalverse_signaling.board_events import BoardView, DeskBoard
from mentalverse_signaling.crisis_events import CaseMineView, CaseRaise
from mentalverse_signaling.desk_events import (
    DeskCase,
    DeskChanged,
    DeskMine,
    DeskView,
    DutyStatus,
    FollowUpWish,
    OfferRescinded,
    OfferView,
)
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.events import Empty, Payload
from mentalverse_signaling.ids import AccountId, CaseId
from mentalverse_signaling.referral_events import ReferralList, Referrals
from mentalverse_signaling.supervisor_events import CaseAgreeReturn, DutyAllow

from ..conversation import Conversation
from ..engine import Engine
from ..updates import Update, UpdateKind
from .changes import DeskChange, DeskNotice
from .follow_ups import FollowUpDesk
from .log import DeskLog
from .offers import Offers
from .overrides import OverrideDesk
from .policies import PolicyDesk
from .rota import RotaDesk
from .watch import Watch

LOOK_SECONDS = 5.0
TYPING_SECONDS = 5.0
ADMITTED_SECONDS = 60.0
"""How long `conversation` waits for the person's device."""
MOST_NEWS = 100


class Desk:
    """The desk as one responder has it. Get it from the client.

    Every call raises `NotConnected` (it may have been heard), `NotFound` (no such case,
    not one's own to see, or no desk on this server), `Forbidden` (the account has not
    the role) and `SignalingError`; the rest is said where it is.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.log = DeskLog(engine)
        """What was decided, for supervisors."""
        self.overrides = OverrideDesk(engine)
        """Acting without consent."""
        self.policies = PolicyDesk(engine)
        """What is promised."""
        self.rota = RotaDesk(engine)
        """Who means to be on duty when."""
        self.follow_ups = FollowUpDesk(engine)
        """Asking afterwards how somebody is."""
        self._view: DeskView | None = None
        self._is_watching = False
        self._offers = Offers()
        self._calls = 0
        self._answered = 0
        """The last call of which the answer was taken over."""
        self._changes = 0
        self._news: deque[tuple[int, DeskNotice]] = deque(maxlen=MOST_NEWS)
        self._told = 0
        self._typed = ("", 0.0)
        """The case for which the desk was told last that one writes, and when."""
        self._watch = Watch(engine, self._round, self._beat)
        engine.connection.listen(OfferView, self._on_offer)
        engine.connection.listen(OfferRescinded, self._on_rescinded)
        engine.connection.listen(DeskChanged, self._on_changed)

    async def run(self) -> None:
        """Keep what is shown up to date, until cancelled."""
        await self._watch.run()

    # --- looking ---

    @property
    def view(self) -> DeskView | None:
        """All that is shown, as the server last said."""
        return self._view

    @property
    def cases(self) -> tuple[DeskCase, ...]:
        """The cases that this account has, was asked into, or is asked to take over."""
        return () if self._view is None else self._view.cases

    @property
    def wanted(self) -> tuple[wire.WantedCase, ...]:
        """Where back-up is asked for, on duty as a professional or a supervisor.

        `join` comes in there. The most urgent is first.
        """
        return () if self._view is None else self._view.wanted

    def case(self, case_id: str) -> DeskCase:
        """One of them.

        Raises:
            NotFound: it is not among them, or not any more.
        """
        for case in self.cases:
            if case.case == case_id:
                return case
        raise NotFound("this case is not yours")

    async def look(self) -> DeskView:
        """Ask how the desk stands, and follow it from now on."""
        self._is_watching = True
        view = await self._say("desk.mine", DeskMine())
        self._watch.beat()
        return view

    async def referrals(self, region: str = "", language: str = "") -> Referrals:
        """Services of a country that somebody can go on to, the language's first."""
        asked = ReferralList(region=region, language=language)
        return await self._engine.call("referral.list", asked, Referrals)

    async def changes(self) -> AsyncGenerator[DeskChange, None]:
        """What is shown now, if that is known, and then each time it changes.

        Changes that come while the program works on one are told together.
        """
        seen = heard = 0
        while True:
            coming = self._engine.updates.next()
            if self._view is not None and self._changes > seen:
                news = tuple(notice for number, notice in self._news if number > heard)
                seen, heard = self._changes, self._told
                yield DeskChange(self._view, news)
                continue
            self._engine.updates.require_running()
            await coming.wait()

    async def offers(self) -> AsyncGenerator[OfferView, None]:
        """Each offer that waits for an answer, once, as soon as it is made."""
        seen: set[str] = set()
        while True:
            coming = self._engine.updates.next()
            open_now = self._offers.pending()
            fresh = [offer for offer in open_now if offer.offer not in seen]
            seen = {offer.offer for offer in open_now}
            for offer in fresh:
                if self._offers.is_pending(offer):
                    yield offer
            if not fresh:
                self._engine.updates.require_running()
                await coming.wait()

    @property
    def open_offers(self) -> list[OfferView]:
        """Those that wait for an answer now, the most urgent first."""
        return self._offers.pending()

    def is_open(self, offer: OfferView) -> bool:
        """Whether an offer still waits for an answer, as far as is known here."""
        return self._offers.is_pending(offer)

    # --- duty ---

    async def start_duty(self) -> DeskView:
        """Begin a duty, or go on after a break.

        Raises:
            NotNow: the rest between two duties is not over, and no supervisor has
                allowed it (`DeskView.may_start_early`).
        """
        self._is_watching = True
        view = await self._say("duty.start", wire.DutyStart())
        self._watch.beat()
        return view

    async def test_duty(self) -> DeskView:
        """Have this account's browsers sent a test page once more.

        Raises:
            NotNow: there is no duty.
            RateLimited: it was twice in this minute.
        """
        return await self._say("duty.test", wire.DutyTest())

    async def test_came(self) -> DeskView:
        """Say that a test page has come: of the duty, or of the on-call list."""
        return await self._say("duty.test_seen", wire.DutyTestSeen())

    async def pause_duty(self) -> DeskView:
        """Take a break; cases that one has stay."""
        return await self._say("duty.pause", wire.DutyPause())

    async def end_duty(self) -> DeskView:
        """Go.

        Raises:
            NotNow: somebody is still in one's hands.
        """
        return await self._say("duty.end", wire.DutyEnd())

    # --- offers ---

    async def accept(self, offer: OfferView) -> DeskCase:
        """Take a case, with this device.

        Raises:
            OfferExpired, OfferRescinded, AlreadyHeld: it went another way.
        """
        answer = wire.CaseAccept(offer.case, offer.offer)
        await self._say("case.accept", answer)
        self._watch.beat()
        return self.case(offer.case)

    async def decline(self, offer: OfferView) -> DeskView:
        """Somebody else is asked; no reason is needed."""
        return await self._say(
            "case.decline", wire.CaseDecline(offer.case, offer.offer)
        )

    # --- a case ---

    async def conversation(
        self, case_id: str, timeout_seconds: float = ADMITTED_SECONDS
    ) -> Conversation:
        """The conversation of a case, once the person's device has let this one in.

        Raises:
            NotFound: the case is not one's own, or not any more.
            TimeoutError: it did not in time. Nothing is lost: ask again.
        """
        async with asyncio.timeout(timeout_seconds):
            await self._engine.until(lambda: self._room_of(self.case(case_id)) != "")
        room = self._engine.rooms[self._room_of(self.case(case_id))]
        return Conversation(self._engine, room)

    async def tell_writing(self, case_id: str) -> None:
        """The clock of silence waits a little; call it with every key.

        The desk is told every five seconds at most.
        """
        case, now = self.case(case_id).case, asyncio.get_running_loop().time()
        told, at = self._typed
        if told == case and now - at < TYPING_SECONDS:
            return
        self._typed = (case, now)
        await self._engine.call("case.typing", wire.CaseTyping(case), Empty)

    async def raise_band(self, case_id: str, band: int | None = None) -> None:
        """It is more urgent; without a band, by one."""
        case = self.case(case_id).case
        await self._engine.call("case.raise", CaseRaise(case, band), CaseMineView)
        await self.look()

    async def lower_band(self, case_id: str, band: int, reason: str) -> DeskView:
        """It is less urgent, and why; the reason says nothing of the person.

        Raises:
            Forbidden: this account is not trained for A0 and A1.
            BadRequest: the reason is empty.
        """
        case = self.case(case_id).case
        return await self._say("case.lower", wire.CaseLower(case, band, reason))

    async def hand_over(self, case_id: str, to: str) -> DeskView:
        """Ask somebody to take over; one stays until they have.

        Raises:
            NotNow: they cannot take it now, or somebody is being asked already.
            StaleFence: the case has passed to somebody else.
        """
        held = self.case(case_id)
        asked = wire.CaseTransfer(held.case, held.fence, to=AccountId(to))
        return await self._say("case.transfer", asked)

    async def give_back(self, case_id: str, reason: str) -> DeskView:
        """Give a case back to the queue, before all others of its class.

        An A0 or A1 goes back once another supervisor agrees; until then one keeps it
        (`DeskCase.return_asked`).

        Args:
            case_id: Which.
            reason: Why; it says nothing of the person.

        Raises:
            NotNow: the conversation has not begun, or is over.
            BadRequest: the reason is empty.
            StaleFence: the case has passed to somebody else.
        """
        held = self.case(case_id)
        given = wire.CaseTransfer(held.case, held.fence, reason=reason)
        return await self._say("case.transfer", given)

    async def keep(self, case_id: str) -> DeskView:
        """Take the wish back to give an A0 or A1 back.

        Raises:
            NotNow: nobody has the case any more: it went back already.
            StaleFence: the case has passed to somebody else.
        """
        held = self.case(case_id)
        kept = wire.CaseTransfer(held.case, held.fence)
        return await self._say("case.transfer", kept)

    async def answer_hand_over(self, case_id: str, *, accept: bool) -> DeskView:
        """Agree to take over, with this device, or say that one cannot.

        Raises:
            NotNow: nobody asks any more.
        """
        answer = wire.CaseTransferAnswer(self.case(case_id).case, accept)
        return await self._say("case.transfer_answer", answer)

    async def ask_supervisor(self, case_id: str) -> DeskView:
        """Ask for back-up: supervisors, and professionals on duty; one stays.

        Raises:
            StaleFence: the case has passed to somebody else.
        """
        held = self.case(case_id)
        return await self._say(
            "case.escalate", wire.CaseEscalate(held.case, held.fence)
        )

    async def join(self, case_id: str) -> DeskView:
        """Come in beside the holder, visibly: the person's device is asked to add one.

        Supervisors may at any time, professionals where they are `wanted`.

        Raises:
            Forbidden: neither of both, or this case is not for this account.
            NotNow: nobody asks for back-up any more, or the conversation is over.
        """
        return await self._say("case.join", wire.CaseJoin(CaseId(case_id)))

    async def step_out(self, case_id: str) -> DeskView:
        """Leave as a guest; the person's device is asked to remove one.

        Raises:
            NotNow: one has the case: hand it over, give it back or end it.
        """
        return await self._say("case.step_out", wire.CaseStepOut(CaseId(case_id)))

    async def end(self, case_id: str) -> DeskView:
        """End the conversation; `wrap_up` comes next.

        Raises:
            NotNow: it is over, or nobody has the case.
            StaleFence: the case has passed to somebody else.
        """
        held = self.case(case_id)
        return await self._say("case.end", wire.CaseEnd(held.case, held.fence))

    async def wrap_up(
        self, case_id: str, outcome: str, follow_up: FollowUpWish | None = None
    ) -> DeskView:
        """Sum up a conversation that is over.

        Args:
            case_id: Which.
            outcome: `completed`, `referred` and so on: a word of a-z and _.
            follow_up: What was agreed on; needed if `DeskCase.follow_up_required`.

        Raises:
            NotNow: it is not over, or summed up, or the decision is missing.
            StaleFence: the case has passed to somebody else.
        """
        held = self.case(case_id)
        said = wire.CaseWrapUp(held.case, held.fence, outcome, follow_up)
        return await self._say("case.wrap_up", said)

    # --- the whole desk ---

    async def allow_early_start(self, account: str) -> BoardView:
        """As a supervisor, let somebody else begin within the hour, before their rest.

        Raises:
            NotNow: they are on duty.
        """
        allowed = DutyAllow(AccountId(account))
        return await self._engine.call("duty.allow", allowed, BoardView)

    async def agree_return(self, case_id: str) -> BoardView:
        """As a supervisor, let somebody else's A0 or A1 go back to the queue.

        Raises:
            NotNow: nobody wants to give it back, or not any more.
        """
        agreed = CaseAgreeReturn(CaseId(case_id))
        return await self._engine.call("case.agree_return", agreed, BoardView)

    async def board(self) -> BoardView:
        """All that supervisors look at."""
        return await self._engine.call("desk.board", DeskBoard(), BoardView)

    async def ack_page(self, case_id: str) -> None:
        """Say that one has seen the page for a case and takes care of it.

        Raises:
            NotNow: nobody is paged for it any more.
        """
        await self._engine.call("page.ack", wire.PageAck(CaseId(case_id)), Empty)

    # --- within ---

    async def _say(self, name: str, payload: Payload) -> DeskView:
        self._calls += 1
        number = self._calls
        view = await self._engine.call(name, payload, DeskView)
        # The answer to an earlier call is older news.
        if number > self._answered:
            self._answered = number
            self._take(view, number)
        return view

    def _take(self, view: DeskView, number: int) -> None:
        before, self._view = self._view, view
        self._offers.listed(view.offers, number)
        if before is None or _as_shown(before) != _as_shown(view):
            self._changed()

    def _changed(self) -> None:
        self._changes += 1
        self._engine.updates.publish(Update(UpdateKind.DESK))

    def _on_offer(self, offer: OfferView) -> None:
        self._offers.made(offer, self._calls)
        self._changed()

    def _on_rescinded(self, over: OfferRescinded) -> None:
        self._offers.over(over.offer)
        self._changed()
        self._watch.look()

    def _on_changed(self, changed: DeskChanged) -> None:
        self._told += 1
        self._news.append((self._told, DeskNotice(changed.what, changed.case)))
        self._changed()
        self._watch.look()

    async def _round(self) -> float | None:
        if not self._is_watching:
            return None
        await self._say("desk.mine", DeskMine())
        return LOOK_SECONDS if self._is_there() else None

    async def _beat(self) -> None:
        if self._is_there():
            await self._engine.call("duty.beat", wire.DutyBeat(), Empty)

    def _is_there(self) -> bool:
        """Whether there is a duty or a case that this device shows."""
        view = self._view
        if not self._is_watching or view is None:
            return False
        return view.duty is not DutyStatus.OFF or bool(view.cases)

    def _room_of(self, case: DeskCase) -> str:
        """The conversation of a case, if this device is in it; else empty."""
        room = self._engine.rooms.get(case.conversation or "")
        return room.id if room is not None and room.is_followed else ""


def _as_shown(view: DeskView) -> DeskView:
    """The view without what is different in every answer."""
    offers = tuple(msgspec.structs.replace(offer, now=0) for offer in view.offers)
    return msgspec.structs.replace(view, now=0, offers=offers)
