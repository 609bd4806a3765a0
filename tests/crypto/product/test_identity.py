"""Safety numbers and circle codes: the same on both screens, computed twice here."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.errors import InvalidRequest, UnsupportedError
from mentalverse_crypto.identity import (
    AccountIdentity,
    circle_code,
    grouped,
    pair_safety_number,
    qr_matches,
    qr_payload,
)

ADA = AccountIdentity(bytes(range(16)), bytes(range(32)))
BEN = AccountIdentity(b"\xff" * 16, b"\x80" * 32)

repeatable = settings(database=None, deadline=None, derandomize=True)
accounts = st.builds(
    AccountIdentity,
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
)


def digits_by_long_division(octets: bytes) -> str:
    """The digit rule a second way: base 256 to base 10, last five digits kept."""
    groups = []
    for start in (0, 5, 10, 15, 20, 25):
        value = 0
        for octet in octets[start : start + 5]:
            value = value * 256 + octet
        groups.append(str(value).rjust(5, "0")[-5:])
    return "".join(groups)


def digest_by_hand(account: AccountIdentity) -> bytes:
    text = b"MentalVerse safety v1" + account.account_id + account.account_public
    return hashlib.sha512(text).digest()


def test_the_safety_number_of_a_known_account_never_changes() -> None:
    # Computed with sha512sum and shell arithmetic, without this package.
    assert grouped(ADA.safety_number()) == "04310 32622 39475 77157 18195 80776"
    assert grouped(BEN.safety_number()) == "76524 51475 45614 57974 96800 11550"


def test_the_circle_code_of_a_known_epoch_never_changes() -> None:
    # 0x0000000000 -> 00000, 0x00000186a0 = 100,000 -> 00000,
    # 0x000001869f = 99,999 -> 99999, 0xffffffffff = 1,099,511,627,775 -> 27775,
    # 0x0000000001 -> 00001, 0x0100000000 = 4,294,967,296 -> 67296.
    epoch_authenticator = bytes.fromhex(
        "0000000000 00000186a0 000001869f ffffffffff 0000000001 0100000000 abcd"
    )
    assert circle_code(epoch_authenticator) == "000000000099999277750000167296"


@repeatable
@given(accounts)
def test_the_number_of_an_account_follows_the_digit_rule(
    account: AccountIdentity,
) -> None:
    expected = digits_by_long_division(digest_by_hand(account))
    assert account.safety_number() == expected
    assert len(expected) == 30


@repeatable
@given(accounts, accounts)
def test_both_people_see_the_same_number_and_code(
    one: AccountIdentity, other: AccountIdentity
) -> None:
    number = pair_safety_number(one, other)
    assert number == pair_safety_number(other, one)
    assert number[:30] <= number[30:]
    assert {number[:30], number[30:]} == {one.safety_number(), other.safety_number()}
    assert qr_matches(qr_payload(one, other), other, one)


@repeatable
@given(accounts, accounts)
def test_the_qr_code_is_a_version_and_both_half_digests_ascending(
    one: AccountIdentity, other: AccountIdentity
) -> None:
    halves = sorted([digest_by_hand(one)[:32], digest_by_hand(other)[:32]])
    assert qr_payload(one, other) == b"\x01" + halves[0] + halves[1]


def test_a_swapped_key_or_id_changes_number_and_code() -> None:
    impostors = [
        AccountIdentity(BEN.account_id, b"\x81" * 32),
        AccountIdentity(b"\xfe" * 16, BEN.account_public),
    ]
    for impostor in impostors:
        assert pair_safety_number(ADA, impostor) != pair_safety_number(ADA, BEN)
        assert not qr_matches(qr_payload(ADA, impostor), ADA, BEN)


def test_a_cut_or_longer_code_does_not_match() -> None:
    code = qr_payload(ADA, BEN)
    assert not qr_matches(code[:-1], ADA, BEN)
    assert not qr_matches(code + b"\x00", ADA, BEN)


@pytest.mark.parametrize("scanned", [b"", b"\x02" + bytes(64), b"https://"])
def test_a_foreign_code_is_said_to_be_foreign(scanned: bytes) -> None:
    with pytest.raises(UnsupportedError):
        qr_matches(scanned, ADA, BEN)


@pytest.mark.parametrize(("id_octets", "key_octets"), [(15, 32), (16, 31), (0, 0)])
def test_an_identity_of_other_lengths_is_refused(
    id_octets: int, key_octets: int
) -> None:
    with pytest.raises(InvalidRequest):
        AccountIdentity(bytes(id_octets), bytes(key_octets))


def test_a_circle_code_needs_thirty_octets() -> None:
    assert circle_code(bytes(30)) == "0" * 30
    with pytest.raises(InvalidRequest):
        circle_code(bytes(29))
