"""Asking for help, from the tap on: `client.help`.

    await client.help.ask(language="en")
    talk = client.help.conversation
    await talk.send("I do not know what to do")     # read by whoever comes first
    async for change in client.help.changes():
        print(change.case.status, [each.handle for each in change.case.helpers])

A tap is durable, with the conversation that belongs to it, before the server hears of
it. From then on a task of the client does the rest: it asks until the server has the
request, follows the case, lets in who helps and puts out who does not any more, and
tells the desk that this device is there. All of it goes on where it was when the
client is opened again after a crash.

What is written while nobody is there who could read it waits in the outbox and goes
out to whoever comes, in the first epoch in which they are in the group. Nobody who
comes can read what was sent before.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.crisis_events import (
    MAX_TAP_AGE_MS,
    BandSetBy,
    CaseAttach,
    CaseBeat,
    CaseChanged,
    CaseChannel,
    CaseLeave,
    CaseMine,
    CaseMineView,
    CaseNews,
    CaseOpen,
    CaseRaise,
    CaseResume,
    CaseStatus,
    CaseView,
    CrisisOpen,
)
from mentalverse_signaling.errors import Fault, NotFound, NotNow, SignalingError
from mentalverse_signaling.events import Empty, Payload
from mentalverse_signaling.ids import ClientId, ConversationId, new_id
from mentalverse_signaling.supervisor_events import DrillStart

from ..conversation import Conversation
from ..engine import Engine
from ..errors import NotConnected, UnknownConversation
from ..groups import opening
from ..groups.room import Room
from ..line.http import AccountApi
from ..store.help_request import HelpRequest, load_request, new_request, save_request
from ..store.vault import Transaction
from ..updates import Update, UpdateKind
from .company import AGAIN_SECONDS, Company
from .helpers import TALKING, goes_on, is_followed_up
from .location import Whereabouts
from .watch import Watch

WAITING_LOOK_SECONDS = 5.0
TALKING_LOOK_SECONDS = 10.0
RETURN_SECONDS = 20.0
"""How long the conversation of a case may take to come to this device."""
MOST_NEWS = 100


@dataclass(frozen=True, slots=True)
class CaseChange:
    """How a case stands, and what happened since the change before."""

    case: CaseView
    news: tuple[CaseNews, ...]
    """Hints, for words; one may be missing."""


class Help:
    """One's own request for help. Get it from the client.

    There is at most one case that goes on. Calls that say how it goes on need a
    connection and are not kept: `NotConnected` means that they may have been heard.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._device = engine.device
        self._vault = engine.device.profile.vault
        self._request = load_request(self._vault)
        self._case: CaseView | None = None
        self._calls = 0
        self._answered = 0
        """The last call of which the answer was taken over."""
        self._changes = 0
        self._news: deque[tuple[int, CaseNews]] = deque(maxlen=MOST_NEWS)
        self._told = 0
        self._is_told = False
        """Whether there are news that no look has followed yet."""
        self._company = Company(engine)
        self.location = Whereabouts(engine, lambda: self._case, self._room)
        """Where the person is, sealed."""
        self._missing_since: float | None = None
        self._watch = Watch(engine, self._round, self._beat)
        engine.connection.listen(CaseChanged, self._on_change)
        if self._request is not None and self._request.conversation is None:
            self._begin(self._request)

    # --- looking ---

    @property
    def case(self) -> CaseView | None:
        """The case as the server last said; None: it has said nothing of one yet."""
        return self._case

    @property
    def is_asking(self) -> bool:
        """Whether there is a request that goes on, or waits to be heard."""
        return self._request is not None and not self._request.is_over

    @property
    def conversation(self) -> Conversation | None:
        """The conversation of the last request; it is there before anybody comes."""
        room = self._room()
        return None if room is None else Conversation(self._engine, room)

    async def changes(self) -> AsyncGenerator[CaseChange, None]:
        """How the case stands now, if that is known, and then each time it changes.

        Changes that come while the program works on one are told together.
        """
        seen = heard = 0
        while True:
            coming = self._engine.updates.next()
            if self._case is not None and self._changes > seen:
                news = tuple(what for number, what in self._news if number > heard)
                seen, heard = self._changes, self._told
                yield CaseChange(self._case, news)
                continue
            self._engine.updates.require_running()
            await coming.wait()

    async def look(self) -> CaseView | None:
        """Ask the server how it stands; None: this account never asked for help.

        Raises:
            NotConnected, SignalingError.
        """
        return await self._say("case.mine", CaseMine())

    # --- asking ---

    async def ask(
        self,
        *,
        band: int | None = None,
        set_by: BandSetBy = BandSetBy.SELF,
        language: str = "",
        region: str = "",
        needs: Iterable[str] = (),
        channel: CaseChannel = CaseChannel.TEXT,
        is_minor: bool = False,
    ) -> CaseView | None:
        """Ask for help. While a case goes on, that is the one asked for again.

        Durable, and asked in the background, for a day at most, until the server has
        it. Returns once the server has it; None: it is kept there, while its
        database is away, and `changes` tells what follows.

        Args:
            band: From 0, now, to 4, support; None: not said.
            set_by: Whether the person or answers on the device proposed it.
            language: BCP 47; empty: not said.
            region: ISO 3166-1 alpha-2; empty: not said.
            needs: Skills that would help.
            channel: How the person would like to talk.
            is_minor: Whether somebody cleared for minors is to come.

        Raises:
            NotConnected: it will be asked as soon as the server can be reached.
            NotFound: this server has no crisis desk.
            SignalingError.
        """
        asked = new_request(
            self._device.now_ms(),
            self._device.rng,
            band=band,
            set_by=set_by,
            language=language,
            region=region,
            needs=tuple(needs),
            channel=channel,
            is_minor=is_minor,
        )
        before = self._request
        if before is None or before.is_over:
            self._forget()
            self._begin(asked)
        else:
            known = {
                "request": before.request,
                "conversation": before.conversation,
                "case": before.case,
            }
            self._note(msgspec.structs.replace(asked, **known))
        try:
            return await self._open(self._require_request())
        finally:
            self._watch.look()

    async def drill(self, band: int) -> CaseView:
        """Ask for help as an exercise, as a supervisor. `leave` ends it.

        Raises:
            NotNow: a request of one's own goes on.
            Forbidden: this account is no supervisor.
            NotConnected, NotFound, SignalingError.
        """
        if self.is_asking:
            raise NotNow("a request of your own goes on")
        asked = new_request(self._device.now_ms(), self._device.rng, band=band)
        number = self._number()
        started = DrillStart(asked.request, band)
        case = (await self._engine.call("drill.start", started, CaseMineView)).case
        assert case is not None  # noqa: S101 - the server's answer to every drill
        self._forget()
        self._begin(msgspec.structs.replace(asked, is_heard=True, case=case.case))
        self._take(case, number)
        self._watch.look()
        return case

    async def raise_band(
        self, band: int | None = None, set_by: BandSetBy = BandSetBy.SELF
    ) -> CaseView | None:
        """It is getting worse; without a band, one more urgent than it is.

        Raises:
            NotConnected, NotFound, SignalingError.
        """
        return await self._say("case.raise", CaseRaise(band=band, set_by=set_by))

    async def leave(self) -> CaseView | None:
        """Leave the queue, or end the conversation.

        Raises:
            NotConnected, NotFound, NotNow, SignalingError.
        """
        return await self._say("case.leave", CaseLeave())

    async def resume(self) -> CaseView | None:
        """Take the place again that was left.

        Raises:
            NotNow: it is not kept any more: `ask` opens another.
            NotConnected, NotFound, SignalingError.
        """
        return await self._say("case.resume", CaseResume())

    async def run(self) -> None:
        """See to all of it, until cancelled."""
        await self._watch.run()

    # --- the request ---

    def _begin(self, asked: HelpRequest) -> None:
        """Store a request together with a conversation made for it."""

        def note(write: Transaction, conversation: ConversationId) -> None:
            nonlocal asked
            asked = msgspec.structs.replace(asked, conversation=conversation)
            save_request(write, asked)

        room, _ = opening.create(self._device, ConversationKind.CRISIS, (), beside=note)
        self._request = asked
        self._company = Company(self._engine)
        self._engine.adopt(room)

    def _forget(self) -> None:
        """What was heard is about a case that is over."""
        self._case, self._missing_since = None, None

    def _begin_anew(self, asked: HelpRequest) -> None:
        """The same tap, for another case than the one that is over."""
        self._forget()
        self._begin(
            msgspec.structs.replace(
                asked,
                request=ClientId(new_id(self._device.rng)),
                is_heard=False,
                case=None,
                is_over=False,
            )
        )

    def _note(self, request: HelpRequest) -> None:
        if request != self._request:
            with self._vault.transaction() as write:
                save_request(write, request)
            self._request = request

    async def _open(self, asked: HelpRequest) -> CaseView | None:
        """Ask once; what the server made of it."""
        case = await self._open_once(asked)
        if case is None:
            return None
        if case.status is CaseStatus.ABANDONED and goes_on(case):
            with suppress(NotNow):
                return await self.resume()
        elif goes_on(case) or asked.case is None:
            return case
        self._begin_anew(asked)
        return await self._open_once(self._require_request())

    async def _open_once(self, asked: HelpRequest) -> CaseView | None:
        """By the connection if it takes it, else by a call of its own."""
        payload, number = asked.opening(self._device.now_ms()), self._number()
        try:
            case = await self._open_anyhow(payload)
        except NotFound:
            # Nobody answers on this server: it is not asked again by itself.
            self._note(msgspec.structs.replace(self._require_request(), is_over=True))
            raise
        known = self._require_request()
        # A place that was left has not been taken again yet.
        is_open = case is not None and case.status is not CaseStatus.ABANDONED
        if case is not None and is_open and known.request == asked.request:
            self._note(msgspec.structs.replace(known, is_heard=True, case=case.case))
        self._take(case, number)
        return case

    async def _open_anyhow(self, payload: CaseOpen) -> CaseView | None:
        """A call of its own is kept also while the server's database is away."""
        try:
            return (await self._engine.call("case.open", payload, CaseMineView)).case
        except SignalingError as error:
            if error.fault is not Fault.SERVER:
                raise
        except NotConnected:
            pass
        async with AccountApi(self._device.profile.identity.server_url) as api:
            token = await self._engine.token(fresh=False)
            return (await api.open_case(CrisisOpen(payload), token)).case

    def _require_request(self) -> HelpRequest:
        if self._request is None:
            raise UnknownConversation("nobody asked for help here")
        return self._request

    # --- following it ---

    async def _say(self, name: str, payload: Payload) -> CaseView | None:
        case = await self._ask(name, payload)
        self._watch.look()
        return case

    async def _ask(self, name: str, payload: Payload) -> CaseView | None:
        number = self._number()
        case = (await self._engine.call(name, payload, CaseMineView)).case
        self._take(case, number)
        return case

    def _number(self) -> int:
        """Of a call: an answer to an earlier one is older news."""
        self._calls += 1
        return self._calls

    def _take(self, case: CaseView | None, number: int) -> None:
        """Take over what the server says, unless a later call was answered.

        What it says of an earlier case is nothing about a request that it has not.
        """
        if case is None or number < self._answered:
            return
        known = self._request or HelpRequest(
            request=ClientId(new_id(self._device.rng)),
            tapped_at_ms=case.opened_at,
            is_heard=True,
            case=case.case,
        )
        if not known.is_heard and known.case != case.case:
            return
        before, self._answered = self._case, number
        self._case = case
        is_over = not goes_on(case)
        known = msgspec.structs.replace(known, is_followed_up=is_followed_up(case))
        self._note(msgspec.structs.replace(known, case=case.case, is_over=is_over))
        if is_over:
            self._company.let_go(self._room())
            self.location.forget()
        if before is None or _as_shown(before) != _as_shown(case) or self._is_told:
            self._is_told = False
            self._changes += 1
            self._engine.updates.publish(Update(UpdateKind.HELP))
        if case.status in TALKING and (before is None or before.status not in TALKING):
            self._watch.beat()

    def _on_change(self, changed: CaseChanged) -> None:
        self._told += 1
        self._news.append((self._told, changed.what))
        self._is_told = True
        self._watch.look()

    async def _beat(self) -> None:
        if self._case is not None and self._case.status in TALKING:
            await self._engine.call("case.beat", CaseBeat(), Empty)

    async def _round(self) -> float | None:
        """One look, and what follows from it; seconds until the next."""
        asked = self._request
        if asked is None or (asked.is_settled and not self._is_told):
            return None
        if not asked.is_heard:
            if self._device.now_ms() - asked.tapped_at_ms > MAX_TAP_AGE_MS:
                # Whoever needed it then is asked, not taken to need it still.
                self._note(msgspec.structs.replace(asked, is_over=True))
                return None
            await self._open(asked)
        else:
            await self._ask("case.mine", CaseMine())
        case = self._case
        if case is not None and not self.is_asking and is_followed_up(case):
            return await self._company.keep_after(case, self._room())
        if case is None or not self.is_asking:
            return WAITING_LOOK_SECONDS if self.is_asking else None
        pause = TALKING_LOOK_SECONDS if case.helpers else WAITING_LOOK_SECONDS
        room = await self._attached(case)
        if room is None:
            return AGAIN_SECONDS
        again = await self._company.keep(case, room)
        self.location.tell(case, room)
        return min(pause, again or pause)

    # --- the conversation ---

    def _room(self) -> Room | None:
        """The conversation that the case has, or the one that was made for it."""
        named = None if self._case is None else self._case.conversation
        found = [self._engine.rooms.get(named or ""), self._ours()]
        rooms = [room for room in found if room is not None]
        followed = [room for room in rooms if room.is_followed]
        return next(iter([*followed, *rooms]), None)

    def _ours(self) -> Room | None:
        """The conversation that was made for the request."""
        made = None if self._request is None else self._request.conversation
        return self._engine.rooms.get(made or "")

    async def _attached(self, case: CaseView) -> Room | None:
        """The conversation of the case, once it is this device's; None: not yet.

        Raises:
            NotConnected, SignalingError.
        """
        room = self._room()
        found = None if room is None else room.id
        # It may have been made elsewhere. If it never comes, its keys are gone.
        if case.conversation not in (None, found) and not self._is_overdue():
            return None
        if room is None or not room.is_followed:
            self._begin(self._require_request())
            self._carry_over(room)
            return None
        self._carry_over(self._ours())
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_SECONDS):
                await self._engine.until(lambda: room.is_made)
        if not room.is_made:
            return None
        self._missing_since = None
        if case.conversation != room.id:
            await self._ask("case.attach", CaseAttach(room.id))
        return room

    def _carry_over(self, before: Room | None) -> None:
        """Let what waits in another conversation be read in that of the case."""
        room = self._room()
        if before is None or room is None or before is room:
            return
        if before.waits_for_somebody or not before.is_followed:
            before.hand_on(room)
            self._engine.adopt(room)

    def _is_overdue(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self._missing_since is None:
            self._missing_since = now
        return now - self._missing_since > RETURN_SECONDS


def _as_shown(case: CaseView) -> CaseView:
    """The case without what is different in every answer."""
    return msgspec.structs.replace(case, now=0)
