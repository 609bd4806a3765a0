"""Accounts, devices and invitations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mentalverse_server.store.accounts import (
    account,
    account_by_handle,
    create_account,
    create_device,
    create_invite,
    device,
    devices_of,
    find_invite,
    revoke_device,
    use_invite,
)
from mentalverse_server.store.engine import Database
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.roles import Role
from support.stored import NOW, ids

LATER = NOW + timedelta(hours=1)
CODE = bytes(32)


def test_an_invitation_is_spent_once(database: Database) -> None:
    made = database.write(
        create_invite,
        CODE,
        (Role.MENTEE,),
        now=NOW,
        expires_at=LATER,
        note="for a friend",
    )
    assert database.write(find_invite, CODE) == made
    first, second = ids(), ids()
    assert database.write(use_invite, CODE, first, NOW)
    assert not database.write(use_invite, CODE, second, NOW)
    found = database.write(find_invite, CODE)
    assert found is not None and (found.used_by, found.used_at) == (first, NOW)


def test_an_invitation_ends_at_its_time(database: Database) -> None:
    database.write(create_invite, CODE, (Role.MENTEE,), now=NOW, expires_at=LATER)
    assert not database.write(use_invite, CODE, ids(), LATER)
    assert database.write(use_invite, CODE, ids(), LATER - timedelta(microseconds=1))


def test_an_unknown_invitation_is_none(database: Database) -> None:
    assert database.write(find_invite, CODE) is None
    assert not database.write(use_invite, CODE, ids(), NOW)


def test_a_code_exists_once(database: Database) -> None:
    database.write(create_invite, CODE, (Role.MENTEE,), now=NOW, expires_at=LATER)
    with pytest.raises(Conflict):
        database.write(create_invite, CODE, (Role.MENTEE,), now=NOW, expires_at=LATER)


def test_an_account_is_found_by_id_and_by_handle(database: Database) -> None:
    made = database.write(create_account, ids(), "mentor", b"key", now=NOW)
    assert database.write(account, made.id) == made
    assert database.write(account_by_handle, "mentor") == made
    assert database.write(account, ids()) is None
    assert database.write(account_by_handle, "nobody") is None


def test_a_handle_and_an_id_are_taken_once(database: Database) -> None:
    made = database.write(create_account, ids(), "mentor", b"key", now=NOW)
    for identifier, handle in ((ids(), "mentor"), (made.id, "another")):
        with pytest.raises(Conflict):
            database.write(create_account, identifier, handle, b"key", now=NOW)


def test_devices_are_listed_oldest_first_and_stay_listed(database: Database) -> None:
    owner = ids()
    made = [
        database.write(
            create_device, ids(), owner, b"pub", b"cred", now=NOW + timedelta(hours=n)
        )
        for n in range(3)
    ]
    database.write(create_device, ids(), ids(), b"pub", b"cred", now=NOW)
    assert database.write(devices_of, owner) == made
    assert database.write(device, made[1].id) == made[1]
    assert database.write(revoke_device, made[1].id, LATER)
    assert not database.write(revoke_device, made[1].id, LATER)
    assert not database.write(revoke_device, ids(), LATER)
    revoked = database.write(device, made[1].id)
    assert revoked is not None and revoked.revoked_at == LATER
    assert len(database.write(devices_of, owner)) == 3


def test_a_device_exists_once(database: Database) -> None:
    made = database.write(create_device, ids(), ids(), b"pub", b"cred", now=NOW)
    with pytest.raises(Conflict):
        database.write(create_device, made.id, ids(), b"pub", b"cred", now=NOW)
