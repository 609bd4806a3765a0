"""Credentials and the service's keys, made by one language and judged by both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import as_keys, credential
from mentalverse_crypto.as_keys import AsKey
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    sign,
)
from mentalverse_crypto.credential import DeviceCredential, DeviceKind
from mentalverse_crypto.leaf import basic_credential
from support.deterministic import seeded_rng
from support.formats import assert_agreed, describe, ours, theirs
from support.mutations import bit_flips, truncations

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOW_SECONDS = int(NOW.timestamp())
ACCOUNT_ID, DEVICE_ID = b"account-16-bytes", b"device-16-bytes!"
ACCOUNT, LEAF, SERVICE, NEW_SERVICE, OTHER = (
    generate_signature_key_pair(seeded_rng(seed)) for seed in range(1, 6)
)
AS_KEYS = {credential.as_key_id(SERVICE.public): SERVICE.public}
REQUEST = credential.sign_by_account(
    ACCOUNT,
    LEAF.public,
    kind=DeviceKind.MEMBER,
    account_id=ACCOUNT_ID,
    device_id=DEVICE_ID,
    now=NOW,
)
SIGNED = credential.sign_by_as(REQUEST, LEAF.public, SERVICE, NOW)

repeatable = settings(database=None, deadline=None, derandomize=True)
u64s = st.integers(0, 2**64 - 1)


def octets_of(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


credentials = st.builds(
    DeviceCredential,
    st.sampled_from(DeviceKind),
    octets_of(16),
    octets_of(16),
    octets_of(32),
    u64s,
    u64s,
    octets_of(64),
    octets_of(8),
    octets_of(64),
)
service_keys = st.one_of(
    st.builds(AsKey, st.just(1), octets_of(32), st.just(b"")),
    st.builds(AsKey, st.integers(2, 2**64 - 1), octets_of(32), octets_of(64)),
)


def _verify(data: bytes, key: bytes = LEAF.public, now: datetime = NOW) -> bool:
    credential.verify(DeviceCredential.decode(data), key, AS_KEYS, now)
    return True


@repeatable
@given(made=credentials)
def test_any_credential_is_the_same_value_and_octets(
    formats: JsPeer, made: DeviceCredential
) -> None:
    data, value = made.encode(), describe(made)
    assert formats.call("readCredential", data=data) == value
    assert octets(formats.call("writeCredential", value=value)) == data


def test_damaged_credentials_are_read_alike(formats: JsPeer) -> None:
    """Every flipped bit and every cut, with and without the service's signature."""
    for whole in (SIGNED.encode(), REQUEST.encode()):
        damaged = (*bit_flips(whole), *truncations(whole), whole + b"\x00")
        said = assert_agreed(
            formats,
            "readCredential",
            damaged,
            lambda data: describe(DeviceCredential.decode(data)),
        )
        assert ("refused", "mls.decode") in said


def test_no_flipped_bit_is_verified(formats: JsPeer) -> None:
    flips = list(bit_flips(SIGNED.encode()))
    fixed = {"signatureKey": LEAF.public, "asKeys": [SERVICE.public]}
    said = assert_agreed(
        formats, "verifyCredential", flips, _verify, now=NOW_SECONDS, **fixed
    )
    assert {verdict for verdict, _ in said} == {"refused"}
    assert len({code for _, code in said}) == 4


def test_times_and_keys_are_judged_alike(formats: JsPeer) -> None:
    """At the second where a credential begins and ends; under other keys."""
    data = SIGNED.encode()
    seconds = {
        edge + step
        for edge in (SIGNED.not_before, NOW_SECONDS, SIGNED.not_after)
        for step in (-1, 0, 1)
    }
    keys = (LEAF.public, OTHER.public, LEAF.public[1:], b"", LEAF.public + b"\x00")
    requests: list[dict[str, Any]] = [
        {"now": now, "signatureKey": key, "data": data, "asKeys": [SERVICE.public]}
        for now in sorted(seconds)
        for key in keys
    ]
    said = theirs(formats, "verifyCredential", requests)
    for request, verdict in zip(requests, said, strict=True):
        moment = datetime.fromtimestamp(request["now"], UTC)
        key = request["signatureKey"]
        assert verdict == ours(lambda k=key, m=moment: _verify(data, k, m))  # type: ignore[misc]
    assert said.count(("ok", True)) == 7


def test_unknown_and_missing_signatures_are_named_alike(formats: JsPeer) -> None:
    fixed: dict[str, Any] = {"signatureKey": LEAF.public, "now": NOW_SECONDS}
    requests = [
        {"data": SIGNED.encode(), "asKeys": [NEW_SERVICE.public], **fixed},
        {"data": REQUEST.encode(), "asKeys": [SERVICE.public], **fixed},
    ]
    assert [code for _, code in theirs(formats, "verifyCredential", requests)] == [
        "mls.credential_rejected.unknown_key",
        "mls.credential_rejected.unsigned",
    ]


def test_lifetimes_that_no_account_may_give_are_refused_alike(formats: JsPeer) -> None:
    """Signed by account and service all the same: negative, and a second too long."""
    longest = credential.MAX_LIFETIME_SECONDS
    data = [
        _signed_for(NOW_SECONDS - back, NOW_SECONDS - back + span).encode()
        for back in (0, 10)
        for span in (-1, 0, 10, longest, longest + 1, 2**63)
    ]
    fixed = {"signatureKey": LEAF.public, "asKeys": [SERVICE.public]}
    said = assert_agreed(
        formats, "verifyCredential", data, _verify, now=NOW_SECONDS, **fixed
    )
    assert said.count(("ok", True)) == 5


def _signed_for(not_before: int, not_after: int) -> DeviceCredential:
    """Both signatures over any times; only tests make such a thing."""
    label = b"MentalVerse device v1"
    timed = replace(REQUEST, not_before=not_before, not_after=not_after)
    text = label + timed._account_signed() + LEAF.public
    asked = replace(timed, account_signature=sign(ACCOUNT, text))
    named = replace(asked, as_key_id=credential.as_key_id(SERVICE.public))
    text = label + named._as_signed() + LEAF.public
    return replace(named, as_signature=sign(SERVICE, text))


def test_the_service_signs_what_the_browser_asks(formats: JsPeer) -> None:
    """The request of the browser is octet for octet that of Python."""
    for kind in DeviceKind:
        request = _asked(formats, kind=kind.name.lower())
        expected = credential.sign_by_account(
            ACCOUNT,
            LEAF.public,
            kind=kind,
            account_id=ACCOUNT_ID,
            device_id=DEVICE_ID,
            now=NOW,
            lifetime=timedelta(days=365),
        )
        assert request == expected.encode()
        signed = credential.sign_by_as(
            DeviceCredential.decode(request), LEAF.public, SERVICE, NOW
        )
        _verify(signed.encode())


def test_requests_out_of_bounds_are_not_signed(formats: JsPeer) -> None:
    fields: list[dict[str, Any]] = [
        {"lifetime": 0},
        {"lifetime": 365 * 86_400 + 1},
        {"signatureKey": b"short"},
        {"accountId": b"short"},
        {"deviceId": bytes(17)},
        {"now": 3_599},
    ]
    said = theirs(formats, "signCredential", [_asking(**each) for each in fields])
    assert said == [("refused", "mls.state.invalid_request")] * len(fields)


def _asking(**changes: Any) -> dict[str, Any]:
    return {
        "seed": ACCOUNT.private,
        "signatureKey": LEAF.public,
        "kind": "member",
        "accountId": ACCOUNT_ID,
        "deviceId": DEVICE_ID,
        "now": NOW_SECONDS,
        "lifetime": 365 * 86_400,
    } | changes


def _asked(formats: JsPeer, **changes: Any) -> bytes:
    return octets(formats.call("signCredential", **_asking(**changes)))


@repeatable
@given(before=credentials, after=credentials, same=st.sets(st.integers(0, 2)))
def test_leaves_change_hands_for_neither(
    formats: JsPeer, before: DeviceCredential, after: DeviceCredential, same: set[int]
) -> None:
    names = ("kind", "account_id", "device_id")
    after = replace(after, **{names[i]: getattr(before, names[i]) for i in same})
    mine = ours(lambda: _follow(before, after))
    fields = {"before": before.encode(), "after": after.encode()}
    assert theirs(formats, "followCredential", [fields]) == [mine]


def _follow(before: DeviceCredential, after: DeviceCredential) -> bool:
    credential.check_successor(before, after)
    return True


def test_the_client_of_an_identity_is_its_account_and_device(formats: JsPeer) -> None:
    data = SIGNED.encode()
    told = octets(formats.call("clientOf", data=data))
    assert told == credential.client_of(basic_credential(data))


# --- the service's keys ---


def _service_keys(*pairs: SignatureKeyPair) -> list[AsKey]:
    keys = [AsKey(1, pairs[0].public)]
    for before, after in zip(pairs, pairs[1:], strict=False):
        keys.append(as_keys.next_as_key(keys[-1], before.private, after.public))
    return keys


CHAIN = _service_keys(SERVICE, NEW_SERVICE, OTHER, ACCOUNT)


@repeatable
@given(key=service_keys)
def test_any_service_key_is_the_same_value_and_octets(
    formats: JsPeer, key: AsKey
) -> None:
    data, value = key.encode(), describe(key)
    assert formats.call("readAsKey", data=data) == value
    assert octets(formats.call("writeAsKey", value=value)) == data


def test_damaged_service_keys_are_read_alike(formats: JsPeer) -> None:
    for key in CHAIN[:2]:
        whole = key.encode()
        damaged = (*bit_flips(whole), *truncations(whole), whole + b"\x00")
        said = assert_agreed(
            formats,
            "readAsKey",
            damaged,
            lambda data: describe(AsKey.decode(data)),
        )
        assert ("refused", "mls.decode") in said


def test_chains_of_service_keys_are_followed_alike(formats: JsPeer) -> None:
    """Whole, from any pinned key, with a key left out, repeated, swapped or altered."""
    strange = AsKey(2, OTHER.public, bytes(64))
    skipped = as_keys.next_as_key(
        AsKey(2, SERVICE.public, bytes(64)), SERVICE.private, OTHER.public
    )
    chains = [
        CHAIN,
        [CHAIN[0], skipped],
        CHAIN[1:],
        [],
        *([*CHAIN[:gap], *CHAIN[gap + 1 :]] for gap in range(4)),
        [CHAIN[0], CHAIN[0], CHAIN[1]],
        [CHAIN[1], CHAIN[0], CHAIN[2]],
        [CHAIN[0], strange, CHAIN[2]],
    ]
    pins = [each.public for each in (SERVICE, NEW_SERVICE, OTHER, LEAF)]
    requests = [
        {"pinned": pinned, "keys": [key.encode() for key in chain]}
        for pinned in pins
        for chain in chains
    ]
    said = theirs(formats, "acceptedAsKeys", requests)
    mine = [
        ours(lambda p=pinned, c=chain: _accepted(p, c))  # type: ignore[misc]
        for pinned in pins
        for chain in chains
    ]
    assert said == mine
    assert {verdict for verdict, _ in said} == {"ok", "refused"}


def _accepted(pinned: bytes, chain: list[AsKey]) -> Any:
    accepted = as_keys.accepted_as_keys(pinned, chain)
    return describe({key_id.hex(): key for key_id, key in accepted.items()})


def test_no_flipped_bit_introduces_a_service_key(formats: JsPeer) -> None:
    flips = [
        data
        for data in bit_flips(CHAIN[1].encode())
        if ours(lambda d=data: AsKey.decode(d))[0] == "ok"  # type: ignore[misc]
    ][::3]
    requests = [
        {"pinned": SERVICE.public, "keys": [CHAIN[0].encode(), data]} for data in flips
    ]
    unknown = ("refused", "mls.credential_rejected.unknown_key")
    assert theirs(formats, "acceptedAsKeys", requests) == [unknown] * len(flips)
