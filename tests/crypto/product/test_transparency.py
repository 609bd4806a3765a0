"""The transparency log: what is recorded, who signed it, what an owner finds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.ciphersuite import CipherSuite, generate_signature_key_pair
from mentalverse_crypto.device_list import (
    DeviceList,
    ListedDevice,
    sign_first,
    sign_next,
)
from mentalverse_crypto.errors import (
    DecodeError,
    InvalidRequest,
    LogEntriesMissing,
    LogProofInvalid,
    MlsError,
    SignatureError,
    WrongLog,
)
from mentalverse_crypto.log_entry import (
    AS_KEYS_TAG,
    BUNDLES_TAG,
    REPORT_KEYS_TAG,
    EntryKind,
    LogEntry,
    account_entry,
    as_key_entry,
    bundle_entry,
    check_account_entry,
    report_key_entry,
    tag_of,
)
from mentalverse_crypto.merkle import EMPTY_ROOT, Frontier, frontier_at
from mentalverse_crypto.transparency import (
    SignedHead,
    check_frontier,
    follow,
    log_id_of,
    proven_account_keys,
    sign_head,
    verify_entry,
    verify_growth,
    verify_head,
)
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations
from support.transparency_log import LoggingService

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
ADA, BEN = b"ada-has-16-bytes", b"ben-has-16-bytes"
ADA_KEY = generate_signature_key_pair(seeded_rng(1))
BEN_KEY = generate_signature_key_pair(seeded_rng(2))
FALSE_KEY = generate_signature_key_pair(seeded_rng(3))
PHONE = ListedDevice(b"p" * 16, b"P" * 32, 1_000)
PLANTED = ListedDevice(b"x" * 16, b"X" * 32, 1_000)

ADA_1 = sign_first(ADA_KEY, ADA, [PHONE])
ADA_2 = sign_next(ADA_KEY, ADA_1, [])
BEN_1 = sign_first(BEN_KEY, BEN, [PHONE])

repeatable = settings(database=None, deadline=None, derandomize=True)
numbers = st.integers(0, 2**64 - 1)
hashes = st.binary(min_size=32, max_size=32)


def logged() -> LoggingService:
    service = LoggingService(NOW)
    service.record_account(ADA_1)
    service.record_account(BEN_1)
    service.record_account(ADA_2)
    return service


# --- bytes ---


@repeatable
@given(
    st.builds(
        LogEntry,
        st.sampled_from(EntryKind),
        numbers,
        hashes,
        hashes,
        hashes,
        numbers,
        numbers,
    )
)
def test_an_entry_that_is_written_is_read(entry: LogEntry) -> None:
    assert LogEntry.decode(entry.encode()) == entry
    assert len(entry.encode()) == 122


@repeatable
@given(numbers, hashes, st.integers(0, 10**12))
def test_a_head_that_is_signed_is_read_and_verified(
    size: int, root: bytes, second: int
) -> None:
    moment = datetime.fromtimestamp(second / 1000, UTC)
    head = sign_head(ADA_KEY, size, root, moment)
    read = SignedHead.decode(head.encode())
    assert read == head
    assert len(head.encode()) == 145
    verify_head(read, ADA_KEY.public)


def test_every_damaged_entry_is_refused_or_is_another_entry() -> None:
    entry = account_entry(7, ADA_1, NOW)
    for damaged in (*truncations(entry.encode()), *bit_flips(entry.encode())):
        try:
            read = LogEntry.decode(damaged)
        except DecodeError:
            continue
        assert read != entry
        assert read.leaf_hash() != entry.leaf_hash()


def test_every_damaged_head_is_refused() -> None:
    service = logged()
    head = service.head(NOW)
    for damaged in (*truncations(head.encode()), *bit_flips(head.encode())):
        with pytest.raises((DecodeError, WrongLog, SignatureError)):
            verify_head(SignedHead.decode(damaged), service.public)


def test_the_head_of_another_log_is_refused() -> None:
    with pytest.raises(WrongLog):
        verify_head(logged().head(NOW), FALSE_KEY.public)


def test_a_head_under_a_borrowed_log_id_is_refused() -> None:
    service = logged()
    forged = sign_head(FALSE_KEY, 3, service.frontier.root(), NOW)
    with pytest.raises(SignatureError):
        verify_head(replace(forged, log_id=log_id_of(service.public)), service.public)


def test_the_kinds_of_entries_have_tags_of_their_own() -> None:
    made = [
        account_entry(0, ADA_1, NOW),
        as_key_entry(1, FALSE_KEY.public, 1, NOW),
        bundle_entry(2, b"h" * 32, 1, NOW),
        report_key_entry(3, SUITE, b"a key of any length", 1, NOW),
    ]
    assert [entry.kind for entry in made] == list(EntryKind)
    assert [entry.tag for entry in made] == [
        tag_of(ADA),
        AS_KEYS_TAG,
        BUNDLES_TAG,
        REPORT_KEYS_TAG,
    ]


INVALID: dict[str, Callable[[], object]] = {
    "a negative place": lambda: account_entry(-1, ADA_1, NOW),
    "a short key": lambda: as_key_entry(0, b"short", 1, NOW),
    "a negative counter": lambda: as_key_entry(0, bytes(32), -1, NOW),
    "a short hash": lambda: bundle_entry(0, b"short", 1, NOW),
    "a naive time": lambda: account_entry(0, ADA_1, NOW.replace(tzinfo=None)),
    "a time before 1970": lambda: account_entry(
        0, ADA_1, datetime(1969, 1, 1, tzinfo=UTC)
    ),
    "a negative size": lambda: sign_head(ADA_KEY, -1, EMPTY_ROOT, NOW),
    "a short root": lambda: sign_head(ADA_KEY, 0, b"short", NOW),
}


@pytest.mark.parametrize("law", INVALID)
def test_nothing_is_recorded_with(law: str) -> None:
    with pytest.raises(InvalidRequest):
        INVALID[law]()


# --- what a contact checks ---


def test_a_contact_sees_that_a_key_is_in_the_log() -> None:
    service = logged()
    head = service.head(NOW)
    entry, proof = service.prove(1)
    verify_entry(entry, proof, head)
    check_account_entry(entry, BEN_1)


def test_a_key_that_was_not_logged_has_no_proof() -> None:
    service = logged()
    swapped = sign_first(FALSE_KEY, BEN, [PHONE])
    _, proof = service.prove(1)
    entry = account_entry(1, swapped, NOW)
    check_account_entry(entry, swapped)
    with pytest.raises(LogProofInvalid):
        verify_entry(entry, proof, service.head(NOW))


def test_the_keys_of_an_account_are_those_that_the_log_proves() -> None:
    service = logged()
    proofs = [service.prove(seq) for seq in range(3)]
    keys = proven_account_keys(service.head(NOW), proofs)
    assert set(keys(ADA)) == {ADA_KEY.public}
    assert set(keys(BEN)) == {BEN_KEY.public}
    assert set(keys(b"eve-has-16-bytes")) == set()
    invented = account_entry(1, sign_first(FALSE_KEY, BEN, [PHONE]), NOW)
    with pytest.raises(LogProofInvalid):
        proven_account_keys(service.head(NOW), [(invented, proofs[1][1])])


@pytest.mark.parametrize(
    "shown",
    [
        ADA_1,
        sign_first(FALSE_KEY, BEN, [PHONE]),
        sign_first(BEN_KEY, BEN, [PLANTED]),
        sign_next(BEN_KEY, BEN_1, [PHONE]),
    ],
    ids=["another account", "another key", "another device", "the next list"],
)
def test_an_entry_stands_for_no_other_list(shown: DeviceList) -> None:
    entry, _ = logged().prove(1)
    with pytest.raises(WrongLog):
        check_account_entry(entry, shown)


def test_an_entry_about_something_else_stands_for_no_list() -> None:
    entry = replace(account_entry(0, BEN_1, NOW), kind=EntryKind.AS_KEY)
    with pytest.raises(WrongLog):
        check_account_entry(entry, BEN_1)


def test_the_log_proves_that_it_only_grew() -> None:
    service = LoggingService(NOW)
    service.record_account(ADA_1)
    before = service.head(NOW)
    service.record_account(BEN_1)
    service.record_account(ADA_2)
    after = service.head(NOW)
    verify_growth(before, after, service.growth(before.size, after.size))
    with pytest.raises(LogProofInvalid):
        verify_growth(before, after, ())


def test_heads_of_two_logs_are_not_compared() -> None:
    one, other = logged(), LoggingService(NOW, seed=99)
    with pytest.raises(WrongLog):
        verify_growth(other.head(NOW), one.head(NOW), ())


# --- what an owner finds ---


def test_an_owner_who_reads_every_entry_needs_no_proof() -> None:
    service = logged()
    seen = follow(Frontier(), service.entries)
    check_frontier(seen, service.head(NOW))


def test_an_owner_may_begin_where_the_log_is() -> None:
    service = logged()
    begun = frontier_at(service.frontier.size, service.node_at)
    check_frontier(begun, service.head(NOW))
    service.record_account(BEN_1)
    check_frontier(follow(begun, service.entries[3:]), service.head(NOW))


def test_an_entry_left_out_is_noticed() -> None:
    service = logged()
    with pytest.raises(LogEntriesMissing):
        follow(Frontier(), [service.entries[0], service.entries[2]])
    renumbered = [service.entries[0], replace(service.entries[2], seq=1)]
    with pytest.raises(LogProofInvalid):
        check_frontier(follow(Frontier(), renumbered), service.head(NOW))


@repeatable
@given(st.binary(max_size=160))
def test_any_bytes_are_refused_or_are_an_encoding(data: bytes) -> None:
    for structure in (LogEntry, SignedHead):
        try:
            read = structure.decode(data)
        except MlsError:
            continue
        assert read.encode() == data


def test_a_head_is_dated_in_milliseconds() -> None:
    moment = NOW + timedelta(milliseconds=7)
    head = sign_head(ADA_KEY, 0, EMPTY_ROOT, moment)
    assert head.time_ms == int(NOW.timestamp()) * 1000 + 7
