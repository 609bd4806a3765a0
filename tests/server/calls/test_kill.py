"""A server that is killed keeps every seat, and tokens bring their owners back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from mentalverse_server.clock import SystemClock
from mentalverse_signaling.errors import NoSeat
from mentalverse_signaling.roles import Role
from support.account_api import Api
from support.call_wire import CallWire
from support.server import ServerProcess, start_server


class ProcessApi(Api):
    """The account API of a server in a process of its own."""

    def invite(self, *roles: Role, lifetime_hours: float | None = None) -> str:
        return cast(ServerProcess, self.server).invite(*roles)


@pytest.mark.capability("C04")
async def test_a_server_that_is_killed_keeps_the_seats(tmp_path: Path) -> None:
    with start_server(tmp_path) as server:
        async with aiohttp.ClientSession() as http:
            clock = cast(Any, SystemClock())
            wire = CallWire(ProcessApi(cast(Any, server), clock, http), clock)
            one, other = await wire.pair()
            before = (await other.roster()).members
            await asyncio.to_thread(server.kill9)
            await asyncio.to_thread(server.start)
            line = await wire.again(one.line)
            with pytest.raises(NoSeat):
                await line.call("call.beat", call=one.call)
            resumed = await one.resume(line)
            assert resumed.seat is not None and resumed.roster is not None
            assert [(m.seat_no, m.conn_epoch) for m in resumed.roster.members] == [
                (m.seat_no, m.conn_epoch) for m in before
            ]
            await other.resume(await wire.again(other.line))
            await one.ask("signal.send", to=other.device, pc_gen=1, sealed=b"sealed")
            assert (await other.told("signal.sent"))["sealed"] == b"sealed"
