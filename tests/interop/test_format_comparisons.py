"""What people compare, and which suite devices agree on: the same in both languages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import identity, negotiation
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.identity import AccountIdentity
from support.formats import ours, theirs

repeatable = settings(database=None, deadline=None, derandomize=True)
accounts = st.builds(
    AccountIdentity,
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
)
offers = st.lists(
    st.lists(st.sampled_from([1, 2, 3, 0xF07A, 0xF07B, 0]), max_size=4), max_size=4
)


def _account(account: AccountIdentity) -> dict[str, bytes]:
    return {
        "accountId": account.account_id,
        "accountPublic": account.account_public,
    }


@repeatable
@given(one=accounts, other=accounts)
def test_both_screens_show_the_same(
    formats: JsPeer, one: AccountIdentity, other: AccountIdentity
) -> None:
    """Safety numbers and QR codes, in either order of the two."""
    assert formats.call("safetyNumber", **_account(one)) == one.safety_number()
    for first, second in ((one, other), (other, one)):
        pair = {"one": _account(first), "other": _account(second)}
        number = identity.pair_safety_number(one, other)
        assert formats.call("pairSafetyNumber", **pair) == number
        code = octets(formats.call("qrPayload", **pair))
        assert code == identity.qr_payload(one, other)
        assert formats.call("qrMatches", scanned=code, **pair)


@repeatable
@given(one=accounts, other=accounts, third=accounts, scanned=st.binary(max_size=66))
def test_scanned_codes_are_judged_alike(
    formats: JsPeer,
    one: AccountIdentity,
    other: AccountIdentity,
    third: AccountIdentity,
    scanned: bytes,
) -> None:
    whole = identity.qr_payload(one, other)
    pair = {"one": _account(one), "other": _account(other)}
    for code in (
        scanned,
        b"\x01" + scanned,
        whole[:-1],
        whole + b"\x00",
        b"\x02" + whole[1:],
        identity.qr_payload(one, third),
    ):
        mine = ours(lambda c=code: identity.qr_matches(c, one, other))  # type: ignore[misc]
        assert theirs(formats, "qrMatches", [{"scanned": code} | pair]) == [mine]


@repeatable
@given(authenticator=st.binary(max_size=64))
def test_a_circle_sees_one_code(formats: JsPeer, authenticator: bytes) -> None:
    mine = ours(lambda: identity.circle_code(authenticator))
    assert theirs(formats, "circleCode", [{"data": authenticator}]) == [mine]
    if mine[0] == "ok":
        shown = formats.call("grouped", digits=mine[1])
        assert shown == identity.grouped(mine[1])


def test_ids_and_keys_of_other_lengths_identify_nobody(formats: JsPeer) -> None:
    requests = [
        {"accountId": bytes(15), "accountPublic": bytes(32)},
        {"accountId": bytes(16), "accountPublic": bytes(33)},
    ]
    refused = ("refused", "mls.state.invalid_request")
    assert theirs(formats, "safetyNumber", requests) == [refused, refused]


@repeatable
@given(given_offers=offers)
def test_the_same_suite_is_agreed_on(
    formats: JsPeer, given_offers: list[list[int]]
) -> None:
    mine = ours(lambda: int(negotiation.negotiate(given_offers)))
    assert theirs(formats, "negotiate", [{"offers": given_offers}]) == [mine]
    for current in CipherSuite:
        fields = {"current": int(current), "offers": given_offers}
        expected = int(negotiation.upgrade(current, given_offers))
        assert formats.call("upgrade", **fields) == expected


def test_a_strong_suite_kept_back_is_noticed(formats: JsPeer) -> None:
    """Listed by the leaf, and no package of it came; unknown suites are nobody's."""
    packages = [
        {"suite": 1, "listed": [0xF07A, 1, 0xAAAA]},
        {"suite": 3, "listed": [0xF07A, 1, 3]},
    ]
    assert formats.call("withheld", packages=packages) == [0xF07A]
    packages.append({"suite": 0xF07A, "listed": [0xF07A]})
    assert formats.call("withheld", packages=packages) == []
