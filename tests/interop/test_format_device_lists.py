"""Device lists and declared changes, made by one language and judged by both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import declared, device_list
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    sign,
)
from mentalverse_crypto.declared import Declared, DeclaredChange
from mentalverse_crypto.device_list import DeviceList, ListedDevice
from mentalverse_crypto.identity import AccountIdentity
from support.deterministic import seeded_rng
from support.formats import assert_agreed, describe, ours, theirs
from support.mutations import bit_flips, truncations

ACCOUNT_ID = b"account-16-bytes"
ACCOUNT, RENEWED, STRANGER = (
    generate_signature_key_pair(seeded_rng(seed)) for seed in range(1, 4)
)
PHONE = ListedDevice(b"p" * 16, b"P" * 32, 1_000)
LAPTOP = ListedDevice(b"l" * 16, b"L" * 32, 2_000)
TABLET = ListedDevice(b"t" * 16, b"T" * 32, 2**64 - 1)
FIRST = device_list.sign_first(ACCOUNT, ACCOUNT_ID, [PHONE, LAPTOP])
ROTATED = device_list.sign_next(RENEWED, FIRST, [PHONE], previous_key=ACCOUNT)

repeatable = settings(database=None, deadline=None, derandomize=True)


def octets_of(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


devices = st.lists(
    st.builds(ListedDevice, octets_of(16), octets_of(32), st.integers(0, 2**64 - 1)),
    max_size=device_list.MAX_DEVICES,
    unique_by=(lambda d: d.device_id, lambda d: d.signature_key),
)


def _true(check: Callable[[], None]) -> Callable[[], bool]:
    """A check that answers, as those of the harness do."""

    def answer() -> bool:
        check()
        return True

    return answer


def _verify(data: bytes) -> bool:
    device_list.verify(DeviceList.decode(data))
    return True


@repeatable
@given(listed=devices)
def test_lists_are_signed_to_the_same_octets(
    formats: JsPeer, listed: list[ListedDevice]
) -> None:
    """A first list, the next one, and one under another key: in any order given."""
    fields = {"devices": describe(listed), "accountId": ACCOUNT_ID}
    first = octets(formats.call("signFirst", seed=ACCOUNT.private, **fields))
    before = device_list.sign_first(ACCOUNT, ACCOUNT_ID, listed)
    assert first == before.encode()
    for previous in (None, ACCOUNT):
        key = ACCOUNT if previous is None else RENEWED
        made = formats.call(
            "signNext",
            seed=key.private,
            before=first,
            devices=describe(listed[::2]),
            previousSeed=None if previous is None else previous.private,
        )
        after = device_list.sign_next(key, before, listed[::2], previous_key=previous)
        assert octets(made) == after.encode()
        value = describe(after)
        assert formats.call("readDeviceList", data=after.encode()) == value
        assert octets(formats.call("writeDeviceList", value=value)) == after.encode()
        hashed = octets(formats.call("hashDeviceList", data=after.encode()))
        assert hashed == after.hash()


def test_lists_that_no_account_may_sign_are_refused_alike(formats: JsPeer) -> None:
    def listed(*given: ListedDevice) -> dict[str, Any]:
        return {
            "seed": ACCOUNT.private,
            "accountId": ACCOUNT_ID,
            "devices": describe(given),
        }

    many = [
        ListedDevice(bytes(15) + bytes((n,)), bytes((n,)) * 32, n) for n in range(65)
    ]
    requests = [
        listed(PHONE, PHONE),
        listed(PHONE, replace(LAPTOP, signature_key=PHONE.signature_key)),
        listed(replace(PHONE, device_id=b"short")),
        listed(replace(PHONE, signature_key=b"short")),
        listed(replace(PHONE, added_at=-1)),
        listed(replace(PHONE, added_at=2**64)),
        listed(*many),
        listed(PHONE) | {"accountId": b"short"},
    ]
    refused = ("refused", "mls.state.invalid_request")
    assert theirs(formats, "signFirst", requests) == [refused] * len(requests)
    assert theirs(formats, "signFirst", [listed(*many[:64]), listed()])[0][0] == "ok"
    following = [
        {"seed": RENEWED.private, "previousSeed": STRANGER.private},
        {"seed": ACCOUNT.private, "previousSeed": ACCOUNT.private},
    ]
    fixed = {"before": FIRST.encode(), "devices": describe([PHONE])}
    assert theirs(formats, "signNext", (each | fixed for each in following)) == [
        refused,
        refused,
    ]


def test_damaged_lists_are_read_alike(formats: JsPeer) -> None:
    for whole in (FIRST.encode(), ROTATED.encode()):
        damaged = (*bit_flips(whole), *truncations(whole), whole + b"\x00")
        said = assert_agreed(
            formats,
            "readDeviceList",
            damaged,
            lambda data: describe(DeviceList.decode(data)),
        )
        assert ("refused", "mls.decode") in said


def test_no_flipped_bit_of_a_list_is_verified(formats: JsPeer) -> None:
    for whole in (FIRST.encode(), ROTATED.encode()):
        assert _verify(whole)
        assert formats.call("verifyDeviceList", data=whole)
        said = assert_agreed(formats, "verifyDeviceList", bit_flips(whole), _verify)
        assert {code for _, code in said} == {"device_list.unsigned", "mls.decode"}


def _signed_anew(altered: DeviceList) -> DeviceList:
    """With a right signature of the new key, whatever stands for the old one's."""
    text = b"MentalVerse device list v1" + altered._account_signed()
    return replace(altered, account_signature=sign(RENEWED, text))


def _followers() -> Iterable[DeviceList]:
    """Right and wrong lists after FIRST: keys, dates, counters and accounts."""
    older, younger = replace(PHONE, added_at=999), replace(PHONE, added_at=1_001)
    fresh = replace(PHONE, signature_key=b"N" * 32)
    kept: list[list[ListedDevice]] = [
        [],
        [PHONE],
        [PHONE, LAPTOP, TABLET],
        [older],
        [younger],
        [fresh],
        [replace(fresh, added_at=999)],
        [replace(fresh, added_at=1_001)],
    ]
    signers: list[tuple[SignatureKeyPair, SignatureKeyPair | None]] = [
        (ACCOUNT, None),
        (RENEWED, ACCOUNT),
        (RENEWED, None),
    ]
    for listed in kept:
        for key, previous in signers:
            yield device_list.sign_next(key, FIRST, listed, previous_key=previous)
    strange = device_list.sign_first(STRANGER, ACCOUNT_ID, [PHONE])
    yield device_list.sign_next(RENEWED, strange, [PHONE], previous_key=STRANGER)
    yield FIRST
    yield device_list.sign_next(ACCOUNT, ROTATED, [PHONE])
    other = device_list.sign_first(ACCOUNT, b"another-16-bytes", [PHONE])
    yield device_list.sign_next(ACCOUNT, other, [PHONE])
    yield _signed_anew(replace(ROTATED, previous_signature=bytes(64)))
    yield replace(ROTATED, previous_signature=bytes(64))
    yield replace(ROTATED, account_signature=bytes(64))


def test_successors_are_judged_alike(formats: JsPeer) -> None:
    followers = list(_followers())
    requests = [
        {"before": FIRST.encode(), "after": each.encode()} for each in followers
    ]
    said = theirs(formats, "followDeviceList", requests)
    mine = [
        ours(_true(lambda a=each: device_list.check_successor(FIRST, a)))  # type: ignore[misc]
        for each in followers
    ]
    assert said == mine
    assert {code for _, code in said} == {
        True,
        "device_list.unsigned",
        "device_list.not_next",
        "device_list.account_key_changed",
    }


def test_first_lists_are_judged_alike(formats: JsPeer) -> None:
    def judged(data: DeviceList, account: AccountIdentity) -> None:
        fields = {
            "data": data.encode(),
            "accountId": account.account_id,
            "accountPublic": account.account_public,
        }
        mine = ours(_true(lambda: device_list.check_first(data, account)))
        assert theirs(formats, "firstDeviceList", [fields]) == [mine]
        seen.add(mine[1])

    seen: set[object] = set()
    for key in (ACCOUNT, RENEWED, STRANGER):
        for account_id in (ACCOUNT_ID, b"another-16-bytes"):
            for data in (FIRST, ROTATED, replace(FIRST, account_signature=bytes(64))):
                judged(data, AccountIdentity(account_id, key.public))
    assert len(seen) == 4


# --- declared changes ---

changes = st.lists(
    st.builds(DeclaredChange, octets_of(16), octets_of(16)),
    max_size=declared.MAX_CHANGES,
    unique=True,
)


@repeatable
@given(client_id=octets_of(16), adds=changes, removes=changes)
def test_declared_changes_are_the_same_value_and_octets(
    formats: JsPeer,
    client_id: bytes,
    adds: list[DeclaredChange],
    removes: list[DeclaredChange],
) -> None:
    data = declared.encode(client_id, adds, removes)
    value = describe(Declared(client_id, tuple(adds), tuple(removes)))
    assert formats.call("readDeclared", data=data) == value
    assert octets(formats.call("writeDeclared", value=value)) == data


def test_damaged_declarations_are_read_alike(formats: JsPeer) -> None:
    one, two = (
        DeclaredChange(bytes(16), b"1" * 16),
        DeclaredChange(bytes(16), b"2" * 16),
    )
    client_id = b"client-16-bytes!"
    wholes = [
        declared.encode(client_id),
        declared.encode(client_id, [one, two], [one]),
        declared.encode(client_id, [], [two]),
    ]
    loose = [
        wholes[0] + b"\x00\x00",
        wholes[0] + b"\x40\x40" + (one.account_id + one.device_id) * 2 + b"\x00",
        wholes[0] + b"\x00" + b"\x48\x20" + bytes(range(32)) * 65,
    ]
    for whole in wholes:
        damaged = (*bit_flips(whole), *truncations(whole), *loose)
        said = assert_agreed(
            formats,
            "readDeclared",
            damaged,
            lambda data: describe(declared.decode(data)),
        )
        assert ("refused", "mls.decode") in said


def test_declarations_that_nobody_may_make_are_refused_alike(formats: JsPeer) -> None:
    one = DeclaredChange(bytes(16), bytes(16))
    many = tuple(DeclaredChange(bytes(16), n.to_bytes(16, "big")) for n in range(65))
    wrong = [
        Declared(b"short"),
        Declared(bytes(16), (one, one)),
        Declared(bytes(16), (), (one, one)),
        Declared(bytes(16), many),
        Declared(bytes(16), (DeclaredChange(bytes(15), bytes(17)),)),
    ]
    for each in wrong:
        mine = ours(lambda e=each: declared.encode(e.client_id, e.adds, e.removes))  # type: ignore[misc]
        assert mine == ("refused", "mls.state.invalid_request")
        fields = {"value": describe(each)}
        assert theirs(formats, "writeDeclared", [fields]) == [mine]
