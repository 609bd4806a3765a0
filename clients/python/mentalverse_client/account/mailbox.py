"""The mailbox on the server through which two devices of one account find each other.

See `mentalverse_signaling.recovery_api`: slots are written once, and a GET waits for
its slot to be filled. Nobody trusts what is in them (`mentalverse_crypto.pairing`).
"""

from __future__ import annotations

import asyncio
import time

import aiohttp

from mentalverse_signaling.errors import Fault, SignalingError
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import MailboxId
from mentalverse_signaling.recovery_api import MAX_SLOT_BYTES

from ..errors import NotConnected, PairingFailed
from ..line.connection import backoff_seconds
from ..line.http import read_answer
from ..line.session import HttpSession, read_at_most

LIFETIME_SECONDS = 600.0
"""How long the server keeps a mailbox: who waits longer waits in vain."""
EMPTY_PAUSE_SECONDS = 1.0
"""After an empty slot. The server has waited before it says so; one that has not must
not be asked without end."""
_OCTETS = "application/octet-stream"
_TIMEOUT = aiohttp.ClientTimeout(total=45, sock_connect=15)
"""The server lets a GET wait for twenty seconds."""


class Mailbox(HttpSession):
    """One mailbox, for as long as it lasts."""

    def __init__(self, server_url: str, mailbox: MailboxId) -> None:
        super().__init__(server_url, _TIMEOUT)
        self._slots = f"{self._base}/pairing/{mailbox}"
        self._ends_at = time.monotonic() + LIFETIME_SECONDS

    async def put(self, slot: int, octets: bytes) -> None:
        """Fill a slot; tried again while the server cannot be reached.

        Raises:
            PairingFailed: ten minutes are over.
            Conflict: somebody filled it before, with other octets.
        """
        await self._persist("PUT", slot, octets)

    async def get(self, slot: int) -> bytes:
        """What the other device left in a slot, once it is there.

        Raises:
            PairingFailed: it did not come within ten minutes.
        """
        return await self._persist("GET", slot, None)

    async def _persist(self, method: str, slot: int, octets: bytes | None) -> bytes:
        failures = 0
        while (left := self._ends_at - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    found = await self._once(method, slot, octets)
                if found is not None:
                    return found
                failures = 0
                pause = EMPTY_PAUSE_SECONDS
            except TimeoutError:
                break
            except NotConnected:
                pause = backoff_seconds(failures)
                failures += 1
            except SignalingError as error:
                if error.fault is not Fault.SERVER:
                    raise
                pause = backoff_seconds(failures, error.retry_after_ms)
                failures += 1
            await asyncio.sleep(min(pause, max(left, 0)))
        raise PairingFailed("the other device did not answer within ten minutes")

    async def _once(self, method: str, slot: int, octets: bytes | None) -> bytes | None:
        """What was found; None if the slot is empty, b"" for what was put."""
        headers = {} if octets is None else {"Content-Type": _OCTETS}
        try:
            async with self._session.request(
                method, f"{self._slots}/{slot}", data=octets, headers=headers
            ) as response:
                if response.status == 204:
                    return None
                if octets is not None or response.status != 200:
                    await read_answer(response, Empty)
                    return b""
                found = await read_at_most(response, MAX_SLOT_BYTES)
                if found is None:
                    raise PairingFailed("the server's answer is not of this protocol")
                return found
        except TimeoutError:
            raise NotConnected("the server did not answer in time") from None
        except (aiohttp.ClientError, OSError):
            raise NotConnected("the server cannot be reached") from None
