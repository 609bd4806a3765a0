"""Device credentials: two signatures, one leaf, a span of time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.ciphersuite import (
    generate_signature_key_pair,
    sign,
    signature_key_pair,
)
from mentalverse_crypto.credential import (
    CLOCK_SKEW,
    LIFETIME,
    DeviceCredential,
    DeviceKind,
    as_key_id,
    check_successor,
    client_of,
    sign_by_account,
    sign_by_as,
    validator,
    verify,
)
from mentalverse_crypto.errors import (
    CredentialExpired,
    CredentialMismatch,
    CredentialRejected,
    CredentialUnsigned,
    DecodeError,
    InvalidRequest,
    MlsError,
    UnknownAuthenticationKey,
)
from mentalverse_crypto.leaf import basic_credential
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ACCOUNT_ID, DEVICE_ID = b"account-16-bytes", b"device-16-bytes!"
ACCOUNT = generate_signature_key_pair(seeded_rng(1))
LEAF = generate_signature_key_pair(seeded_rng(2))
SERVICE = generate_signature_key_pair(seeded_rng(3))
OTHER = generate_signature_key_pair(seeded_rng(4))
AS_KEYS = {as_key_id(SERVICE.public): SERVICE.public}

repeatable = settings(database=None, deadline=None, derandomize=True)


def request(**changes: Any) -> DeviceCredential:
    asked: dict[str, Any] = {
        "kind": DeviceKind.MEMBER,
        "account_id": ACCOUNT_ID,
        "device_id": DEVICE_ID,
        "now": NOW,
    }
    return sign_by_account(ACCOUNT, LEAF.public, **(asked | changes))


CREDENTIAL = sign_by_as(request(), LEAF.public, SERVICE, NOW)


def test_a_credential_signed_by_both_is_accepted() -> None:
    verify(CREDENTIAL, LEAF.public, AS_KEYS, NOW)


def test_the_signed_texts_are_those_of_the_format() -> None:
    fields = (
        b"\x01\x01"
        + ACCOUNT_ID
        + DEVICE_ID
        + ACCOUNT.public
        + int((NOW - CLOCK_SKEW).timestamp()).to_bytes(8, "big")
        + int((NOW + LIFETIME).timestamp()).to_bytes(8, "big")
    )
    by_account = sign(ACCOUNT, b"MentalVerse device v1" + fields + LEAF.public)
    vouched = fields + b"\x40\x40" + by_account + as_key_id(SERVICE.public)
    by_service = sign(SERVICE, b"MentalVerse device v1" + vouched + LEAF.public)
    assert CREDENTIAL.encode() == vouched + b"\x40\x40" + by_service


@repeatable
@given(
    st.builds(
        DeviceCredential,
        st.sampled_from(DeviceKind),
        st.binary(min_size=16, max_size=16),
        st.binary(min_size=16, max_size=16),
        st.binary(min_size=32, max_size=32),
        st.integers(0, 2**64 - 1),
        st.integers(0, 2**64 - 1),
        st.binary(min_size=64, max_size=64),
        st.binary(min_size=8, max_size=8),
        st.binary(min_size=64, max_size=64),
    )
)
def test_what_is_encoded_is_what_is_decoded(credential: DeviceCredential) -> None:
    assert DeviceCredential.decode(credential.encode()) == credential
    asked = replace(credential, as_key_id=bytes(8), as_signature=b"")
    assert DeviceCredential.decode(asked.encode()) == asked


@pytest.mark.parametrize("credential", [request(), CREDENTIAL])
def test_every_truncation_is_a_decode_error(credential: DeviceCredential) -> None:
    for damaged in truncations(credential.encode()):
        with pytest.raises(DecodeError):
            DeviceCredential.decode(damaged)


def test_every_bit_flip_is_refused_with_a_declared_error() -> None:
    for damaged in bit_flips(CREDENTIAL.encode()):
        with pytest.raises(MlsError) as caught:
            verify(DeviceCredential.decode(damaged), LEAF.public, AS_KEYS, NOW)
        assert isinstance(caught.value, DecodeError | CredentialRejected)


@pytest.mark.parametrize(
    "encoded",
    [
        b"\x02" + CREDENTIAL.encode()[1:],
        b"\x01\x00" + CREDENTIAL.encode()[2:],
        CREDENTIAL.encode() + b"\x00",
        replace(CREDENTIAL, account_signature=b"s" * 63).encode(),
        replace(CREDENTIAL, as_signature=b"s" * 65).encode(),
        replace(CREDENTIAL, as_signature=b"").encode(),
    ],
    ids=["version", "kind", "longer", "account", "service", "key-id-alone"],
)
def test_another_form_is_a_decode_error(encoded: bytes) -> None:
    with pytest.raises(DecodeError):
        DeviceCredential.decode(encoded)


def test_a_credential_does_not_fit_another_leaf() -> None:
    with pytest.raises(CredentialUnsigned, match="account"):
        verify(CREDENTIAL, OTHER.public, AS_KEYS, NOW)


def test_a_credential_does_not_fit_a_key_of_another_length() -> None:
    with pytest.raises(CredentialUnsigned):
        verify(CREDENTIAL, LEAF.public + b"\x00", AS_KEYS, NOW)


def test_the_service_alone_makes_no_device() -> None:
    forged = replace(request(), account_signature=sign(SERVICE, b"anything"))
    with pytest.raises(CredentialUnsigned, match="account"):
        sign_by_as(forged, LEAF.public, SERVICE, NOW)
    vouched = replace(forged, as_key_id=as_key_id(SERVICE.public))
    text = b"MentalVerse device v1" + vouched.encode()[:-1] + LEAF.public
    signed = replace(vouched, as_signature=sign(SERVICE, text))
    with pytest.raises(CredentialUnsigned, match="account"):
        verify(signed, LEAF.public, AS_KEYS, NOW)


def test_the_account_alone_makes_no_device() -> None:
    with pytest.raises(CredentialUnsigned, match="has not signed"):
        verify(request(), LEAF.public, AS_KEYS, NOW)
    own = sign_by_as(request(), LEAF.public, ACCOUNT, NOW)
    with pytest.raises(UnknownAuthenticationKey):
        verify(own, LEAF.public, AS_KEYS, NOW)
    renamed = replace(own, as_key_id=as_key_id(SERVICE.public))
    with pytest.raises(CredentialUnsigned, match="service"):
        verify(renamed, LEAF.public, AS_KEYS, NOW)


def test_neither_signature_stands_in_for_the_other() -> None:
    # One key in both roles: the signed texts must differ all the same.
    both = {as_key_id(ACCOUNT.public): ACCOUNT.public}
    named = replace(request(), as_key_id=as_key_id(ACCOUNT.public))
    copied = replace(named, as_signature=named.account_signature)
    with pytest.raises(CredentialUnsigned, match="service"):
        verify(copied, LEAF.public, both, NOW)


def test_a_key_under_another_id_does_not_verify() -> None:
    text = CREDENTIAL.encode()
    assert text[-74:-66] == as_key_id(SERVICE.public)
    moved = replace(CREDENTIAL, as_key_id=b"other-id")
    with pytest.raises(CredentialUnsigned, match="service"):
        verify(moved, LEAF.public, {b"other-id": SERVICE.public}, NOW)


def test_rotation_keeps_what_an_earlier_key_signed() -> None:
    keys = AS_KEYS | {as_key_id(OTHER.public): OTHER.public}
    verify(CREDENTIAL, LEAF.public, keys, NOW)
    verify(sign_by_as(request(), LEAF.public, OTHER, NOW), LEAF.public, keys, NOW)


@pytest.mark.parametrize(
    ("offset", "valid"),
    [
        (-CLOCK_SKEW - timedelta(seconds=1), False),
        (-CLOCK_SKEW, True),
        (LIFETIME, True),
        (LIFETIME + timedelta(seconds=1), False),
    ],
)
def test_a_credential_is_valid_from_its_first_to_its_last_second(
    offset: timedelta, valid: bool
) -> None:
    if valid:
        verify(CREDENTIAL, LEAF.public, AS_KEYS, NOW + offset)
        return
    with pytest.raises(CredentialExpired):
        verify(CREDENTIAL, LEAF.public, AS_KEYS, NOW + offset)
    with pytest.raises(CredentialExpired):
        sign_by_as(request(), LEAF.public, SERVICE, NOW + offset)


@pytest.mark.parametrize("span_seconds", [-1, 366 * 86_400 + 1])
def test_a_lifetime_backwards_or_beyond_a_year_and_a_day_is_refused(
    span_seconds: int,
) -> None:
    begin = int(NOW.timestamp())
    odd = replace(CREDENTIAL, not_before=begin, not_after=begin + span_seconds)
    with pytest.raises(CredentialExpired, match="negative or too long"):
        verify(odd, LEAF.public, AS_KEYS, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": b"short"},
        {"device_id": b"short"},
        {"lifetime": LIFETIME + timedelta(seconds=1)},
        {"lifetime": timedelta()},
        {"now": datetime(2026, 5, 1)},  # noqa: DTZ001
        {"now": datetime(1969, 12, 31, tzinfo=UTC)},
    ],
)
def test_a_request_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        request(**changes)


def test_a_request_for_a_leaf_key_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        sign_by_account(
            ACCOUNT,
            LEAF.public[:31],
            kind=DeviceKind.GUEST,
            account_id=ACCOUNT_ID,
            device_id=DEVICE_ID,
            now=NOW,
        )


def test_a_leaf_keeps_its_device_when_keys_and_times_change() -> None:
    later = request(now=NOW + timedelta(days=300))
    check_successor(CREDENTIAL, replace(later, account_public=OTHER.public))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": DeviceKind.GUEST},
        {"account_id": b"x" * 16},
        {"device_id": b"x" * 16},
    ],
)
def test_a_leaf_that_changes_its_device_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CredentialMismatch):
        check_successor(CREDENTIAL, request(**changes))


def test_a_key_id_is_the_named_digest_of_its_key() -> None:
    # sha256sum of "MentalVerse AS key v1" and the public key of 32 zero octets' seed.
    public = signature_key_pair(bytes(32)).public
    assert as_key_id(public).hex() == "9ea3fc6578debb75"


def test_mls_asks_about_a_credential_and_gets_the_answer_of_verify() -> None:
    validate = validator(AS_KEYS, NOW)
    validate(basic_credential(CREDENTIAL.encode()), LEAF.public)
    with pytest.raises(CredentialUnsigned):
        validate(basic_credential(CREDENTIAL.encode()), OTHER.public)
    with pytest.raises(DecodeError):
        validate(basic_credential(b"alice"), LEAF.public)


def test_a_renewed_credential_stands_for_the_same_client() -> None:
    renewed = sign_by_as(
        request(now=NOW + timedelta(days=300)),
        LEAF.public,
        SERVICE,
        NOW + timedelta(days=300),
    )
    first, second = (
        client_of(basic_credential(credential.encode()))
        for credential in (CREDENTIAL, renewed)
    )
    assert first == second == ACCOUNT_ID + DEVICE_ID
