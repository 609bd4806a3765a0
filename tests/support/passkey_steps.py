"""What somebody does who is asked for a passkey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import msgspec

from mentalverse_client import Client
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.passkey_api import (
    PasskeyOptions,
    PasskeyRegister,
    PasskeyUse,
    PasskeyView,
    Verified,
)
from support.account_api import Api, Caller
from support.authenticator import Passkey
from support.devices import DeviceKeys


class SignedIn(Protocol):
    """Somebody at one of their sign-ins."""

    @property
    def caller(self) -> Caller:
        """The device, and the token that it was given."""


@dataclass(frozen=True, slots=True)
class AtClient:
    """Somebody at the sign-in that a client of theirs keeps in its profile."""

    caller: Caller


async def at(client: Client) -> AtClient:
    """Whoever uses this client."""
    profile = client._engine.device.profile
    keys = DeviceKeys(
        AccountId(client.account),
        profile.identity.device,
        profile.account_key,
        profile.device_key,
    )
    return AtClient(Caller(keys, await client._engine.token(fresh=False)))


async def uses_passkey(api: Api, who: SignedIn) -> Passkey:
    """Makes one, as a new supervisor does, and uses it."""
    caller = who.caller
    await api.prove(caller)
    begin = f"{api.server.url}/api/v1/passkeys/begin"
    async with api.http.post(begin, headers=caller.bearer) as answer:
        begun = msgspec.json.decode(await answer.read(), type=PasskeyOptions)
    passkey = Passkey(api.server.public_url)
    made = PasskeyRegister(begun.ceremony, "phone", passkey.create(begun.options))
    await api.call("/passkeys", made, PasskeyView, **caller.bearer)
    await uses_again(api, who, passkey)
    return passkey


async def uses_again(api: Api, who: SignedIn, passkey: Passkey) -> None:
    """Uses the one that was made."""
    async with api.http.post(f"{api.server.url}/api/v1/passkeys/use") as answer:
        begun = msgspec.json.decode(await answer.read(), type=PasskeyOptions)
    use = PasskeyUse(begun.ceremony, passkey.get(begun.options))
    await api.call("/passkeys/verify", use, Verified, **who.caller.bearer)
