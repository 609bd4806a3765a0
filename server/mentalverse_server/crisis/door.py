"""Asking for help in one call, by whoever it is, in whatever state the server is.

The desk's own words (`persons`) are for who is signed in. Somebody in a crisis may have
no account, a sign-in that is over, or a page that was never here before. So this door
asks for nothing: a known token says who it is, else the guest that comes with the call
is made, else the request itself stands for somebody whom nobody can write to, but whom
a responder sees.

While the database is away, what was asked for is kept beside it (`Spool`), and answered
as such; `take` is what the spool does with it later. All of it may happen twice: the
same guest is made once, and the same request opens the same case.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final, Protocol

import msgspec
import structlog

from mentalverse_signaling.crisis_events import (
    CaseMineView,
    CaseOpen,
    CaseView,
    CrisisOpen,
    CrisisOpened,
    Taken,
)
from mentalverse_signaling.errors import (
    DeadlineExceeded,
    Fault,
    SignalingError,
    Unavailable,
)
from mentalverse_signaling.ids import AccountId

from ..services.guests import Guests
from ..services.identity import Identity
from ..store.desk_time import DeskTime
from ..store.writer import WriterLane
from .person import Persons

MAX_AT_ONCE: Final = 64
"""Requests that are worked on; more wait for these."""
PATIENCE_SECONDS: Final = 4.0
"""For a turn and for the database, before a request is kept beside it: a database that
hangs holds up those who have a turn, and nobody who waits for one any longer."""

log = structlog.get_logger()


class Knock(msgspec.Struct, frozen=True):
    """A request for help as it came. Holds tokens: show it to nobody."""

    body: CrisisOpen
    token: str
    """Of the bearer; empty: none."""
    is_clustered: bool
    at_ms: int
    """When it came, by the server's clock."""
    account: str = ""
    """Who asks, where a live connection says so; empty: `token` or a guest does."""


class Spool(Protocol):
    """Keeps requests while the database is away."""

    async def keep(self, entry: Knock) -> None:
        """Durable when this returns; the same request again is kept once."""
        ...

    def since_ms(self, entry: Knock) -> int | None:
        """When the same request was first kept, if it still is."""
        ...


class Door:
    """Lets everybody in who asks for help."""

    def __init__(
        self,
        persons: Persons,
        guests: Guests,
        identity: Identity,
        time: DeskTime,
        spool: Spool | None = None,
    ) -> None:
        self._persons = persons
        self._guests = guests
        self._identity = identity
        self._time = time
        self._spool = spool
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def open(self, body: CrisisOpen, token: str, address: str) -> CrisisOpened:
        """Open the case of whoever this is, or keep what they asked for.

        Whatever is the server's fault is no reason to lose it: such an error is raised
        only if it cannot be kept either. `BadRequest` or `Conflict` for a guest that
        cannot be made.
        """
        who = token or (body.guest.account if body.guest is not None else "")
        is_clustered = self._persons.is_clustered(address, who, body.case)
        return await self._open(Knock(body, token, is_clustered, self._time.own_ms()))

    async def open_as(
        self, account: AccountId, address: str, request: CaseOpen
    ) -> CaseMineView:
        """The same for somebody whose connection says who they are."""
        is_clustered = self._persons.is_clustered(address, account, request)
        body, now_ms = CrisisOpen(request), self._time.own_ms()
        opened = await self._open(Knock(body, "", is_clustered, now_ms, account))
        if opened.taken is Taken.STORED and opened.case is None:
            raise Unavailable("it is stored, and cannot be shown now")
        return CaseMineView(opened.case, opened.taken is Taken.SPOOLED)

    async def _open(self, knock: Knock) -> CrisisOpened:
        kept_ms = None if self._spool is None else self._spool.since_ms(knock)
        if kept_ms is not None:  # whoever asks again has waited all the same
            knock = msgspec.structs.replace(knock, at_ms=kept_ms)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._turns:
                return await self.take(knock)
        except (SignalingError, TimeoutError) as error:
            told = _as_told(error)
            if self._spool is None or told.fault is not Fault.SERVER:
                raise told from None
            await self._spool.keep(knock)
            log.warning("crisis.spooled")
            return CrisisOpened(taken=Taken.SPOOLED)

    async def take(self, knock: Knock) -> CrisisOpened:
        """Open the case of a request, which may have waited; durable when it returns.

        Raises `Unavailable`, and `BadRequest` or `Conflict` as above.
        """
        body = knock.body
        known = None
        if knock.token:
            known = await self._identity.recognise(knock.token)
        guest = None
        if knock.account:
            person, is_trusted = knock.account, True
        elif known is not None:
            person, is_trusted = str(known.account), True
        elif body.guest is not None:
            guest = await self._guests.begin(body.guest, WriterLane.CRISIS)
            # A sign-in that nobody knows may be anybody's; help comes as soon.
            person = guest.account
            is_trusted = knock.token in ("", body.guest.token)
        else:
            person, is_trusted = stands_for(body.case.request), False
        case = await self._persons.store(
            person,
            body.case,
            is_trusted=is_trusted,
            is_clustered=knock.is_clustered,
            came_ms=knock.at_ms,
        )
        return CrisisOpened(Taken.STORED, guest, await self._view(case))

    async def _view(self, case: str) -> CaseView | None:
        """How it stands, unless that cannot be said now: the case is there already."""
        try:
            return await self._persons.view(case)
        except SignalingError:
            return None


def stands_for(request: str) -> str:
    """What stands for somebody of whom nothing but a request is known."""
    return hashlib.sha256(f"nobody:{request}".encode()).hexdigest()[:32]


def _as_told(error: Exception) -> SignalingError:
    if isinstance(error, SignalingError):
        return error
    return DeadlineExceeded("no answer in time; it may still happen")
