"""The crisis desk of a real server, over real sockets: whoever asks, whoever answers.

The server runs in this process with a clock that the test moves. Conversations have
the framing of real ones; what is in them is nobody's business here, nor the server's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec

from mentalverse_crypto.framing import ContentType
from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from mentalverse_signaling.board_events import BoardCase, BoardView
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.crisis_events import CaseMineView, CaseView
from mentalverse_signaling.desk_events import DeskCase, DeskView, OfferView
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.errors import DeadlineExceeded
from mentalverse_signaling.events import COMMANDS
from mentalverse_signaling.ids import AccountId, new_id
from mentalverse_signaling.roles import Role
from support.account_api import Api, Caller
from support.clock import ManualClock
from support.deterministic import seeded_rng
from support.mls_frames import private_message, welcome
from support.transport import WAIT_SECONDS, RawSocket

PING_TIMEOUT_SECONDS = 7 * 86_400
F = TypeVar("F")


@dataclass
class Line:
    """One device of somebody, with a live socket."""

    handle: str
    account: AccountId
    caller: Caller
    socket: RawSocket

    @property
    def leaf(self) -> Leaf:
        return self.account, self.caller.device.device

    async def call(self, event: str, /, **fields: Any) -> Any:
        """The typed answer of one call, or its error raised.

        Asked once more, as every client does, where a machine that stood still for
        seconds let the call's deadline pass.
        """
        try:
            data = unwrap(await self.socket.call(event, fields))
        except DeadlineExceeded:
            data = unwrap(await self.socket.call(event, fields))
        return msgspec.convert(data, COMMANDS[event].answer, strict=False)

    async def told(self, event: str) -> dict[str, Any]:
        """The next push of this name, among those that nobody has read yet."""
        pushed = self.socket.pushed
        while True:
            for packet in pushed:
                if packet["data"][0] == event:
                    pushed.remove(packet)
                    return packet["data"][1]  # type: ignore[no-any-return]
            pushed.append(await self.socket.packet())

    async def hears(self, event: str, what: str) -> None:
        """Reads up to a hint that says this."""
        while (await self.told(event))["what"] != what:
            pass

    async def hangs_up(self) -> None:
        await self.socket.ws.close()

    # --- who asks ---

    async def asks(self, band: int = 2, **fields: Any) -> CaseView:
        """`case.open`."""
        request = fields.pop("request", "a" * 32)
        return _case(await self.call("case.open", request=request, band=band, **fields))

    async def case(self) -> CaseView:
        """`case.mine` of somebody who has one."""
        return _case(await self.call("case.mine"))

    # --- who answers ---

    async def desk(self) -> DeskView:
        """`desk.mine`."""
        view = await self.call("desk.mine")
        assert isinstance(view, DeskView)
        return view

    async def own(self, case: str) -> DeskCase:
        """One of the cases on one's desk."""
        return next(one for one in (await self.desk()).cases if one.case == case)

    async def offered(self) -> OfferView:
        """The next offer, from the notice alone."""
        return msgspec.convert(await self.told("case.offered"), OfferView, strict=False)

    async def accepts(self, offer: OfferView) -> DeskView:
        view = await self.call("case.accept", case=offer.case, offer=offer.offer)
        assert isinstance(view, DeskView)
        return view

    async def board(self) -> BoardView:
        """`desk.board`."""
        view = await self.call("desk.board")
        assert isinstance(view, BoardView)
        return view

    async def sees(self, case: str) -> BoardCase:
        """A case on the board."""
        return next(one for one in (await self.board()).cases if one.case == case)


def _case(answer: CaseMineView) -> CaseView:
    assert answer.case is not None
    return answer.case


@dataclass
class Talk:
    """A conversation as its members know it."""

    id: str
    group: str
    epoch: int = 0


@dataclass
class Wire:
    """A server with a desk, and a way to come to it; made by `crisis_wire`."""

    api: Api
    clock: ManualClock
    rng: Any = field(default_factory=lambda: seeded_rng(9))
    lines: list[Line] = field(default_factory=list)

    async def person(self) -> Line:
        """Somebody without an account."""
        return await self._line("", await self.api.guest())

    async def member(self, handle: str, *roles: Role) -> Line:
        """Somebody with an account and these roles."""
        return await self._line(handle, await self.api.newcomer(handle, *roles))

    async def responder(self, handle: str, *more: Role) -> Line:
        """Somebody who answers, on duty and there; who came first is asked first."""
        line = await self.member(handle, Role.RESPONDER, *more)
        self.clock.advance(1)
        await line.call("duty.start")
        return line

    async def supervisor(self, handle: str) -> Line:
        """Somebody who looks at the board, and is not on duty."""
        return await self.member(handle, Role.SUPERVISOR)

    async def again(self, line: Line) -> Line:
        """The same device, with another socket."""
        return await self._line(line.handle, line.caller)

    async def _line(self, handle: str, caller: Caller) -> Line:
        socket = await self.api.socket(caller.token)
        line = Line(handle, caller.device.account, caller, socket)
        self.lines.append(line)
        return line

    # --- the conversation of a case ---

    async def talks(self, person: Line, responder: Line, case: str) -> Talk:
        """The person's device lets the holder in, who says the first words."""
        talk = Talk(new_id(self.rng), new_id(self.rng))
        await person.call(
            "conversation.create", conversation=talk.id, group=talk.group, kind="crisis"
        )
        await person.call("case.attach", conversation=talk.id)
        await self.lets_in(person, talk, responder)
        await self.says(responder, talk)
        await self.until(responder, case, lambda one: one.status == "active")
        return talk

    async def lets_in(self, person: Line, talk: Talk, who: Line) -> None:
        """A commit by the person's device that adds somebody's."""
        key = new_id(self.rng)
        commit = private_message(
            talk.group, talk.epoch, key, ContentType.COMMIT, adds=[who.leaf]
        )
        await person.call(
            "group.commit",
            conversation=talk.id,
            client_id=key,
            commit=commit,
            welcome=welcome(1),
            group_info=b"group info",
        )
        talk.epoch += 1

    async def says(self, line: Line, talk: Talk) -> None:
        """One message, which nobody here can read."""
        key = new_id(self.rng)
        payload = private_message(talk.group, talk.epoch, key, ContentType.APPLICATION)
        await line.call(
            "message.send", conversation=talk.id, client_id=key, payload=payload
        )

    async def until(
        self, line: Line, case: str, holds: Callable[[DeskCase], object]
    ) -> DeskCase:
        """The case on a responder's desk once something is true of it."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not holds(found := await line.own(case)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found

    async def until_board(
        self, line: Line, holds: Callable[[BoardView], object]
    ) -> BoardView:
        """The board once something is true of it; it is made anew each second."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not holds(found := await line.board()):  # noqa: ASYNC110
                self.clock.advance(1)
                await asyncio.sleep(0.01)
        return found

    async def beats(self, *lines: Line) -> None:
        """15 s pass, and these devices say that they are there."""
        self.clock.advance(15)
        for line in lines:
            await line.call("duty.beat" if line.handle else "case.beat")


@asynccontextmanager
async def crisis_wire(
    folder: Path,
    mode: str = "demo",
    clock: ManualClock | None = None,
    settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[Wire]:
    """A server with a desk in this process; with the clock of the one before, a start
    of the same server again. `settings` go before what is set here."""
    flags = {
        "server.port": 0,
        "metrics.port": 0,
        "server.data_dir": folder / "data",
        "crisis.mode": mode,
        # It would fly after a true minute, by a clock that stands still.
        "crisis.canary_seconds": 0,
        # The clock jumps by hours, and nobody's socket is to end by it.
        "transport.ping_timeout_seconds": PING_TIMEOUT_SECONDS,
        **(settings or {}),
    }
    clock = clock or ManualClock()
    config = load_config(None, {}, flags).config
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        yield Wire(Api(server, clock, http), clock)
