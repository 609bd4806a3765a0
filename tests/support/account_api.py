"""The account API of a server in this process, for tests of it and beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import msgspec

from mentalverse_server.app import Server
from mentalverse_server.operator import create_invite
from mentalverse_signaling.envelope import unwrap
from support.clock import ManualClock

T = TypeVar("T")


@dataclass(frozen=True)
class Api:
    """The account API of a running server, errors raised as exceptions."""

    server: Server
    clock: ManualClock
    http: aiohttp.ClientSession

    def invite(self, lifetime_hours: float | None = None) -> str:
        return create_invite(
            self.server.config, lifetime_hours=lifetime_hours, clock=self.clock
        )

    async def call(self, path: str, body: object, answer: type[T], **headers: str) -> T:
        async with self.http.post(
            f"{self.server.url}/api/v1{path}",
            data=msgspec.json.encode(body),
            headers={"Content-Type": "application/json", **headers},
        ) as response:
            data = await response.read()
            if response.status >= 400:
                unwrap(msgspec.json.decode(data))
            return msgspec.json.decode(data, type=answer)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(self.server.url + path) as response:
            return response.status, await response.json()
