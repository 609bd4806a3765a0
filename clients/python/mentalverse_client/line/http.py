"""The account part of the protocol: registering and signing in, over HTTPS."""

from __future__ import annotations

from typing import TypeVar

import aiohttp
import msgspec

from mentalverse_crypto.ciphersuite import SignatureKeyPair, sign
from mentalverse_signaling.account_api import (
    Challenge,
    ChallengeRequest,
    InviteRedeem,
    InviteRedeemed,
    ServerInfo,
    SignedIn,
    SignIn,
    sign_in_message,
)
from mentalverse_signaling.crisis_events import CrisisOpen, CrisisOpened
from mentalverse_signaling.device_api import (
    CredentialRenew,
    CredentialRenewed,
    DeviceListView,
    DevicesPublish,
    DevicesPublished,
)
from mentalverse_signaling.envelope import PROTOCOL_VERSION, unwrap
from mentalverse_signaling.errors import Internal
from mentalverse_signaling.events import Empty, Fact, Payload
from mentalverse_signaling.guest_api import (
    GuestBegin,
    GuestBegun,
    GuestFind,
    GuestPlace,
    GuestReturn,
    GuestWords,
)
from mentalverse_signaling.ids import AccountId, DeviceId
from mentalverse_signaling.recovery_api import ReportReceived, ReportSend

from ..errors import NotConnected, UntrustedServer
from .session import HttpSession, read_at_most

REQUEST_TIMEOUT_SECONDS = 15
MAX_ANSWER_BYTES = 64 * 1024
"""An answer longer than this is not one of ours."""

_F = TypeVar("_F", bound=Fact)


class AccountApi(HttpSession):
    """One server's account endpoints."""

    def __init__(self, server_url: str) -> None:
        super().__init__(
            server_url, aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS)
        )

    async def server(self) -> ServerInfo:
        """What the server says of itself.

        Raises:
            UntrustedServer: it speaks another protocol version.
        """
        info = await self._request("GET", "/server", None, ServerInfo)
        if info.protocol != PROTOCOL_VERSION:
            raise UntrustedServer("the server speaks another protocol version")
        return info

    async def redeem(self, request: InviteRedeem) -> InviteRedeemed:
        """Create the account; the same request may be repeated."""
        return await self._request("POST", "/invites/redeem", request, InviteRedeemed)

    async def begin_guest(self, request: GuestBegin) -> GuestBegun:
        """Make a guest; the same request may be repeated."""
        return await self._request("POST", "/guests", request, GuestBegun)

    async def keep_place(self, token: str, request: GuestWords) -> None:
        """Keep a guest's sealed place for who has its words."""
        await self._request("PUT", "/guests/words", request, Empty, token)

    async def find_place(self, lookup: bytes) -> GuestPlace:
        """The sealed place of five words."""
        return await self._request(
            "POST", "/guests/find", GuestFind(lookup), GuestPlace
        )

    async def return_guest(self, request: GuestReturn) -> GuestBegun:
        """Come back as a guest with a new device; the same request may be repeated."""
        return await self._request("POST", "/guests/return", request, GuestBegun)

    async def open_case(
        self, request: CrisisOpen, token: str | None = None
    ) -> CrisisOpened:
        """Ask for help; the same request may be repeated."""
        return await self._request(
            "POST", "/crisis/cases", request, CrisisOpened, token
        )

    async def sign_in(
        self, server: str, device: DeviceId, key: SignatureKeyPair
    ) -> SignedIn:
        """Answer a challenge with the device's key."""
        challenge = await self._request(
            "POST", "/sign-in/challenge", ChallengeRequest(device), Challenge
        )
        text = sign_in_message(server, challenge.challenge, device, challenge.nonce)
        answer = SignIn(challenge.challenge, sign(key, text))
        return await self._request("POST", "/sign-in", answer, SignedIn)

    async def device_list(self, account: AccountId) -> DeviceListView:
        """The newest device list of an account; nothing is verified."""
        path = f"/accounts/{account}/devices"
        return await self._request("GET", path, None, DeviceListView)

    async def publish_devices(self, request: DevicesPublish) -> DevicesPublished:
        """Put an account's next device list in force; may be repeated."""
        return await self._request("POST", "/devices", request, DevicesPublished)

    async def renew_credential(self, token: str, credential: bytes) -> bytes:
        """The server's signature under a later credential of this device."""
        renewed = await self._request(
            "POST",
            "/devices/renew",
            CredentialRenew(credential),
            CredentialRenewed,
            token,
        )
        return renewed.credential

    async def send_report(self, token: str, request: ReportSend) -> ReportReceived:
        """Report messages; the same report may be repeated."""
        return await self._request("POST", "/reports", request, ReportReceived, token)

    async def _request(
        self,
        method: str,
        path: str,
        payload: Payload | None,
        answer: type[_F],
        token: str | None = None,
    ) -> _F:
        body = None if payload is None else msgspec.json.encode(payload)
        headers = {"Content-Type": "application/json"} if body else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            async with self._session.request(
                method, self._base + path, data=body, headers=headers
            ) as response:
                return await read_answer(response, answer)
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NotConnected("the server cannot be reached") from None


async def read_answer(response: aiohttp.ClientResponse, answer: type[_F]) -> _F:
    """The answer in its type.

    Raises:
        SignalingError: the server refused; `Internal` for what is no answer.
    """
    body = await read_at_most(response, MAX_ANSWER_BYTES)
    if body is None:
        raise Internal("the server's answer is not of this protocol")
    return _answer(response.status, body, answer)


def _answer(status: int, data: bytes, answer: type[_F]) -> _F:
    try:
        if status >= 400:
            unwrap(msgspec.json.decode(data))
        return msgspec.json.decode(data, type=answer)
    except (msgspec.MsgspecError, ValueError):
        raise Internal("the server's answer is not of this protocol") from None
