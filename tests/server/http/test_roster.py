"""Roles, and accounts that an operator closes, on a running server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_server import roster
from mentalverse_server.errors import StartupError
from mentalverse_server.services.ended_sign_ins import LOOK_SECONDS
from mentalverse_server.store import passkeys
from mentalverse_server.store.passkeys import PasskeyRow
from mentalverse_server.store.tables_hooks import outbox, outbox_subjects
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.device_api import DevicesPublish, DevicesPublished
from mentalverse_signaling.errors import Conflict, Forbidden, Unauthorised
from mentalverse_signaling.roles import Role
from support.account_api import Api, Caller
from support.devices import next_list
from support.transport import RawSocket


@pytest.fixture
async def ada(api: Api) -> Caller:
    return await api.newcomer("ada")


@pytest.fixture
async def ben(api: Api) -> Caller:
    return await api.newcomer("ben")


async def _asked(socket: RawSocket, event: str, **payload: Any) -> Any:
    answer = await socket.call(event, payload)
    return answer.get("data", answer)


async def test_an_invitation_carries_its_roles(api: Api) -> None:
    """An account has every role of its invitation, and is told so in one order."""
    ada = await api.newcomer("ada", Role.OPERATOR, Role.MENTOR, Role.MENTOR)
    me = await _asked(await api.socket(ada.token), "account.me")

    assert (me["account"], me["device"]) == (ada.device.account, ada.device.device)
    assert (me["handle"], me["roles"]) == ("ada", ["mentor", "operator"])


async def test_others_see_who_offers_help_and_nothing_else(
    api: Api, ada: Caller, ben: Caller
) -> None:
    """Being a mentee or an operator is told to nobody but the account."""
    for role in Role:
        roster.grant(api.server.config, "ada", role)
    seen = await _asked(await api.socket(ben.token), "account.find", handle="ada")
    own = await _asked(await api.socket(ada.token), "account.me")

    assert seen["roles"] == ["mentor", "facilitator", "responder", "supervisor"]
    assert own["roles"] == [role.value for role in Role]


async def test_a_role_counts_from_the_next_question_on(api: Api, ada: Caller) -> None:
    """Granting twice and revoking what is not there change nothing."""
    config, socket = api.server.config, await api.socket(ada.token)
    for _ in range(2):
        assert roster.grant(config, "ada", Role.RESPONDER) == (
            Role.MENTEE,
            Role.RESPONDER,
        )
    assert (await _asked(socket, "account.me"))["roles"] == ["mentee", "responder"]
    for _ in range(2):
        assert roster.revoke(config, "ada", Role.MENTEE) == (Role.RESPONDER,)
    assert (await _asked(socket, "account.me"))["roles"] == ["responder"]


async def test_a_disabled_account_is_out_everywhere_and_comes_back_whole(
    api: Api, ada: Caller, ben: Caller
) -> None:
    """Its connections close; nothing new is taken of it; enabling undoes all that."""
    config, socket = api.server.config, await api.socket(ada.token)
    other = await api.socket(ben.token)

    roster.disable(config, "ada", api.clock)

    assert await socket.close_code(LOOK_SECONDS + 5) == 1008
    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(ada.token)
    with pytest.raises(Forbidden):
        await api.sign_in(ada.device)
    with pytest.raises(Forbidden):
        await api.call("/devices", _with_a_sibling(api, ada), DevicesPublished)
    assert "error" in await _asked(other, "account.find", handle="ada")
    taken = {"account": ada.device.account, "suites": [1]}
    assert "error" in await _asked(other, "keys.take", **taken)

    roster.enable(config, "ada")

    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(ada.token)
    token = (await api.sign_in(ada.device)).token
    assert (await _asked(await api.socket(token), "account.me"))["handle"] == "ada"
    await api.call("/devices", _with_a_sibling(api, ada), DevicesPublished)


def _with_a_sibling(api: Api, ada: Caller) -> DevicesPublish:
    now, sibling = api.clock.now(), ada.device.sibling()
    listed = next_list(
        ada.device.first_list(now), ada.device.account_key, add=[sibling.listed(now)]
    )
    return DevicesPublish(ada.device.account, listed.encode(), (sibling.added(now),))


async def test_one_account_is_disabled_and_no_other(
    api: Api, ada: Caller, ben: Caller
) -> None:
    """Whoever else is connected stays so."""
    roster.disable(api.server.config, "ada", api.clock)
    config, stays = api.server.config, await api.socket(ben.token)

    assert (await _asked(stays, "account.me"))["handle"] == "ben"
    listed = {
        one.handle: one.disabled_at is not None for one in roster.everybody(config)
    }
    assert listed == {"ada": True, "ben": False}


async def test_what_somebody_may_not_do_for_now_is_told_outside_once(
    api: Api, ada: Caller
) -> None:
    """About them, so that it leaves only where they agreed to that."""
    config, clock, account = api.server.config, api.clock, ada.device.account
    for act in (roster.disable, roster.enable, roster.suspend, roster.reinstate):
        for _ in range(2):
            act(config, "ada", clock)
            clock.advance(1)
    query = (
        select(outbox.c.type, outbox.c.data, outbox_subjects.c.account)
        .join(outbox_subjects, outbox_subjects.c.event == outbox.c.seq)
        .where(outbox.c.type.startswith("account."))
        .order_by(outbox.c.seq)
    )
    stored = await api.server.database.read(lambda x: x.execute(query).all())
    told = [(each.type, json.loads(each.data)["scope"]) for each in stored]
    own = ("sessions", "circles", "duty")
    assert told == [
        ("account.suspended", "everything"),
        ("account.reinstated", "everything"),
        *(("account.suspended", scope) for scope in own),
        *(("account.reinstated", scope) for scope in own),
    ]
    assert {each.account for each in stored} == {account}


async def test_a_handle_or_role_that_is_not_there_is_said_in_one_line(api: Api) -> None:
    """Nothing is made of a typing error."""
    for attempt in (roster.disable, roster.enable, roster.roles_of, roster.erase):
        with pytest.raises(StartupError, match="nobody has this handle"):
            attempt(api.server.config, "nobody")
    with pytest.raises(StartupError, match="a role is one of: mentee, mentor"):
        roster.read_role("king")


async def test_an_erased_account_is_out_within_two_seconds_and_stays_out(
    api: Api, ada: Caller, ben: Caller
) -> None:
    """As if its owner had deleted it, from beside the running server."""
    config, socket = api.server.config, await api.socket(ada.token)
    stays = await api.socket(ben.token)

    roster.erase(config, "ada", api.clock)

    assert await socket.close_code(LOOK_SECONDS + 5) == 1008
    with pytest.raises(Unauthorised):
        await api.sign_in(ada.device)
    with pytest.raises(Conflict):
        await api.newcomer("ada")
    assert (await _asked(stays, "account.me"))["handle"] == "ben"
    assert [one.handle for one in roster.everybody(config)] == ["ben"]


async def test_who_is_disabled_can_still_ask_for_help(api: Api, ada: Caller) -> None:
    """As a guest, which nobody is refused."""
    roster.disable(api.server.config, "ada", api.clock)
    guest = await api.guest()
    me = await _asked(await api.socket(guest.token), "account.me")
    assert me["account"] == guest.device.account


async def test_passkeys_that_are_lost_are_forgotten_and_a_device_proves_again(
    api: Api, ada: Caller
) -> None:
    """Until then nobody without one of them changes or ends the account."""
    passkey = PasskeyRow(
        b"lost", ada.device.account, b"key", 0, "lost", api.clock.now(), None
    )

    def lose(transaction: Transaction) -> None:
        passkeys.add(transaction.connection, passkey)

    await api.server.writer.run(lose, lane=WriterLane.OTHER)
    await api.prove(ada)
    url = f"{api.server.url}/api/v1/passkeys/begin"
    async with api.http.post(url, headers=ada.bearer) as answer:
        assert (await answer.json())["error"]["code"] == "passkey_required"
    assert roster.forget_passkeys(api.server.config, "ada") == 1
    async with api.http.post(url, headers=ada.bearer) as answer:
        assert answer.status == 200
