"""One's own account as a whole, whatever device one is at."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mentalverse_signaling.events import Empty, Fact, Payload, SignInRevokeAll

_F = TypeVar("_F", bound=Fact)


class Call(Protocol):
    """One call of the server."""

    async def __call__(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Engine.call`."""


class OwnAccount:
    """What `client.own_account` offers."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def sign_out_others(self) -> None:
        """End every sign-in of the account but this device's; again is fine.

        Their connections close at once. A device can sign in again by its own key: one
        that is lost has to be revoked (`client.devices.revoke`).

        Raises:
            NotConnected: needed to ask.
        """
        await self._call("sign_in.revoke_all", SignInRevokeAll(), Empty)
