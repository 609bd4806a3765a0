"""The signed device list: one encoding, one successor, no silent change of keys."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.ciphersuite import SignatureKeyPair, generate_signature_key_pair
from mentalverse_crypto.device_list import (
    MAX_DEVICES,
    DeviceList,
    ListedDevice,
    check_first,
    check_successor,
    sign_first,
    sign_next,
    verify,
)
from mentalverse_crypto.errors import (
    AccountKeyChanged,
    DecodeError,
    DeviceListError,
    DeviceListUnsigned,
    InvalidRequest,
    NotTheNextDeviceList,
)
from mentalverse_crypto.identity import AccountIdentity
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

ACCOUNT_ID = b"account-16-bytes"
ACCOUNT = generate_signature_key_pair(seeded_rng(1))
RENEWED = generate_signature_key_pair(seeded_rng(2))
STRANGER = generate_signature_key_pair(seeded_rng(3))
PHONE = ListedDevice(b"p" * 16, b"P" * 32, 1_000)
LAPTOP = ListedDevice(b"l" * 16, b"L" * 32, 2_000)
TABLET = ListedDevice(b"t" * 16, b"T" * 32, 3_000)

FIRST = sign_first(ACCOUNT, ACCOUNT_ID, [PHONE, LAPTOP])
NEXT = sign_next(ACCOUNT, FIRST, [PHONE, LAPTOP, TABLET])
ROTATED = sign_next(RENEWED, FIRST, [PHONE], previous_key=ACCOUNT)

repeatable = settings(database=None, deadline=None, derandomize=True)
devices = st.lists(
    st.builds(
        ListedDevice,
        st.binary(min_size=16, max_size=16),
        st.binary(min_size=32, max_size=32),
        st.integers(0, 2**64 - 1),
    ),
    max_size=MAX_DEVICES,
    unique_by=(lambda d: d.device_id, lambda d: d.signature_key),
)


@repeatable
@given(devices)
def test_what_is_signed_is_what_is_read(listed: list[ListedDevice]) -> None:
    made = sign_first(ACCOUNT, ACCOUNT_ID, listed)
    read = DeviceList.decode(made.encode())
    assert read == made
    assert set(read.devices) == set(listed)
    verify(read)


def test_the_order_of_devices_is_not_the_caller_s() -> None:
    assert sign_first(ACCOUNT, ACCOUNT_ID, [LAPTOP, PHONE]) == FIRST


def test_a_list_names_its_devices_by_their_id() -> None:
    assert FIRST.find(PHONE.device_id) == PHONE
    assert FIRST.find(TABLET.device_id) is None


ADA = AccountIdentity(ACCOUNT_ID, ACCOUNT.public)


def test_the_first_list_is_of_the_known_account_key() -> None:
    check_first(FIRST, ADA)
    with pytest.raises(AccountKeyChanged):
        check_first(sign_first(STRANGER, ACCOUNT_ID, [PHONE]), ADA)
    with pytest.raises(DeviceListUnsigned):
        check_first(replace(FIRST, account_signature=bytes(64)), ADA)


@pytest.mark.parametrize(
    "made", [NEXT, sign_first(ACCOUNT, b"x" * 16, [PHONE])], ids=["counter", "account"]
)
def test_the_first_list_is_counted_one_and_of_the_account(made: DeviceList) -> None:
    with pytest.raises(NotTheNextDeviceList):
        check_first(made, ADA)


def test_a_list_of_more_devices_follows() -> None:
    check_successor(FIRST, NEXT)


def test_a_device_is_revoked_by_a_list_without_it() -> None:
    without = sign_next(ACCOUNT, NEXT, [LAPTOP])
    check_successor(NEXT, without)
    assert without.find(PHONE.device_id) is None


def test_the_old_account_key_hands_over_to_the_next() -> None:
    check_successor(FIRST, ROTATED)
    check_successor(ROTATED, sign_next(RENEWED, ROTATED, [PHONE]))


def test_the_old_key_signs_nothing_after_it_handed_over() -> None:
    late = sign_next(ACCOUNT, ROTATED, [PHONE])
    with pytest.raises(AccountKeyChanged):
        check_successor(ROTATED, late)


def test_another_key_without_the_old_one_s_signature_is_pointed_out() -> None:
    recovered = sign_next(STRANGER, FIRST, [PHONE])
    verify(recovered)
    with pytest.raises(AccountKeyChanged):
        check_successor(FIRST, recovered)


def test_a_handover_by_a_key_that_was_not_the_account_s_is_pointed_out() -> None:
    foreign = sign_first(STRANGER, ACCOUNT_ID, [PHONE])
    handed = sign_next(RENEWED, foreign, [PHONE], previous_key=STRANGER)
    with pytest.raises(AccountKeyChanged):
        check_successor(FIRST, handed)


def test_a_handover_that_the_old_key_did_not_sign_is_refused() -> None:
    pretended = SignatureKeyPair(STRANGER.private, ACCOUNT.public)
    stolen = sign_next(STRANGER, FIRST, [PHONE], previous_key=pretended)
    with pytest.raises(DeviceListUnsigned):
        check_successor(FIRST, stolen)


@pytest.mark.parametrize("missing", ["previous_public", "previous_signature"])
def test_an_old_key_and_its_signature_stand_together(missing: str) -> None:
    half = replace(ROTATED, **{missing: b""})  # type: ignore[arg-type]
    with pytest.raises(DecodeError):
        DeviceList.decode(half.encode())


def at_counter(counter: int) -> DeviceList:
    return sign_next(ACCOUNT, replace(FIRST, counter=counter - 1), [PHONE])


NOT_NEXT: dict[str, Callable[[], DeviceList]] = {
    "the same counter": lambda: at_counter(1),
    "a counter skipped": lambda: at_counter(3),
    "another account": lambda: sign_next(
        ACCOUNT, sign_first(ACCOUNT, b"x" * 16, [PHONE]), [PHONE]
    ),
    "a device that became older": lambda: sign_next(
        ACCOUNT, FIRST, [replace(PHONE, added_at=999)]
    ),
    "a device that became younger": lambda: sign_next(
        ACCOUNT, FIRST, [replace(PHONE, added_at=1_001)]
    ),
    "an older date for another key": lambda: sign_next(
        ACCOUNT, FIRST, [replace(PHONE, signature_key=b"N" * 32, added_at=999)]
    ),
}


@pytest.mark.parametrize("law", NOT_NEXT)
def test_a_list_does_not_follow_with(law: str) -> None:
    with pytest.raises(NotTheNextDeviceList):
        check_successor(FIRST, NOT_NEXT[law]())


def test_a_device_may_renew_its_key_at_a_later_date() -> None:
    renewed = replace(PHONE, signature_key=b"N" * 32, added_at=5_000)
    check_successor(FIRST, sign_next(ACCOUNT, FIRST, [renewed]))


@pytest.mark.parametrize("made", [FIRST, NEXT, ROTATED], ids=["first", "next", "key"])
def test_every_damaged_copy_is_refused(made: DeviceList) -> None:
    encoded = made.encode()
    for damaged in (*truncations(encoded), *bit_flips(encoded), encoded + b"\x00"):
        with pytest.raises((DecodeError, DeviceListUnsigned)):
            verify(DeviceList.decode(damaged))


@pytest.mark.parametrize(
    "changes",
    [
        {"counter": 3},
        {"account_id": b"x" * 16},
        {"devices": (LAPTOP,)},
        {"devices": (LAPTOP, replace(PHONE, added_at=7))},
        {"account_public": STRANGER.public},
        {"account_signature": bytes(64)},
        {"previous_public": b"", "previous_signature": b""},
        {"previous_public": STRANGER.public},
        {"previous_signature": bytes(64)},
    ],
    ids=lambda changes: "+".join(changes),
)
def test_no_field_can_be_changed_after_signing(changes: dict[str, bytes]) -> None:
    altered = replace(ROTATED, **changes)  # type: ignore[arg-type]
    with pytest.raises(DeviceListError):
        check_successor(FIRST, altered)


def test_the_hash_differs_for_any_other_list() -> None:
    lists = [FIRST, NEXT, ROTATED, replace(FIRST, account_signature=bytes(64))]
    assert len({made.hash() for made in lists}) == len(lists)


@pytest.mark.parametrize(
    "listed",
    [
        [PHONE, replace(PHONE, signature_key=b"N" * 32)],
        [PHONE, replace(LAPTOP, signature_key=PHONE.signature_key)],
        [replace(PHONE, device_id=b"short")],
        [replace(PHONE, signature_key=b"short")],
        [replace(PHONE, added_at=-1)],
        [
            ListedDevice(bytes([n]) * 16, bytes([n]) * 32, 0)
            for n in range(MAX_DEVICES + 1)
        ],
    ],
    ids=["id twice", "key twice", "short id", "short key", "time", "too many"],
)
def test_a_list_that_nobody_would_read_is_not_signed(
    listed: list[ListedDevice],
) -> None:
    with pytest.raises(InvalidRequest):
        sign_first(ACCOUNT, ACCOUNT_ID, listed)


@pytest.mark.parametrize("previous", [STRANGER, RENEWED])
def test_a_handover_is_signed_by_the_key_before(
    previous: SignatureKeyPair,
) -> None:
    with pytest.raises(InvalidRequest):
        sign_next(RENEWED, FIRST, [PHONE], previous_key=previous)
    with pytest.raises(InvalidRequest):
        sign_next(ACCOUNT, FIRST, [PHONE], previous_key=ACCOUNT)


@repeatable
@given(st.binary(max_size=300).map(lambda tail: b"\x01" + tail))
def test_any_bytes_are_refused_or_are_an_encoding(data: bytes) -> None:
    try:
        made = DeviceList.decode(data)
    except DecodeError:
        return
    assert made.encode() == data
