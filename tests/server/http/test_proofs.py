"""Fresh proof over real HTTP: what a stolen token is not enough for."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from mentalverse_server import roster
from mentalverse_server.services.proofs import check_proof
from mentalverse_server.transport.connections import Principal
from mentalverse_signaling.account_api import SignedIn
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.errors import (
    DeviceProofRequired,
    PasskeyRequired,
    Unauthorised,
)
from mentalverse_signaling.ids import SignInId
from mentalverse_signaling.passkey_api import (
    PasskeyOptions,
    PasskeyRegister,
    PasskeyUse,
    PasskeyView,
    Verified,
)
from mentalverse_signaling.proof_api import Act
from mentalverse_signaling.roles import STAFF, Role
from support.account_api import Api, Caller
from support.authenticator import Passkey
from support.devices import new_device


@pytest.fixture
async def ada(api: Api) -> Caller:
    return await api.newcomer("ada")


async def _begin_passkey(api: Api, caller: Caller) -> PasskeyOptions:
    url = f"{api.server.url}/api/v1/passkeys/begin"
    async with api.http.post(url, headers=caller.bearer) as answer:
        content = await answer.read()
        if answer.status >= 400:
            assert answer.status == 403
            unwrap(msgspec.json.decode(content))
        return msgspec.json.decode(content, type=PasskeyOptions)


async def _with_passkey(api: Api, caller: Caller) -> Passkey:
    """The caller's first passkey."""
    await api.prove(caller)
    begun = await _begin_passkey(api, caller)
    passkey = Passkey(api.server.public_url)
    made = PasskeyRegister(begun.ceremony, "phone", passkey.create(begun.options))
    await api.call("/passkeys", made, PasskeyView, **caller.bearer)
    return passkey


async def _verify(api: Api, caller: Caller, passkey: Passkey) -> None:
    async with api.http.post(f"{api.server.url}/api/v1/passkeys/use") as answer:
        begun = msgspec.json.decode(await answer.read(), type=PasskeyOptions)
    use = PasskeyUse(begun.ceremony, passkey.get(begun.options))
    await api.call("/passkeys/verify", use, Verified, **caller.bearer)


async def _check(api: Api, caller: Caller, act: Act) -> None:
    """Raise what keeps the caller from the act, by the server's own rule."""
    principal = await api.server.identity.authenticate(caller.token)

    await api.server.database.read(check_proof, principal, act, api.clock.now())


async def test_a_device_proves_for_five_minutes_that_it_asks(
    api: Api, ada: Caller
) -> None:
    """For the sign-in that asked; another of the same device has to prove it anew."""
    with pytest.raises(DeviceProofRequired, match="sign a challenge"):
        await _begin_passkey(api, ada)
    verified = await api.prove(ada)
    assert verified.until == api.clock.now().timestamp() * 1000 + 5 * 60_000
    await _begin_passkey(api, ada)
    with pytest.raises(DeviceProofRequired):
        await _begin_passkey(api, await api.sign_in(ada.device))
    api.clock.advance(5 * 60)
    with pytest.raises(DeviceProofRequired):
        await _begin_passkey(api, ada)


async def test_a_challenge_proves_once_for_its_device_and_in_time(
    api: Api, ada: Caller
) -> None:
    """Nor does the signature of a sign-in prove anything, or the other way round."""
    ben = await api.newcomer("ben")
    server, challenge = await api.challenge(ada.device)
    wrong = [
        (ada, ada.device.answer(server, challenge)),
        (ben, ada.device.prove(server, (await api.challenge(ada.device))[1])),
        (ada, ada.device.prove("0" * 32, (await api.challenge(ada.device))[1])),
        (ada, new_device().prove(server, (await api.challenge(ada.device))[1])),
    ]
    for caller, body in wrong:
        with pytest.raises(Unauthorised):
            await api.call("/proof", body, Verified, **caller.bearer)
    server, challenge = await api.challenge(ada.device)
    with pytest.raises(Unauthorised):
        body = ada.device.prove(server, challenge)
        await api.call("/sign-in", body, SignedIn)
    server, challenge = await api.challenge(ada.device)
    body = ada.device.prove(server, challenge)
    await api.call("/proof", body, Verified, **ada.bearer)
    with pytest.raises(Unauthorised):
        await api.call("/proof", body, Verified, **ada.bearer)
    late = ada.device.prove(server, (await api.challenge(ada.device))[1])
    api.clock.advance(5 * 60)
    with pytest.raises(Unauthorised):
        await api.call("/proof", late, Verified, **ada.bearer)


async def test_with_a_passkey_it_is_the_passkey_that_counts(
    api: Api, ada: Caller
) -> None:
    """A device that lies open proves nothing then; the passkey does, for each act."""
    passkey = await _with_passkey(api, ada)
    await api.prove(ada)
    for act in Act:
        with pytest.raises(PasskeyRequired, match="use your passkey"):
            await _check(api, ada, act)
    await _verify(api, ada, passkey)
    for act in Act:
        await _check(api, ada, act)
    api.clock.advance(5 * 60)
    with pytest.raises(PasskeyRequired):
        await _check(api, ada, Act.EXPORT)


@pytest.mark.parametrize("role", Role)
async def test_staff_need_a_passkey_for_what_weighs_most(api: Api, role: Role) -> None:
    """Export, roles, policy. Leaving and making the first passkey they can without."""
    caller = await api.newcomer("caller", role)
    await api.prove(caller)
    for act in Act:
        weighs_most = act in (
            Act.EXPORT,
            Act.ROLES,
            Act.POLICY,
            Act.CREDENTIALS,
            Act.REWARDS,
            Act.WEBHOOKS,
        )
        if role in STAFF and weighs_most:
            with pytest.raises(PasskeyRequired, match="make one first"):
                await _check(api, caller, act)
        else:
            await _check(api, caller, act)
    await _verify(api, caller, await _with_passkey(api, caller))
    for act in Act:
        await _check(api, caller, act)


async def test_every_role_but_that_of_a_mentee_is_staff() -> None:
    assert set(Role) - STAFF == {Role.MENTEE}


async def test_a_role_that_comes_meanwhile_counts_at_once(
    api: Api, ada: Caller
) -> None:
    await api.prove(ada)
    await _check(api, ada, Act.EXPORT)
    roster.grant(api.server.config, "ada", Role.MENTOR)
    with pytest.raises(PasskeyRequired):
        await _check(api, ada, Act.EXPORT)


async def test_a_sign_in_that_has_ended_proves_nothing(api: Api, ada: Caller) -> None:
    await api.prove(ada)
    principal = await api.server.identity.authenticate(ada.token)
    await api.server.identity.revoke(principal, principal.sign_in)
    for gone in (principal, replace(principal, sign_in=SignInId("0" * 32))):
        with pytest.raises(Unauthorised):
            await _checked(api, gone)


async def _checked(api: Api, principal: Principal) -> None:
    await api.server.database.read(check_proof, principal, Act.EXPORT, api.clock.now())
