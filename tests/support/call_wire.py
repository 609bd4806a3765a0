"""Calls of a real server, over real sockets: people who join, wait, lead and leave.

The server runs in this process with a clock that the test moves. Conversations have
the framing of real ones; what is sealed is nobody's business here, nor the server's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from mentalverse_crypto.framing import ContentType
from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from mentalverse_server.owner_files import write_file
from mentalverse_signaling.call_events import CallView
from mentalverse_signaling.ids import AccountId, new_id
from mentalverse_signaling.roles import Role
from mentalverse_signaling.roster_events import CallJoined, Roster
from mentalverse_signaling.session_events import SessionView
from support.account_api import Api
from support.clock import ManualClock
from support.crisis_wire import PING_TIMEOUT_SECONDS, Line, Talk
from support.deterministic import seeded_rng
from support.mls_frames import private_message, welcome
from support.transport import WAIT_SECONDS

SMALL_CIRCLE = {
    "id": "small_circle",
    "minutes": 30,
    "min_participants": 2,
    "max_participants": 3,
    "staff_seats": 2,
    "is_led": True,
    "has_waiting_room": True,
    "needs_agreement": True,
    "phases": [
        {"phase": "open", "minutes": 5},
        {"phase": "check_in", "minutes": 10},
        {"phase": "closing", "minutes": 15},
    ],
}
"""A circle that needs no engine, since five voices do without."""
OPEN_CIRCLE = {
    "id": "open_circle",
    "min_participants": 2,
    "max_participants": 3,
    "staff_seats": 2,
    "is_led": True,
}
"""The same without a waiting room."""


@dataclass
class Caller:
    """Somebody in a call, or about to be: a line, and what they hold there."""

    line: Line
    call: str
    conn_id: str
    token: str = ""
    joined: CallJoined | None = None

    @property
    def account(self) -> AccountId:
        return self.line.account

    @property
    def device(self) -> str:
        return self.line.caller.device.device

    async def ask(self, event: str, **fields: Any) -> Any:
        """One command about this call."""
        return await self.line.call(event, call=self.call, **fields)

    async def join(self, agreed: str | None = None, **fields: Any) -> CallJoined:
        """Join, or join again with the same connection."""
        joined: CallJoined = await self.ask(
            "call.join",
            conn_id=self.conn_id,
            caps={"e2ee": True},
            agreement_hash=agreed,
            **fields,
        )
        self.joined = joined
        if joined.seat is not None:
            self.token = joined.seat.resume_token
        return joined

    async def resume(self, line: Line) -> CallJoined:
        """Go on with the same seat on another socket."""
        self.line = line
        resumed: CallJoined = await self.ask("call.resume", resume_token=self.token)
        return resumed

    async def roster(self) -> Roster:
        """The call as this seat sees it."""
        roster: Roster = await self.ask("roster.fetch")
        return roster

    async def told(self, event: str) -> dict[str, Any]:
        """The next notice of this name about this call."""
        while True:
            payload = await self.line.told(event)
            if payload["call"] == self.call:
                return payload


@dataclass
class CallWire:
    """A server that carries calls, and ways to come to it; made by `call_wire`."""

    api: Api
    clock: ManualClock
    rng: Any = field(default_factory=lambda: seeded_rng(11))
    agreed: str = ""
    """Hash of the text that people agree to."""

    def id(self) -> str:
        return new_id(self.rng)

    # --- people and conversations ---

    async def member(self, handle: str, *roles: Role) -> Line:
        """Somebody with an account and these roles."""
        return await self._line(handle, await self.api.newcomer(handle, *roles))

    async def guest(self) -> Line:
        """Somebody without an account."""
        return await self._line("", await self.api.guest())

    async def again(self, line: Line) -> Line:
        """The same device, with another socket."""
        return await self._line(line.handle, line.caller)

    async def _line(self, handle: str, caller: Any) -> Line:
        socket = await self.api.socket(caller.token)
        return Line(handle, caller.device.account, caller, socket)

    async def talk(
        self, kind: str, founder: Line, *others: Line, staff: tuple[Line, ...] = ()
    ) -> Talk:
        """A conversation of these; `staff` of the others take a staff seat."""
        talk = Talk(self.id(), self.id())
        await founder.call(
            "conversation.create", conversation=talk.id, group=talk.group, kind=kind
        )
        if others:
            await self.commit(founder, talk, adds=others, staff=staff)
        return talk

    async def commit(
        self,
        by: Line,
        talk: Talk,
        *,
        adds: tuple[Line, ...] = (),
        removes: tuple[Line, ...] = (),
        staff: tuple[Line, ...] = (),
    ) -> None:
        """A commit that adds and removes these."""
        key = self.id()
        commit = private_message(
            talk.group,
            talk.epoch,
            key,
            ContentType.COMMIT,
            adds=[line.leaf for line in adds],
            removes=[line.leaf for line in removes],
        )
        await by.call(
            "group.commit",
            conversation=talk.id,
            client_id=key,
            commit=commit,
            welcome=welcome(len(adds)) if adds else None,
            staff=[line.account for line in staff],
        )
        talk.epoch += 1

    # --- calls ---

    async def start(self, by: Line, talk: Talk, **fields: Any) -> CallView:
        """Open a call."""
        view: CallView = await by.call(
            "call.start", conversation=talk.id, media="video", **fields
        )
        return view

    def caller(self, line: Line, view: CallView) -> Caller:
        """Somebody who has not joined yet."""
        return Caller(line, view.call, self.id())

    async def planned(
        self, by: Line, talk: Talk, kind: str, **fields: Any
    ) -> SessionView:
        """A session that begins now."""
        now_ms = round(self.clock.now().timestamp() * 1000)
        view: SessionView = await by.call(
            "session.plan",
            request=self.id(),
            conversation=talk.id,
            kind=kind,
            starts_at=now_ms,
            **fields,
        )
        return view

    async def pair(self) -> tuple[Caller, Caller]:
        """Two who are in a call with each other."""
        ada, ben = await self.member("ada"), await self.member("ben")
        view = await self.start(ada, await self.talk("direct", ada, ben))
        one, other = self.caller(ada, view), self.caller(ben, view)
        await one.join()
        await other.join()
        return one, other

    async def circle(
        self, kind: str = "small_circle", people: int = 3
    ) -> tuple[Talk, Caller, list[Caller]]:
        """A circle whose facilitator is in the call; the others have yet to come."""
        lead = await self.member("lead")
        others = [await self.member(f"person-{n}") for n in range(people)]
        talk = await self.talk("circle", lead, *others)
        session = await self.planned(lead, talk, kind)
        view = await self.start(lead, talk, session=session.session)
        facilitator = self.caller(lead, view)
        await facilitator.join(self.agreed)
        return talk, facilitator, [self.caller(one, view) for one in others]


def relay(folder: Path) -> dict[str, Any]:
    """Settings of a server that names a relay."""
    secret = folder / "secret"
    secret.write_text("s" * 40)
    secret.chmod(0o400)
    return {
        "turn.urls": ["turn:turn.example.org:3478?transport=udp"],
        "turn.secret_file": secret,
    }


@asynccontextmanager
async def call_wire(
    folder: Path,
    clock: ManualClock | None = None,
    settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[CallWire]:
    """A server that carries calls, in this process; with the clock of the one before,
    a start of the same server again."""
    kinds = folder / "kinds.json"
    write_file(kinds, msgspec.json.encode([SMALL_CIRCLE, OPEN_CIRCLE]))
    flags = {
        "server.port": 0,
        "metrics.port": 0,
        "server.data_dir": folder / "data",
        "calls.kinds_file": kinds,
        "media.engine": "off",
        "transport.ping_timeout_seconds": PING_TIMEOUT_SECONDS,
        **(settings or {}),
    }
    clock = clock or ManualClock()
    config = load_config(None, {}, flags).config
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        wire = CallWire(Api(server, clock, http), clock)
        wire.agreed = server.calls.agreements.hashes[0]
        yield wire


async def until(holds: Any, seconds: float = WAIT_SECONDS) -> Any:
    """What an awaitable maker gives, once it is true."""
    async with asyncio.timeout(seconds):
        while not (found := await holds()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found
