"""The account API over real HTTP: invitations, challenges, sign-ins."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from mentalverse_crypto.credential import DeviceCredential, verify
from mentalverse_crypto.device_list import sign_first
from mentalverse_server.store import accounts
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.account_api import (
    Challenge,
    ChallengeRequest,
    InviteRedeemed,
    ServerInfo,
    SignedIn,
    SignIn,
)
from mentalverse_signaling.envelope import PROTOCOL_VERSION
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    Unauthorised,
)
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import id_bytes, new_id
from support.account_api import Api
from support.devices import DeviceKeys, new_device, next_list


async def _server_info(api: Api) -> ServerInfo:
    _, body = await api.get("/api/v1/server")
    return msgspec.convert(body, ServerInfo, strict=False)


async def _registered(api: Api, handle: str = "ada") -> DeviceKeys:
    device = new_device()
    request = device.redeem(api.invite(), handle, api.clock.now())
    await api.call("/invites/redeem", request, InviteRedeemed)
    return device


async def _challenge(api: Api, device: DeviceKeys) -> Challenge:
    return await api.call(
        "/sign-in/challenge", ChallengeRequest(device.device), Challenge
    )


async def _signed_in(api: Api, device: DeviceKeys) -> SignedIn:
    info = await _server_info(api)
    answer = device.answer(info.server, await _challenge(api, device))
    return await api.call("/sign-in", answer, SignedIn)


async def test_the_server_says_who_it_is(api: Api) -> None:
    info = await _server_info(api)

    assert info.protocol == PROTOCOL_VERSION
    assert len(info.server) == len(info.generation) == 32
    assert info.as_keys and all(len(key) == 32 for key in info.as_keys.values())
    assert len(info.log_pub) == 32


async def test_a_redeemed_credential_verifies_under_the_published_keys(
    api: Api,
) -> None:
    device = new_device()
    request = device.redeem(api.invite(), "ada", api.clock.now())

    redeemed = await api.call("/invites/redeem", request, InviteRedeemed)

    keys = {bytes.fromhex(k): v for k, v in (await _server_info(api)).as_keys.items()}
    credential = DeviceCredential.decode(redeemed.credential)
    verify(credential, device.device_key.public, keys, api.clock.now())
    assert (redeemed.account, redeemed.device) == (device.account, device.device)


async def test_a_used_invitation_answers_only_the_device_it_made(api: Api) -> None:
    code, device = api.invite(), new_device()
    await api.call(
        "/invites/redeem", device.redeem(code, "ada", api.clock.now()), InviteRedeemed
    )
    impostors = [
        replace(device, device_key=new_device().device_key),
        replace(device, account_key=new_device().account_key),
        replace(device, device=new_device().device),
        replace(device, account=new_device().account),
    ]

    for impostor in impostors:
        request = impostor.redeem(code, "ada", api.clock.now())
        with pytest.raises(Conflict):
            await api.call("/invites/redeem", request, InviteRedeemed)
    with pytest.raises(Conflict):
        request = device.redeem(code, "another-handle", api.clock.now())
        await api.call("/invites/redeem", request, InviteRedeemed)


async def test_a_revoked_device_neither_signs_in_nor_stays_signed_in(api: Api) -> None:
    device = await _registered(api)
    signed_in = await _signed_in(api, device)

    def revoke(transaction: Transaction) -> None:
        accounts.revoke_device(transaction.connection, device.device, transaction.now)

    await api.server.writer.run(revoke, lane=WriterLane.OTHER)

    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(signed_in.token)
    with pytest.raises(Unauthorised):
        await _signed_in(api, device)


async def test_redeeming_again_gives_the_same_answer(api: Api) -> None:
    device = new_device()
    request = device.redeem(api.invite(), "ada", api.clock.now())

    answers = await asyncio.gather(
        *(api.call("/invites/redeem", request, InviteRedeemed) for _ in range(8))
    )

    assert len(set(answers)) == 1


async def test_an_invitation_is_good_for_one_account(api: Api) -> None:
    code = api.invite()
    requests = [
        new_device().redeem(code, f"person-{n}", api.clock.now()) for n in range(8)
    ]

    outcomes = await asyncio.gather(
        *(api.call("/invites/redeem", r, InviteRedeemed) for r in requests),
        return_exceptions=True,
    )

    assert sum(isinstance(o, InviteRedeemed) for o in outcomes) == 1
    assert sum(isinstance(o, Conflict) for o in outcomes) == 7


async def test_a_handle_belongs_to_one_account_and_the_refused_invite_stays_good(
    api: Api,
) -> None:
    await _registered(api, "ada")
    code, late = api.invite(), new_device()

    with pytest.raises(Conflict):
        await api.call(
            "/invites/redeem", late.redeem(code, "ada", api.clock.now()), InviteRedeemed
        )

    request = late.redeem(code, "grace", api.clock.now())
    assert await api.call("/invites/redeem", request, InviteRedeemed)


async def test_unknown_and_old_invitations_are_refused_alike(api: Api) -> None:
    code = api.invite(lifetime_hours=1)
    api.clock.advance(3601)
    device = new_device()

    for dead in (code, "AAAAA-AAAAA-AAAAA-AAAAA"):
        with pytest.raises(NotFound):
            await api.call(
                "/invites/redeem",
                device.redeem(dead, "ada", api.clock.now()),
                InviteRedeemed,
            )


async def test_a_credential_of_another_device_is_refused(api: Api) -> None:
    device, other = new_device(), new_device()
    request = device.redeem(api.invite(), "ada", api.clock.now())
    strangers = [
        msgspec.structs.replace(request, credential=other.credential(api.clock.now())),
        msgspec.structs.replace(request, device=other.device),
        msgspec.structs.replace(request, account=other.account),
        msgspec.structs.replace(request, signature_pub=other.device_key.public),
        msgspec.structs.replace(request, account_pub=other.account_key.public),
        msgspec.structs.replace(request, credential=b"\x01" * 200),
    ]

    for stranger in strangers:
        with pytest.raises(BadRequest):
            await api.call("/invites/redeem", stranger, InviteRedeemed)


async def test_an_account_begins_with_a_list_of_this_device_alone(api: Api) -> None:
    device, other, now = new_device(), new_device(), api.clock.now()
    request = device.redeem(api.invite(), "ada", now)
    first, sibling = device.first_list(now), device.sibling()
    wrong = [
        other.first_list(now),
        sibling.first_list(now),
        replace(device, account_key=other.account_key).first_list(now),
        replace(device, device_key=other.device_key).first_list(now),
        next_list(first, device.account_key),
        sign_first(
            device.account_key,
            id_bytes(device.account),
            [device.listed(now), sibling.listed(now)],
        ),
    ]

    for encoded in (b"none", *(each.encode() for each in wrong)):
        with pytest.raises(BadRequest):
            await api.call(
                "/invites/redeem",
                msgspec.structs.replace(request, device_list=encoded),
                InviteRedeemed,
            )
    await api.call("/invites/redeem", request, InviteRedeemed)


async def test_a_used_invitation_does_not_answer_to_another_list(api: Api) -> None:
    device, now = new_device(), api.clock.now()
    request = device.redeem(api.invite(), "ada", now)
    await api.call("/invites/redeem", request, InviteRedeemed)
    other = device.first_list(now - timedelta(seconds=1))

    with pytest.raises(Conflict):
        await api.call(
            "/invites/redeem",
            msgspec.structs.replace(request, device_list=other.encode()),
            InviteRedeemed,
        )


async def test_a_device_signs_in_with_its_key_and_signs_out(api: Api) -> None:
    device = await _registered(api)
    signed_in = await _signed_in(api, device)

    principal = await api.server.identity.authenticate(signed_in.token)
    assert (principal.account, principal.device) == (device.account, device.device)

    bearer = {"Authorization": f"Bearer {signed_in.token}"}
    await api.call("/sign-out", None, Empty, **bearer)
    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(signed_in.token)
    with pytest.raises(Unauthorised):
        await api.call("/sign-out", None, Empty, **bearer)


async def test_a_challenge_signs_in_once_however_many_try(api: Api) -> None:
    device = await _registered(api)
    info = await _server_info(api)
    answer = device.answer(info.server, await _challenge(api, device))

    outcomes = await asyncio.gather(
        *(api.call("/sign-in", answer, SignedIn) for _ in range(8)),
        return_exceptions=True,
    )

    assert sum(isinstance(o, SignedIn) for o in outcomes) == 1
    assert sum(isinstance(o, Unauthorised) for o in outcomes) == 7


async def test_a_challenge_is_over_after_five_minutes(api: Api) -> None:
    device = await _registered(api)
    info = await _server_info(api)
    answer = device.answer(info.server, await _challenge(api, device))
    api.clock.advance(301)

    with pytest.raises(Unauthorised):
        await api.call("/sign-in", answer, SignedIn)


async def test_a_wrong_signature_costs_the_challenge(api: Api) -> None:
    device = await _registered(api)
    info = await _server_info(api)
    right = device.answer(info.server, await _challenge(api, device))
    wrong = SignIn(right.challenge, secrets.token_bytes(64))

    for answer in (wrong, right):
        with pytest.raises(Unauthorised):
            await api.call("/sign-in", answer, SignedIn)


async def test_a_signature_for_another_server_is_of_no_use(api: Api) -> None:
    device = await _registered(api)
    elsewhere = new_id(secrets.token_bytes)
    answer = device.answer(elsewhere, await _challenge(api, device))

    with pytest.raises(Unauthorised):
        await api.call("/sign-in", answer, SignedIn)


async def test_another_device_cannot_sign_the_challenge(api: Api) -> None:
    device, thief = await _registered(api), await _registered(api, "eve")
    info = await _server_info(api)
    challenge = await _challenge(api, device)
    forged = replace(thief, device=device.device).answer(info.server, challenge)

    with pytest.raises(Unauthorised):
        await api.call("/sign-in", forged, SignedIn)


async def test_a_challenge_does_not_tell_whether_the_device_exists(api: Api) -> None:
    info = await _server_info(api)
    known, unknown = await _registered(api), new_device()
    refusals = []

    for device in (known, unknown):
        challenge = await _challenge(api, device)
        wrong = replace(device, device_key=new_device().device_key)
        with pytest.raises(Unauthorised) as refused:
            await api.call("/sign-in", wrong.answer(info.server, challenge), SignedIn)
        refusals.append(refused.value.detail)

    assert refusals[0] == refusals[1]


async def test_a_sign_in_ends_with_its_lifetime(api: Api) -> None:
    signed_in = await _signed_in(api, await _registered(api))
    api.clock.advance(30 * 24 * 3600 - 1)
    await api.server.identity.authenticate(signed_in.token)
    api.clock.advance(1)

    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(signed_in.token)


async def test_a_person_ends_their_own_sign_ins_and_no_others(api: Api) -> None:
    identity = api.server.identity
    device, other = await _registered(api), await _registered(api, "grace")
    first, second = await _signed_in(api, device), await _signed_in(api, device)
    stranger = await identity.authenticate((await _signed_in(api, other)).token)
    principal = await identity.authenticate(second.token)

    with pytest.raises(NotFound):
        await identity.revoke(stranger, first.sign_in)
    await identity.revoke(principal, first.sign_in)
    await identity.revoke(principal, first.sign_in)

    (left,) = (await identity.sign_ins(principal)).sign_ins
    assert left.sign_in == second.sign_in
    assert left.current


async def test_tokens_and_codes_are_not_in_the_database(api: Api) -> None:
    code = api.invite()
    device = new_device()
    await api.call(
        "/invites/redeem", device.redeem(code, "ada", api.clock.now()), InviteRedeemed
    )
    signed_in = await _signed_in(api, device)
    data = api.server.config.server.data_dir

    stored = b"".join(f.read_bytes() for f in data.iterdir() if f.is_file())
    assert b"ada" in stored, "the database was not read"
    for secret in (signed_in.token, code, code.replace("-", "")):
        assert secret.encode() not in stored


async def test_a_newer_token_must_be_of_the_same_device(api: Api) -> None:
    identity = api.server.identity
    device, other = await _registered(api), await _registered(api, "grace")
    old = await identity.authenticate((await _signed_in(api, device)).token)
    api.clock.advance(60)
    newer, foreign = await _signed_in(api, device), await _signed_in(api, other)

    fresh = await identity.reauthenticate(old, newer.token)
    assert fresh.expires_at > old.expires_at
    with pytest.raises(Forbidden):
        await identity.reauthenticate(old, foreign.token)


async def test_signing_out_everywhere_closes_every_other_live_socket_at_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all devices and sign-ins of the account, and of nobody else; this one last.

    By the call, and not by a sweep that finds out: there is none.
    """
    monkeypatch.setattr("mentalverse_server.transport.server.SLOW_SWEEP_SECONDS", 1e9)
    here, ben = await api.newcomer("ada"), await api.newcomer("ben")
    others = [await api.sign_in(here.device) for _ in range(2)]
    mine, his = await api.socket(here.token), await api.socket(ben.token)
    sockets = [await api.socket(other.token) for other in others]
    for _ in range(2):
        assert (await mine.call("sign_in.revoke_all", {}))["ok"] is True
    for socket in sockets:
        assert (await socket.packet())["data"] == [
            "account.signed_out",
            {"reason": "revoked"},
        ]
        assert await socket.close_code() == 1008
    for other in others:
        with pytest.raises(Unauthorised):
            await api.server.identity.authenticate(other.token)
    listed = (await mine.call("sign_in.list", {}))["data"]["sign_ins"]
    assert [each["current"] for each in listed] == [True]
    await mine.send_event("sign_in.revoke_all", {"keep_this": False})
    assert await mine.close_code() == 1008
    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(here.token)
    assert (await his.call("account.me", {}))["ok"] is True
