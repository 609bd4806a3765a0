"""Challenges are used once; sign-ins end when they are ended."""

from __future__ import annotations

from datetime import timedelta

from mentalverse_server.store.engine import Database
from mentalverse_server.store.sign_ins import (
    SignInRow,
    create_challenge,
    create_sign_in,
    end_sign_in,
    end_sign_ins_of,
    extend_sign_in,
    list_sign_ins,
    sign_in,
    sign_in_by_token_hash,
    use_challenge,
)
from mentalverse_signaling.ids import AccountId, DeviceId
from support.stored import NOW, ids

SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(days=30)


def make(
    database: Database, number: int, account: AccountId, device: DeviceId
) -> SignInRow:
    return database.write(
        create_sign_in,
        ids(),
        number.to_bytes(32, "big"),
        account,
        device,
        now=NOW + timedelta(seconds=number),
        expires_at=LATER,
    )


def test_a_challenge_is_used_once(database: Database) -> None:
    made = database.write(create_challenge, ids(), ids(), b"nonce", expires_at=SOON)
    used = database.write(use_challenge, made.id, NOW)
    assert used is not None
    assert (used.device, used.nonce, used.used_at) == (made.device, b"nonce", NOW)
    assert database.write(use_challenge, made.id, NOW) is None


def test_a_challenge_ends_at_its_time(database: Database) -> None:
    made = database.write(create_challenge, ids(), ids(), b"nonce", expires_at=SOON)
    assert database.write(use_challenge, made.id, SOON) is None
    assert database.write(use_challenge, ids(), NOW) is None


def test_a_sign_in_is_found_by_its_token_hash(database: Database) -> None:
    made = make(database, 1, ids(), ids())
    assert database.write(sign_in_by_token_hash, made.token_hash) == made
    assert database.write(sign_in, made.id) == made
    assert database.write(sign_in_by_token_hash, bytes(32)) is None


def test_an_account_sees_the_sign_ins_that_are_good(database: Database) -> None:
    account = AccountId(ids())
    made = [make(database, n, account, ids()) for n in range(3)]
    make(database, 9, ids(), ids())
    assert database.write(list_sign_ins, account, NOW) == made
    database.write(end_sign_in, made[0].id, NOW)
    assert database.write(list_sign_ins, account, NOW) == made[1:]
    assert database.write(list_sign_ins, account, LATER) == []


def test_a_sign_in_ends_once_and_cannot_be_extended_then(database: Database) -> None:
    made = make(database, 1, ids(), ids())
    longer = LATER + timedelta(days=1)
    assert database.write(extend_sign_in, made.id, longer)
    ended = database.write(end_sign_in, made.id, SOON)
    assert ended is not None
    assert (ended.id, ended.expires_at, ended.revoked_at) == (made.id, longer, SOON)
    assert database.write(end_sign_in, made.id, SOON) is None
    assert not database.write(extend_sign_in, made.id, longer)


def test_ending_a_device_ends_its_sign_ins_only(database: Database) -> None:
    account, device = AccountId(ids()), DeviceId(ids())
    mine = {make(database, n, account, device).id for n in range(2)}
    other = make(database, 7, account, ids())
    ended = database.write(end_sign_ins_of, device, NOW)
    assert {row.id for row in ended} == mine
    assert database.write(list_sign_ins, account, NOW) == [other]
