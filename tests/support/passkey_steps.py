"""What somebody does who is asked for a passkey."""

from __future__ import annotations

import msgspec

from mentalverse_signaling.passkey_api import (
    PasskeyOptions,
    PasskeyRegister,
    PasskeyUse,
    PasskeyView,
    Verified,
)
from support.account_api import Api
from support.authenticator import Passkey
from support.crisis_wire import Line


async def uses_passkey(api: Api, line: Line) -> Passkey:
    """Makes one, as a new supervisor does, and uses it."""
    caller = line.caller
    await api.prove(caller)
    begin = f"{api.server.url}/api/v1/passkeys/begin"
    async with api.http.post(begin, headers=caller.bearer) as answer:
        begun = msgspec.json.decode(await answer.read(), type=PasskeyOptions)
    passkey = Passkey(api.server.public_url)
    made = PasskeyRegister(begun.ceremony, "phone", passkey.create(begun.options))
    await api.call("/passkeys", made, PasskeyView, **caller.bearer)
    await uses_again(api, line, passkey)
    return passkey


async def uses_again(api: Api, line: Line, passkey: Passkey) -> None:
    """Uses the one that was made."""
    async with api.http.post(f"{api.server.url}/api/v1/passkeys/use") as answer:
        begun = msgspec.json.decode(await answer.read(), type=PasskeyOptions)
    use = PasskeyUse(begun.ceremony, passkey.get(begun.options))
    await api.call("/passkeys/verify", use, Verified, **line.caller.bearer)
