"""Backups: opened by what somebody has, signed by the account, without group state."""

import dataclasses
import typing
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto import account_record, history, persist
from mentalverse_crypto.account_record import (
    AccountRecord,
    ContactPin,
    KeptArchive,
    ResumptionSecret,
    newest_resumption,
)
from mentalverse_crypto.backup import MAX_BACKUP_BYTES, open_, reopen, seal
from mentalverse_crypto.ciphersuite import signature_key_pair
from mentalverse_crypto.errors import DecodeError, InvalidRequest
from mentalverse_crypto.history import Archive, ArchiveEnd
from mentalverse_crypto.key_slots import (
    PASSPHRASE_COST,
    BackupSecret,
    Slot,
    SlotKind,
    device_secret,
    new_slot,
    passphrase_secret,
    words_secret,
)
from mentalverse_crypto.keystore import Argon2Cost
from mentalverse_crypto.proposals import Add
from mentalverse_crypto.storage_errors import (
    BackupDamaged,
    BackupError,
    BackupForged,
    BackupLocked,
    BackupMalformed,
    BackupRolledBack,
)
from support.deterministic import seeded_rng
from support.kept_account import RECORD
from support.mls_group import client, commit
from support.mutations import bit_flips, truncations
from support.octets_held import secrets_of

CHEAP = Argon2Cost(passes=1, memory_kibibytes=8)
ENTROPY = seeded_rng(8)(32)
WORDS = words_secret(ENTROPY)
PASSPHRASE = passphrase_secret("Größe zählt 🐘")
PASSKEY = device_secret(b"P" * 32)
SECRETS = [WORDS, PASSPHRASE, PASSKEY]

PUBLIC = RECORD.account_key.public

repeatable = settings(database=None, deadline=None, derandomize=True)


def slot(secret: BackupSecret, seed: int = 1) -> Slot:
    return new_slot(secret, seeded_rng(seed), CHEAP)


def backup(
    *secrets: BackupSecret,
    record: AccountRecord = RECORD,
    counter: int = 5,
    seed: int = 2,
) -> bytes:
    slots = tuple(slot(secret) for secret in secrets or (PASSKEY,))
    return seal(record, slots, counter, seeded_rng(seed))


def octets(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


u64 = st.integers(0, 2**64 - 1)
ends = st.builds(ArchiveEnd, st.integers(0, 2**32 - 1), octets(32), octets(16))
archives = st.builds(Archive, octets(16), octets(16), u64, octets(32), octets(16))
records = st.builds(
    AccountRecord,
    octets(16),
    octets(32),
    st.binary(max_size=99),
    st.lists(
        st.builds(ContactPin, octets(16), octets(32), st.booleans()),
        max_size=5,
        unique_by=lambda pin: pin.account_id,
    ).map(tuple),
    st.lists(
        st.builds(KeptArchive, archives, ends),
        max_size=3,
        unique_by=lambda kept: (
            kept.archive.conversation,
            kept.archive.writer,
            kept.archive.period,
        ),
    ).map(tuple),
    st.lists(
        st.builds(ResumptionSecret, st.binary(min_size=1, max_size=9), u64, octets(32)),
        max_size=3,
        unique_by=lambda kept: (kept.group_id, kept.epoch),
    ).map(tuple),
    st.sampled_from([b"", b"{}", b'{"a":[1,"x"]}']),
)


@repeatable
@given(records, u64, st.integers(0, 99))
def test_what_is_kept_is_what_comes_back(
    record: AccountRecord, counter: int, seed: int
) -> None:
    assert AccountRecord.decode(record.encode()) == record
    opened = open_(
        backup(record=record, counter=counter, seed=seed),
        PASSKEY,
        account_public=record.account_key.public,
        minimum_counter=counter,
    )
    assert (opened.record, opened.counter) == (record, counter)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda it: it.kind.name)
@pytest.mark.parametrize("public", [PUBLIC, None])
def test_each_slot_opens_the_same_record(
    secret: BackupSecret, public: bytes | None
) -> None:
    opened = open_(backup(*SECRETS), secret, account_public=public)
    assert opened.record == RECORD
    assert opened.slot == slot(secret)


def test_the_slot_that_opened_writes_the_next_backup_without_its_secret() -> None:
    opened = open_(backup(*SECRETS), WORDS, account_public=PUBLIC)
    following = seal(opened.record, (opened.slot,), 6, seeded_rng(9))
    assert open_(following, WORDS, account_public=PUBLIC, minimum_counter=6)
    with pytest.raises(BackupLocked):
        open_(following, PASSPHRASE, account_public=PUBLIC)


def test_no_two_backups_share_a_key() -> None:
    # The wrapped key follows kind, salt and nonce in the one slot of a secret.
    at = slice(4 + 1 + 16 + 8 + 2 + 1 + 16, None)
    first, second = backup(seed=2)[at], backup(seed=3)[at]
    assert first[:24] != second[:24]
    assert first[24:72] != second[24:72]


@pytest.mark.parametrize(
    "wrong",
    [
        words_secret(bytes(32)),
        passphrase_secret("Größe zählt"),
        device_secret(bytes(32)),
        BackupSecret(SlotKind.SECRET, ENTROPY),
    ],
)
def test_another_secret_opens_nothing(wrong: BackupSecret) -> None:
    with pytest.raises(BackupLocked):
        open_(backup(*SECRETS), wrong, account_public=PUBLIC)


def test_how_the_accents_of_a_passphrase_are_composed_does_not_matter() -> None:
    assert passphrase_secret("Gr\u00f6\u00dfe") == passphrase_secret("Gro\u0308\u00dfe")
    assert passphrase_secret("a b") != passphrase_secret("ab")


def test_the_default_cost_of_a_passphrase_is_256_mebibytes() -> None:
    assert PASSPHRASE_COST.memory_kibibytes * 1024 == 256 * 2**20
    assert new_slot(WORDS, seeded_rng(1)).cost == Argon2Cost(2, 64 * 1024)


@pytest.mark.parametrize("public", [PUBLIC, None])
def test_every_truncation_is_a_declared_error(public: bytes | None) -> None:
    whole = backup(*SECRETS)
    for length in [*range(500), *range(500, len(whole), 97), len(whole) - 1]:
        with pytest.raises(BackupMalformed):
            open_(whole[:length], PASSKEY, account_public=public)
    with pytest.raises(BackupMalformed):
        open_(whole + b"\0", PASSKEY, account_public=public)


def test_a_device_that_knows_the_account_refuses_every_flipped_bit_unread() -> None:
    # Argon2id is never run: the costs of the flipped slots could be a gibibyte.
    whole = backup(*SECRETS)
    for damaged in bit_flips(whole[:600]):
        with pytest.raises((BackupForged, BackupMalformed)):
            open_(damaged + whole[600:], PASSPHRASE, account_public=PUBLIC)
    for place in [*range(600, len(whole), 251), *range(len(whole) - 64, len(whole))]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        with pytest.raises((BackupForged, BackupMalformed)):
            open_(bytes(flipped), PASSPHRASE, account_public=PUBLIC)


def test_a_device_that_knows_only_the_secret_refuses_every_flipped_bit() -> None:
    whole = backup()
    places = [*range(200), *range(200, len(whole), 251)]
    for place in [*places, *range(len(whole) - 64, len(whole))]:
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            with pytest.raises(BackupError):
                open_(bytes(flipped), PASSKEY, account_public=None)


def test_damage_behind_an_opened_slot_is_not_called_a_wrong_secret() -> None:
    whole = bytearray(backup())
    whole[28] ^= 1
    with pytest.raises(BackupDamaged):
        open_(bytes(whole), PASSKEY, account_public=None)


def test_an_older_backup_is_refused_when_a_newer_one_is_known() -> None:
    whole = backup(counter=5)
    assert open_(whole, PASSKEY, account_public=PUBLIC, minimum_counter=5).counter == 5
    with pytest.raises(BackupRolledBack):
        open_(whole, PASSKEY, account_public=PUBLIC, minimum_counter=6)


def test_a_backup_of_another_account_is_not_taken_for_ours() -> None:
    other = replace(RECORD, account_private=b"other-account-private-key-other-")
    with pytest.raises(BackupForged):
        open_(backup(record=other), PASSKEY, account_public=PUBLIC)


def test_who_knows_a_slot_but_not_the_account_key_plants_nothing() -> None:
    # Somebody with the passkey swaps the signature for one of a key of their own.
    attacker = replace(RECORD, account_private=b"x" * 32)
    planted = backup(record=attacker, seed=2)
    honest = backup(seed=2)
    for forged in (planted[:-64] + honest[-64:], honest[:-64] + planted[-64:]):
        for public in (PUBLIC, attacker.account_key.public, None):
            with pytest.raises(BackupForged):
                open_(forged, PASSKEY, account_public=public)


def test_a_slot_of_one_backup_is_not_moved_into_another() -> None:
    # Same length and place: kind, salt, nonce and wrapped key of the one slot.
    at = slice(31, 31 + 89)
    one, other = backup(seed=2), backup(seed=3)
    mixed = one[: at.start] + other[at] + one[at.stop :]
    with pytest.raises(BackupForged):
        open_(mixed, PASSKEY, account_public=PUBLIC)
    with pytest.raises(BackupDamaged):
        open_(mixed, PASSKEY, account_public=None)


@pytest.mark.parametrize(
    ("passes", "memory_kibibytes"), [(0, 8), (17, 8), (1, 7), (1, 2**20 + 1)]
)
def test_a_slot_of_absurd_cost_is_refused_before_any_work(
    passes: int, memory_kibibytes: int
) -> None:
    whole = backup(WORDS)
    cost = passes.to_bytes(4, "big") + memory_kibibytes.to_bytes(4, "big")
    at = whole.index(b"\x01" + CHEAP.passes.to_bytes(4, "big"), 29) + 1
    with pytest.raises(BackupMalformed, match="Argon2id"):
        open_(whole[:at] + cost + whole[at + 8 :], WORDS, account_public=None)


@pytest.mark.parametrize(
    "secrets",
    [(), (WORDS, WORDS), (PASSPHRASE, PASSPHRASE), (PASSKEY,) * 7],
)
def test_slots_that_do_not_stand_together_are_refused(
    secrets: tuple[BackupSecret, ...],
) -> None:
    with pytest.raises(InvalidRequest):
        seal(RECORD, tuple(slot(it) for it in secrets), 1, seeded_rng(1))


def test_requests_that_make_no_backup_are_refused() -> None:
    for counter in (-1, 2**64):
        with pytest.raises(InvalidRequest):
            backup(counter=counter)
    with pytest.raises(InvalidRequest):
        backup(record=replace(RECORD, device_list=bytes(MAX_BACKUP_BYTES)))
    for make in (words_secret, device_secret):
        with pytest.raises(InvalidRequest):
            make(b"short")
    with pytest.raises(InvalidRequest):
        passphrase_secret("")


PIN = RECORD.contacts[0]
KEPT = RECORD.archives[0]
PSK = RECORD.resumption[0]


@pytest.mark.parametrize(
    "change",
    [
        {"account_id": b"short"},
        {"account_private": b"short"},
        {"contacts": (PIN, replace(PIN, verified=False))},
        {"contacts": (replace(PIN, account_id=b"short"),)},
        {"contacts": (replace(PIN, account_public=b"short"),)},
        {"archives": (KEPT, KEPT)},
        {"resumption": (PSK, PSK)},
        {"resumption": tuple(replace(PSK, epoch=at) for at in range(4))},
        {"resumption": (replace(PSK, group_id=b""),)},
        {"resumption": (replace(PSK, group_id=bytes(256)),)},
        {"resumption": (replace(PSK, epoch=2**64),)},
        {"resumption": (replace(PSK, secret=b"short"),)},
        {"settings": b"not json"},
        {"settings": b'{"a":1,"a":2}'},
    ],
)
def test_a_record_of_another_form_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        replace(RECORD, **change)  # type: ignore[arg-type]


def test_every_truncation_of_a_record_is_a_declared_error() -> None:
    for cut in truncations(RECORD.encode()):
        with pytest.raises(DecodeError):
            AccountRecord.decode(cut)


def test_every_bit_flip_of_a_record_is_refused_or_another_valid_record() -> None:
    for flipped in bit_flips(RECORD.encode()):
        try:
            record = AccountRecord.decode(flipped)
        except DecodeError:
            continue
        assert record.encode() == flipped


def test_the_three_newest_epochs_of_a_group_are_kept() -> None:
    psks = {epoch: bytes([epoch]) * 32 for epoch in (4, 9, 2, 7)}
    kept = newest_resumption(b"group", psks)
    assert [(it.epoch, it.secret[0]) for it in kept] == [(9, 9), (7, 7), (4, 4)]


def leaf_types(kind: object) -> Iterator[object]:
    """The types that a value of a type is made of, down to the plain ones."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        for hint in typing.get_type_hints(kind).values():
            yield kind
            yield from leaf_types(hint)
        return
    for argument in typing.get_args(kind) or (kind,):
        if argument is not ...:
            yield from leaf_types(argument) if argument is not kind else (kind,)


def test_a_kept_slot_opens_what_another_device_wrote_and_no_other_slot_does() -> None:
    slots = (slot(PASSKEY, 2), slot(WORDS))
    envelope = seal(RECORD, slots, 5, seeded_rng(1))
    reopened = reopen(envelope, slots[1], account_public=PUBLIC, minimum_counter=5)
    assert (reopened.record, reopened.counter, reopened.slot) == (RECORD, 5, slots[1])
    with pytest.raises(BackupLocked):
        reopen(envelope, slot(WORDS, seed=9), account_public=PUBLIC, minimum_counter=5)
    with pytest.raises(BackupForged):
        reopen(envelope, slots[1], account_public=b"x" * 32, minimum_counter=5)


def test_a_kept_slot_opens_no_backup_older_than_what_is_asked_for() -> None:
    kept = slot(WORDS)
    envelope = seal(RECORD, (kept,), 5, seeded_rng(1))
    with pytest.raises(BackupRolledBack):
        reopen(envelope, kept, account_public=PUBLIC, minimum_counter=6)


def test_the_type_of_a_record_has_no_place_for_group_state() -> None:
    found = set(leaf_types(AccountRecord))
    assert found == {
        bytes,
        int,
        bool,
        AccountRecord,
        ContactPin,
        KeptArchive,
        ResumptionSecret,
        Archive,
        ArchiveEnd,
    }
    assert {kind.__module__ for kind in found if kind not in (bytes, int, bool)} == {
        account_record.__name__,
        history.__name__,
    }
    # Every free field of octets has a meaning and a length or a form of its own.
    free = {field.name for field in dataclasses.fields(AccountRecord)}
    assert free == {
        "account_id",
        "account_private",
        "device_list",
        "contacts",
        "archives",
        "resumption",
        "settings",
    }


def test_a_backup_of_a_live_member_holds_no_key_of_its_group() -> None:
    ada, ben = client("ada", seeded_rng(1)), client("ben", seeded_rng(2))
    ada.create()
    commit(ada, [], Add(ben.key_package()), joiners=[ben])
    ben.process(ada.protect(b"hello"))
    state = ben.state
    record = replace(
        RECORD, resumption=newest_resumption(state.group_id, state.resumption_psks)
    )
    found = dict(secrets_of(state))
    kept = {path for path in found if "resumption" in path}
    assert {".signature_key.private"} <= set(found)
    assert any(".private_keys" in path for path in found)
    assert any(".secret_tree" in path for path in found)
    encoded = record.encode()
    for path, octets_ in secrets_of(state):
        if path not in kept:
            assert octets_ not in encoded, path
    with pytest.raises(InvalidRequest):
        replace(record, settings=persist.serialise(state))


def test_nothing_kept_is_readable_or_shown() -> None:
    whole = backup(*SECRETS)
    for plain in (b"canary", b"device list", b"theme", b"KKKK", b"RRRR"):
        assert plain not in whole
    shown = repr(open_(whole, PASSKEY, account_public=PUBLIC)) + repr(SECRETS)
    for secret in ("canary", "KKKK", "RRRR", "PPPP", "dark", "elephant"):
        assert secret not in shown
    assert repr(slot(PASSKEY).key) not in shown


def test_the_size_of_a_backup_tells_little() -> None:
    fewer = replace(RECORD, contacts=(), archives=(), resumption=(), settings=b"")
    assert len(backup(record=fewer)) == len(backup())


def test_the_account_key_of_a_record_is_the_one_that_signs() -> None:
    assert RECORD.account_key == signature_key_pair(RECORD.account_private)
