"""The account API of a server in this process, for tests of it and beside it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import msgspec

from mentalverse_server.app import Server
from mentalverse_server.auth.tokens import new_token
from mentalverse_server.operator import create_invite
from mentalverse_signaling.account_api import (
    Challenge,
    ChallengeRequest,
    InviteRedeemed,
    ServerInfo,
    SignedIn,
)
from mentalverse_signaling.envelope import PROTOCOL_VERSION, unwrap
from mentalverse_signaling.guest_api import GuestBegun
from mentalverse_signaling.passkey_api import Verified
from mentalverse_signaling.roles import Role
from support.clock import ManualClock
from support.devices import DeviceKeys, new_device
from support.transport import RawSocket

T = TypeVar("T")


@dataclass(frozen=True)
class Caller:
    """One signed-in device."""

    device: DeviceKeys
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        """The header that says so."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Api:
    """The account API of a running server, errors raised as exceptions."""

    server: Server
    clock: ManualClock
    http: aiohttp.ClientSession

    def invite(self, *roles: Role, lifetime_hours: float | None = None) -> str:
        return create_invite(
            self.server.config,
            roles or (Role.MENTEE,),
            lifetime_hours=lifetime_hours,
            clock=self.clock,
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

    async def newcomer(self, handle: str, *roles: Role) -> Caller:
        """A new account with one device, signed in."""
        device = new_device()
        request = device.redeem(self.invite(*roles), handle, self.clock.now())
        await self.call("/invites/redeem", request, InviteRedeemed)
        return await self.sign_in(device)

    async def guest(self) -> Caller:
        """Somebody without an account, signed in."""
        device, token = new_device(), new_token(secrets.token_bytes)
        request = device.begin_guest(token, self.clock.now())
        await self.call("/guests", request, GuestBegun)
        return Caller(device, token)

    async def sign_in(self, device: DeviceKeys) -> Caller:
        """A registered device, signed in."""
        server, challenge = await self.challenge(device)
        answer = device.answer(server, challenge)
        signed_in = await self.call("/sign-in", answer, SignedIn)
        return Caller(device, signed_in.token)

    async def prove(self, caller: Caller) -> Verified:
        """A fresh proof by the caller's device."""
        server, challenge = await self.challenge(caller.device)
        body = caller.device.prove(server, challenge)
        return await self.call("/proof", body, Verified, **caller.bearer)

    async def challenge(self, device: DeviceKeys) -> tuple[str, Challenge]:
        """The server's id, and something for a device to sign."""
        _, body = await self.get("/api/v1/server")
        info = msgspec.convert(body, ServerInfo, strict=False)
        asked = ChallengeRequest(device.device)
        return info.server, await self.call("/sign-in/challenge", asked, Challenge)

    async def socket(self, token: str) -> RawSocket:
        """A live connection signed in by `token`."""
        ws = await self.http.ws_connect(
            f"{self.server.url}/socket.io/?EIO=4&transport=websocket"
        )
        raw = RawSocket(ws)
        assert (await ws.receive_str()).startswith("0")
        auth = {"token": token, "protocol": PROTOCOL_VERSION}
        await raw.send_packet({"type": 0, "nsp": "/", "data": auth})
        assert (await raw.packet())["type"] == 0
        return raw
