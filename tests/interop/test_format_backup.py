"""Backups made in one language open in the other, by whatever opens them."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets
from nacl import bindings as sodium

from mentalverse_crypto import words
from mentalverse_crypto.account_record import (
    AccountRecord,
    ContactPin,
    KeptArchive,
    ResumptionSecret,
    newest_resumption,
)
from mentalverse_crypto.backup import OpenedBackup, open_, reopen, seal
from mentalverse_crypto.ciphersuite import Rng, sign, signature_key_pair
from mentalverse_crypto.codec import opaque, u64, vector
from mentalverse_crypto.history import Archive, ArchiveEnd
from mentalverse_crypto.key_slots import (
    BackupSecret,
    Slot,
    device_secret,
    new_slot,
    passphrase_secret,
    words_secret,
    wrap,
)
from mentalverse_crypto.keystore import Argon2Cost
from support.deterministic import seeded_rng
from support.format_values import shown, verdict
from support.kept_account import RECORD
from support.mutations import bit_flips, truncations

CHEAP = Argon2Cost(passes=1, memory_kibibytes=8)
ENTROPY = seeded_rng(8)(32)
PHRASE = "Größe zählt 🐘"
SECRETS: list[tuple[BackupSecret, dict[str, Any]]] = [
    (words_secret(ENTROPY), {"words": ENTROPY}),
    (passphrase_secret(PHRASE), {"passphrase": PHRASE}),
    (device_secret(b"P" * 32), {"secret": b"P" * 32}),
]
PUBLIC = RECORD.account_key.public
SLOTS = tuple(new_slot(secret, seeded_rng(1), CHEAP) for secret, _ in SECRETS)
BACKUP = seal(RECORD, SLOTS, 5, seeded_rng(2))

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)


def _octets(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


numbers = st.integers(0, 2**64 - 1)
ends = st.builds(ArchiveEnd, st.integers(0, 2**32 - 1), _octets(32), _octets(16))
archives = st.builds(
    Archive, _octets(16), _octets(16), numbers, _octets(32), _octets(16)
)
records = st.builds(
    AccountRecord,
    _octets(16),
    _octets(32),
    st.binary(max_size=99),
    st.lists(
        st.builds(ContactPin, _octets(16), _octets(32), st.booleans()),
        max_size=5,
        unique_by=lambda pin: pin.account_id,
    ).map(tuple),
    st.lists(st.builds(KeptArchive, archives, ends), max_size=1).map(tuple),
    st.lists(
        st.builds(
            ResumptionSecret, st.binary(min_size=1, max_size=9), numbers, _octets(32)
        ),
        max_size=3,
        unique_by=lambda kept: (kept.group_id, kept.epoch),
    ).map(tuple),
    st.sampled_from([b"", b"{}", b'{"a":[1,"x"]}']),
)


def _slot(slot: Slot) -> dict[str, Any]:
    return dict(shown(slot)) | {"kind": slot.kind.name.lower()}


def _opened(found: OpenedBackup) -> dict[str, Any]:
    return dict(shown(found)) | {"slot": _slot(found.slot)}


def _agreed(
    formats: JsPeer,
    envelope: bytes,
    which: int = 2,
    public: bytes | None = PUBLIC,
    least: int = 0,
) -> Any:
    """What both find in a backup, or the code of what is wrong with it."""
    secret, named = SECRETS[which]
    ours = verdict(
        open_, envelope, secret, account_public=public, minimum_counter=least
    )
    theirs = verdict(
        formats.call,
        "openBackup",
        envelope=envelope,
        secret=named,
        accountPublic=shown(public),
        minimumCounter=shown(least, "counter"),
    )
    assert theirs == (ours if isinstance(ours, str) else _opened(ours))
    return ours


def _reopened(
    formats: JsPeer, envelope: bytes, slot: Slot, public: bytes = PUBLIC, least: int = 0
) -> Any:
    ours = verdict(reopen, envelope, slot, account_public=public, minimum_counter=least)
    theirs = verdict(
        formats.call,
        "reopenBackup",
        envelope=envelope,
        slot=_slot(slot),
        accountPublic=public,
        minimumCounter=shown(least, "counter"),
    )
    assert theirs == (ours if isinstance(ours, str) else _opened(ours))
    return ours


@repeatable
@given(records)
def test_both_write_the_same_record_and_read_it(
    formats: JsPeer, record: AccountRecord
) -> None:
    encoded = record.encode()
    assert octets(formats.call("writeRecord", record=shown(record))) == encoded
    assert formats.call("readRecord", octets=encoded) == shown(record)


def test_damaged_records_get_the_same_verdict(formats: JsPeer) -> None:
    encoded = RECORD.encode()
    for damaged in [*bit_flips(encoded), *truncations(encoded), encoded + b"\0"]:
        ours = verdict(lambda data: AccountRecord.decode(data).encode(), damaged)
        theirs = verdict(formats.call, "recodeRecord", octets=damaged)
        assert (octets(theirs) if isinstance(ours, bytes) else theirs) == ours


@pytest.mark.parametrize(
    "wrong",
    [
        {"account_id": bytes(15)},
        {"account_private": bytes(33)},
        {"contacts": (RECORD.contacts[0], RECORD.contacts[0])},
        {"contacts": (ContactPin(bytes(16), bytes(31)),)},
        {"archives": (RECORD.archives[0], RECORD.archives[0])},
        {"resumption": (RECORD.resumption[0], RECORD.resumption[0])},
        {"resumption": tuple(ResumptionSecret(b"g", n, bytes(32)) for n in range(4))},
        {"resumption": (ResumptionSecret(b"", 1, bytes(32)),)},
        {"settings": b"{"},
        {"settings": b'{"a":1,"a":2}'},
        {"settings": b"\xff"},
    ],
    ids=str,
)
def test_a_record_that_breaks_a_rule_is_refused_by_both(
    formats: JsPeer, wrong: dict[str, Any]
) -> None:
    fields = {
        each.name: getattr(RECORD, each.name) for each in dataclasses.fields(RECORD)
    }
    broken = dataclasses.make_dataclass("Broken", list(fields))(**fields | wrong)
    refused = verdict(formats.call, "writeRecord", record=shown(broken))
    assert refused == verdict(replace, RECORD, **wrong) == "mls.state.invalid_request"


def test_the_newest_resumption_secrets_are_the_same(formats: JsPeer) -> None:
    psks = {epoch: bytes([epoch % 256]) * 32 for epoch in (3, 11, 2, 500, 7)}
    theirs = formats.call(
        "newestResumption",
        groupId=b"group",
        psks=[[shown(epoch, "epoch"), shown(psk)] for epoch, psk in psks.items()],
    )
    assert theirs == shown(newest_resumption(b"group", psks))


@pytest.mark.parametrize("which", range(3))
def test_both_make_the_same_slot(formats: JsPeer, which: int) -> None:
    made = formats.call(
        "newSlot", secret=SECRETS[which][1], random=seeded_rng(1)(16), cost=shown(CHEAP)
    )
    assert made == _slot(SLOTS[which])


@pytest.mark.parametrize("typed", ["Größe zählt 🐘", "Gro\u0308ße za\u0308hlt 🐘"])
def test_how_accents_were_composed_is_no_matter(formats: JsPeer, typed: str) -> None:
    made = formats.call(
        "newSlot",
        secret={"passphrase": typed},
        random=seeded_rng(1)(16),
        cost=shown(CHEAP),
    )
    assert made == _slot(SLOTS[1])


@pytest.mark.capability("C03")
def test_both_write_the_same_backup_and_open_it_by_every_secret(
    formats: JsPeer,
) -> None:
    theirs = formats.call(
        "sealBackup",
        record=shown(RECORD),
        slots=[_slot(slot) for slot in SLOTS],
        counter=shown(5, "counter"),
        random=seeded_rng(2)(32 + 4 * 24),
    )
    assert octets(theirs) == BACKUP
    for which, slot in enumerate(SLOTS):
        for public in (PUBLIC, None):
            found = _agreed(formats, BACKUP, which, public, 5)
            assert (found.record, found.counter, found.slot) == (RECORD, 5, slot)
        assert _reopened(formats, BACKUP, slot, least=5).record == RECORD


@pytest.mark.capability("C03")
@pytest.mark.parametrize("maker", ["python", "browser"])
def test_words_on_paper_bring_an_account_back(formats: JsPeer, maker: str) -> None:
    """At the full cost: the words of one language's backup open it in the other."""
    random = os.urandom(2_000)
    if maker == "python":
        written = " ".join(words.to_words(random[:32]))
        slot = new_slot(words_secret(random[:32]), os.urandom)
        envelope = seal(RECORD, (slot,), 9, os.urandom)
        entropy = octets(formats.call("entropyOf", typed=written)["entropy"])
        found = formats.call(
            "openBackup",
            envelope=envelope,
            secret={"words": entropy},
            accountPublic=shown(PUBLIC),
        )
        assert found["record"] == shown(RECORD)
    else:
        written = " ".join(formats.call("wordsOf", entropy=random[:32]))
        named = {"words": random[:32]}
        made = formats.call("newSlot", secret=named, random=random[32:])
        envelope = octets(
            formats.call(
                "sealBackup",
                record=shown(RECORD),
                slots=[made],
                counter=shown(9, "counter"),
                random=random[100:],
            )
        )
        secret = words_secret(words.to_entropy(written))
        assert open_(envelope, secret, account_public=PUBLIC).record == RECORD


def test_the_same_sets_of_slots_are_refused(formats: JsPeer) -> None:
    one, two, three = SLOTS
    for slots in ([], [one, one], [two, three, two], [three] * 7, [three] * 6):
        ours = verdict(seal, RECORD, tuple(slots), 1, seeded_rng(1))
        theirs = verdict(
            formats.call,
            "sealBackup",
            record=shown(RECORD),
            slots=[_slot(slot) for slot in slots],
            counter=shown(1, "counter"),
            random=seeded_rng(1)(500),
        )
        assert (octets(theirs) if isinstance(ours, bytes) else theirs) == ours
    long = replace(RECORD, device_list=bytes(512 * 1024))
    refused = verdict(
        formats.call,
        "sealBackup",
        record=shown(long),
        slots=[_slot(three)],
        counter=shown(1, "counter"),
        random=bytes(500),
    )
    assert refused == "mls.state.invalid_request"


def test_damage_gets_the_same_verdict(formats: JsPeer) -> None:
    """Every bit of what is read, and some of the rest, with and without the key."""
    head = BACKUP.index(b"MVBK") + 4 + 1 + 16 + 8 + 2 + 3 * 120
    damaged = [flipped + BACKUP[head:] for flipped in bit_flips(BACKUP[:head])]
    for place in (*range(head, len(BACKUP), 499), len(BACKUP) - 1):
        damaged.append(
            BACKUP[:place] + bytes([BACKUP[place] ^ 1]) + BACKUP[place + 1 :]
        )
    damaged += [BACKUP[:length] for length in range(0, len(BACKUP), 601)]
    damaged += [BACKUP + b"\0", BACKUP + bytes(512 * 1024)]
    seen = set()
    for envelope in damaged:
        seen.add(_agreed(formats, envelope))
        seen.add(_agreed(formats, envelope, public=None))
    assert seen == {
        "backup.malformed",
        "backup.forged",
        "backup.locked",
        "backup.damaged",
    }


def _resigned(envelope: bytes, key: bytes) -> bytes:
    """The same with a signature by another key over it."""
    pair = signature_key_pair(key)
    return envelope[:-64] + sign(pair, b"MentalVerse backup v1" + envelope[:-64])


def test_what_is_not_the_accounts_is_refused_alike(formats: JsPeer) -> None:
    other = signature_key_pair(b"E" * 32).public
    assert _agreed(formats, BACKUP, public=other) == "backup.forged"
    false = _resigned(BACKUP, b"E" * 32)
    assert _agreed(formats, false) == "backup.forged"
    assert _agreed(formats, false, public=other) == "backup.forged"
    assert _agreed(formats, false, public=None) == "backup.forged"
    # Somebody who had the account's key once still cannot move it to another account.
    moved = bytearray(BACKUP)
    moved[5] ^= 1
    signed = _resigned(bytes(moved), RECORD.account_private)
    assert _agreed(formats, signed) == "backup.locked"
    assert _agreed(formats, BACKUP, least=6) == "backup.rolled_back"
    assert _reopened(formats, BACKUP, SLOTS[2], least=6) == "backup.rolled_back"
    assert _reopened(formats, BACKUP, SLOTS[2], public=other) == "backup.forged"


def test_a_record_of_another_account_is_refused_alike(formats: JsPeer) -> None:
    """Wrapped, sealed and signed as it should be, in the envelope of another."""
    account, rng = b"o" * 16, seeded_rng(6)
    key, nonce = rng(32), rng(24)
    header = b"MVBK\1" + account + u64(5) + vector([wrap(SLOTS[2], key, account, rng)])
    content = opaque(RECORD.encode()).ljust(16 * 1024, b"\0")
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        content, header, nonce, key
    )
    envelope = header + nonce + opaque(sealed) + bytes(64)
    signed = _resigned(envelope, RECORD.account_private)
    assert _agreed(formats, signed) == "backup.forged"
    assert _reopened(formats, signed, SLOTS[2]) == "backup.forged"


def test_another_secret_opens_nothing(formats: JsPeer) -> None:
    def only(which: int) -> bytes:
        return seal(RECORD, (SLOTS[which],), 5, seeded_rng(3))

    for which, (secret, _) in enumerate(SECRETS):
        foreign = replace(secret, octets=b"other" + secret.octets[5:])
        fresh: Rng = seeded_rng(4)
        theirs = seal(RECORD, (new_slot(foreign, fresh, CHEAP),), 5, fresh)
        assert _agreed(formats, theirs, which) == "backup.locked"
        assert _agreed(formats, only((which + 1) % 3), which) == "backup.locked"
        assert _reopened(formats, theirs, SLOTS[which]) == "backup.locked"


@pytest.mark.parametrize("place", [0, 4])
def test_a_slot_that_demands_absurd_work_is_malformed(
    formats: JsPeer, place: int
) -> None:
    at = BACKUP.index(b"\1\0\0\0\1\0\0\0\x08") + 1 + place
    absurd = BACKUP[:at] + b"\xff\0\0\0" + BACKUP[at + 4 :]
    signed = _resigned(absurd, RECORD.account_private)
    assert _agreed(formats, signed, which=0) == "backup.malformed"
