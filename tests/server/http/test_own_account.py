"""One's own account over real HTTP: carried off, and deleted."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest

from mentalverse_server import roster
from mentalverse_server.services import blob_rules
from mentalverse_server.services.erasure import erase
from mentalverse_server.store import accounts, blobs, personal
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.personal import PERSONAL, Fate
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.account_api import InviteRedeemed
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.errors import (
    Conflict,
    DeviceProofRequired,
    NotFound,
    PasskeyRequired,
    RateLimited,
    Unauthorised,
)
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.recovery_api import BACKUP_COUNTER, BACKUP_LOOKUP
from mentalverse_signaling.roles import STAFF, Role
from support.account_api import Api, Caller
from support.blobs import announce, blob_caller, blob_files
from support.devices import new_device

LOOKUP = b"l" * 32


@pytest.fixture
async def anna(api: Api) -> Caller:
    return await api.newcomer("anna")


async def _ask(api: Api, method: str, path: str, caller: Caller) -> bytes:
    url = f"{api.server.url}/api/v1/account{path}"
    async with api.http.request(method, url, headers=caller.bearer) as answer:
        content = await answer.read()
        if answer.status >= 400:
            unwrap(msgspec.json.decode(content))
        return content


async def _export(api: Api, caller: Caller) -> Any:
    return msgspec.json.decode(await _ask(api, "GET", "/export", caller))


async def _delete(api: Api, caller: Caller) -> None:
    assert await _ask(api, "DELETE", "", caller) == b"{}"


async def _store_backup(api: Api, caller: Caller) -> None:
    lookup = hashlib.sha256(LOOKUP).hexdigest()
    async with api.http.put(
        f"{api.server.url}/api/v1/backup",
        data=b"sealed",
        headers={
            "Content-Type": "application/octet-stream",
            BACKUP_COUNTER: "1",
            BACKUP_LOOKUP: lookup,
            **caller.bearer,
        },
    ) as stored:
        assert stored.status == 200


def _left(connection: Connection, account: AccountId) -> dict[str, int]:
    """How many rows about the account there are, by table."""
    return {
        each.table.name: len(personal.page(connection, each, account, None)[0])
        for each in PERSONAL
    }


async def test_an_export_is_one_whole_json_object_with_everything(
    api: Api, anna: Caller
) -> None:
    await _store_backup(api, anna)
    roster.grant(api.server.config, "anna", Role.MENTEE)
    await api.prove(anna)
    export = await _export(api, anna)
    tables = export["tables"]

    assert export["format"] == "mentalverse-account-export"
    assert (export["account"], export["complete"]) == (anna.device.account, True)
    assert tables["accounts"][0]["handle"] == "anna"
    assert tables["devices"][0]["id"] == anna.device.device
    assert len(tables["backups"]) == len(tables["device_lists"]) == 1
    assert anna.token not in msgspec.json.encode(export).decode()


async def test_export_and_deletion_need_a_fresh_proof(api: Api, anna: Caller) -> None:
    """A token alone carries nothing off, and takes nothing away."""
    for ask in (_export, _delete):
        with pytest.raises(DeviceProofRequired):
            await ask(api, anna)
    await api.prove(anna)
    api.clock.advance(5 * 60)
    with pytest.raises(DeviceProofRequired):
        await _delete(api, anna)


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_staff_carry_nothing_off_without_a_passkey_and_may_leave(
    api: Api, role: Role
) -> None:
    caller = await api.newcomer("helper", role)
    await api.prove(caller)
    with pytest.raises(PasskeyRequired):
        await _export(api, caller)
    await _delete(api, caller)


async def test_an_account_is_exported_a_few_times_at_once(
    api: Api, anna: Caller
) -> None:
    await api.prove(anna)
    for _ in range(3):
        await _export(api, anna)
    with pytest.raises(RateLimited):
        await _export(api, anna)


async def test_a_deleted_account_is_gone_at_once(
    api: Api, anna: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign-ins, sockets, backup and handle; and the answer is the same again.

    By the call, and not by a sweep that finds out: there is none.
    """
    monkeypatch.setattr("mentalverse_server.transport.server.SLOW_SWEEP_SECONDS", 1e9)
    other, ben = await api.sign_in(anna.device), await api.newcomer("ben")
    await _store_backup(api, anna)
    mine, his = await api.socket(other.token), await api.socket(ben.token)
    await api.prove(anna)
    for _ in range(2):
        await _delete(api, anna)
    left = await api.server.database.read(_left, anna.device.account)
    gone = {each.table.name for each in PERSONAL if each.fate is Fate.GOES}
    assert not any(left[name] for name in gone)
    assert (await mine.packet())["data"][0] == "account.signed_out"
    assert await mine.close_code() == 1008
    for token in (anna.token, other.token):
        with pytest.raises(Unauthorised):
            await api.server.identity.authenticate(token)
    with pytest.raises(Unauthorised):
        await api.sign_in(anna.device)
    sought = await his.call("account.find", {"handle": "anna"})
    assert sought["error"]["code"] == "not_found"
    with pytest.raises(NotFound):
        await api.call("/recovery/fetch", {"lookup": LOOKUP}, bytes)
    assert (await his.call("account.me", {}))["ok"] is True


async def test_nobody_comes_back_under_the_name_of_who_left(
    api: Api, anna: Caller
) -> None:
    """The handle is free after 180 days, the account's id never."""
    await api.prove(anna)
    await _delete(api, anna)
    with pytest.raises(Conflict):
        await api.newcomer("anna")
    again = anna.device.redeem(api.invite(), "other", api.clock.now())
    with pytest.raises(Conflict):
        await api.call("/invites/redeem", again, InviteRedeemed)
    api.clock.advance(180 * 24 * 3600)
    await api.newcomer("anna")
    again = anna.device.redeem(api.invite(), "other", api.clock.now())
    with pytest.raises(Conflict):
        await api.call("/invites/redeem", again, InviteRedeemed)


async def test_files_are_shown_to_nobody_once_their_account_is_gone(api: Api) -> None:
    """What was sent is kept for whoever reports it; the rest is off the disk."""
    anna, ben = await blob_caller(api, "anna"), await blob_caller(api, "ben")
    sent = await anna.upload(b"a photograph")
    await anna.create(announce(b"never sent"))
    assert len(blob_files(api.server.config)) == 2
    assert (await ben.fetch(sent)).body == b"a photograph"
    assert anna.device is not None
    caller = Caller(anna.device, anna.token)
    await api.prove(caller)
    await _delete(api, caller)
    assert (await ben.fetch(sent)).status == 404
    assert len(blob_files(api.server.config)) == 1
    api.clock.advance(31 * 24 * 3600)
    await api.server.blobs.expire()
    assert blob_files(api.server.config) == []


async def test_an_upload_does_not_become_whole_after_its_account(
    api: Api,
) -> None:
    """Its last octets may have been on their way when the account was deleted."""
    anna = await blob_caller(api, "anna")
    request = announce(b"on its way")
    await anna.create(request)
    row = await api.server.database.read(blobs.find, request.blob)
    assert anna.device is not None
    assert row is not None

    def script(transaction: Transaction) -> object:
        erase(transaction, row.account)
        return blob_rules.complete(row, blob_rules.DEFAULT_LIMITS, transaction)

    assert await api.server.writer.run(script, lane=WriterLane.OTHER) is None


async def test_a_guest_may_go_at_once(api: Api) -> None:
    guest = await api.guest()
    await api.prove(guest)
    assert (await _export(api, guest))["tables"]["guests"]
    await _delete(api, guest)
    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(guest.token)


async def test_who_was_never_here_is_told_nothing_of_a_deletion(api: Api) -> None:
    stranger = Caller(new_device(), "t" * 43)
    with pytest.raises(Unauthorised):
        await _delete(api, stranger)


async def test_a_deletion_leaves_other_accounts_as_they_are(
    api: Api, anna: Caller
) -> None:
    ben = await api.newcomer("ben")
    before = await api.server.database.read(_left, ben.device.account)
    await api.prove(anna)
    await _delete(api, anna)
    assert await api.server.database.read(_left, ben.device.account) == before
    assert await api.server.database.read(accounts.account, ben.device.account)
