"""One's own account as a whole, whatever device one is at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from mentalverse_signaling.events import Empty, Fact, Payload, SignInRevokeAll

from .account.device import Device
from .line.attempts import persist
from .line.connection import TokenSource
from .line.own_account_api import OwnAccountApi

_F = TypeVar("_F", bound=Fact)


class Call(Protocol):
    """One call of the server."""

    async def __call__(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Engine.call`."""


class OwnAccount:
    """What `client.own_account` offers."""

    def __init__(self, device: Device, token: TokenSource, call: Call) -> None:
        self._device = device
        self._token = token
        self._call = call

    async def sign_out_others(self) -> None:
        """End every sign-in of the account but this device's; again is fine.

        Their connections close at once. A device can sign in again by its own key: one
        that is lost has to be revoked (`client.devices.revoke`).

        Raises:
            NotConnected: needed to ask.
        """
        await self._call("sign_in.revoke_all", SignInRevokeAll(), Empty)

    async def export(self, path: str | Path) -> None:
        """Write everything that the server keeps about the account to a new JSON file.

        It holds no message: the server can read none. Only this user can read the file.

        Raises:
            FileExistsError: nothing is written over.
            PasskeyRequired: the account has a passkey, or its role needs one. It counts
                for the browser it is used in: export there.
            NotConnected, SignalingError: nothing is left of the file.
        """
        with _new_file(Path(path)) as file:
            async with self._api() as api:

                async def attempt(token: str) -> None:
                    await api.export(token, file)

                await persist(attempt, lambda: 0, self._token)

    async def delete(self) -> None:
        """Delete the account for good, with all that the server keeps for it.

        Its conversations go on without it; what was sent in them stays with those to
        whom it was sent. Its handle is nobody's for 180 days. This device's folder
        stays and is of no use any more.

        Raises:
            PasskeyRequired: as for `export`.
            NotConnected: not known whether it was deleted; the same call again is fine.
            SignalingError: the server refuses.
        """
        async with self._api() as api:
            await persist(api.delete, lambda: 0, self._token)

    def _api(self) -> OwnAccountApi:
        profile = self._device.profile
        identity = profile.identity
        return OwnAccountApi(
            identity.server_url, identity.server, identity.device, profile.device_key
        )


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that was not there, on the disk when this ends; gone if it ends badly."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
