"""One's own account over HTTPS: proof, export, deletion (`account_export`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import BinaryIO, TypeVar

import aiohttp
import msgspec

from mentalverse_crypto.ciphersuite import SignatureKeyPair, sign
from mentalverse_signaling.account_api import Challenge, ChallengeRequest
from mentalverse_signaling.errors import DeviceProofRequired, Internal
from mentalverse_signaling.events import Empty, Fact, Payload
from mentalverse_signaling.ids import DeviceId
from mentalverse_signaling.passkey_api import Verified
from mentalverse_signaling.proof_api import ProofGive, proof_message

from ..errors import NotConnected
from .http import read_answer
from .session import HttpSession

_TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=15, sock_read=60)
_END = b'"complete":true}'
_F = TypeVar("_F", bound=Fact)
_T = TypeVar("_T")


class OwnAccountApi(HttpSession):
    """One server's endpoints, as one device asks them.

    What needs a fresh proof is asked first and proven if the server says so: a call
    that is repeated after its answer was lost then finds that it is done.
    """

    def __init__(
        self, server_url: str, server: str, device: DeviceId, key: SignatureKeyPair
    ) -> None:
        """`server`: the id of the installation; `key`: the device's own."""
        super().__init__(server_url, _TIMEOUT)
        self._server = server
        self._device = device
        self._key = key

    async def delete(self, token: str) -> None:
        """Delete the account.

        Raises:
            PasskeyRequired: this has to be done where the passkey is.
        """
        await self._proven(token, lambda: self._ask("DELETE", "/account", token, Empty))

    async def export(self, token: str, file: BinaryIO) -> None:
        """Write the export to a file, from its begin.

        Raises:
            PasskeyRequired: this has to be done where the passkey is.
            Internal: what came is not whole.
        """
        await self._proven(token, lambda: self._download(token, file))

    async def _proven(self, token: str, act: Callable[[], Awaitable[_T]]) -> _T:
        try:
            return await act()
        except DeviceProofRequired:
            await self._prove(token)
            return await act()

    async def _prove(self, token: str) -> None:
        challenge = await self._ask(
            "POST",
            "/sign-in/challenge",
            token,
            Challenge,
            ChallengeRequest(self._device),
        )
        text = proof_message(
            self._server, challenge.challenge, self._device, challenge.nonce
        )
        given = ProofGive(challenge.challenge, sign(self._key, text))
        await self._ask("POST", "/proof", token, Verified, given)

    async def _download(self, token: str, file: BinaryIO) -> None:
        url, headers = f"{self._base}/account/export", _bearer(token)
        file.seek(0)
        file.truncate()
        last = b""
        try:
            async with self._session.get(url, headers=headers) as response:
                if response.status >= 400:
                    await read_answer(response, Empty)
                async for piece in response.content.iter_any():
                    file.write(piece)
                    last = (last + piece)[-len(_END) :]
        except (aiohttp.ClientError, TimeoutError):
            raise NotConnected("the export was cut off") from None
        if last != _END:
            raise Internal("the export is not whole")

    async def _ask(
        self,
        method: str,
        path: str,
        token: str,
        answer: type[_F],
        payload: Payload | None = None,
    ) -> _F:
        body = None if payload is None else msgspec.json.encode(payload)
        headers = _bearer(token)
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                method, self._base + path, data=body, headers=headers
            ) as response:
                return await read_answer(response, answer)
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NotConnected("the server cannot be reached") from None


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
