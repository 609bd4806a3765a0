"""The suite that a group gets."""

from collections.abc import Collection
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import NoCommonSuite
from mentalverse_crypto.leaf import Capabilities
from mentalverse_crypto.negotiation import (
    PREFERENCE,
    negotiate,
    offered,
    upgrade,
    withheld,
)
from support.deterministic import seeded_rng
from support.mls_group import client

AES = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
CHACHA = CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519
HYBRID = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
GREASE = 0x0A0A

repeatable = settings(database=None, deadline=None, derandomize=True)
offers = st.lists(
    st.sets(st.sampled_from([*PREFERENCE, GREASE, 77])), min_size=1, max_size=6
)


def test_every_suite_has_its_place_in_the_order() -> None:
    assert sorted(PREFERENCE) == sorted(CipherSuite)


@pytest.mark.parametrize(
    ("devices", "suite"),
    [
        ([{AES, CHACHA, HYBRID}, {AES, CHACHA, HYBRID}], HYBRID),
        ([{AES, CHACHA, HYBRID}, {AES, CHACHA}], AES),
        ([{AES, HYBRID}, {CHACHA, HYBRID}], HYBRID),
        ([{AES, CHACHA}, {CHACHA, HYBRID}], CHACHA),
        ([{GREASE, 77, AES}, {GREASE, 77, AES}], AES),
        ([], HYBRID),
    ],
)
def test_a_group_gets_the_best_suite_that_all_offer(
    devices: list[Collection[int]], suite: CipherSuite
) -> None:
    for order in permutations(devices):
        assert negotiate(order) is suite


@repeatable
@given(offers)
def test_what_is_chosen_is_offered_by_all_and_nothing_better_is(
    devices: list[set[int]],
) -> None:
    shared = set(CipherSuite).intersection(*devices)
    if not shared:
        with pytest.raises(NoCommonSuite):
            negotiate(devices)
        return
    chosen = negotiate(devices)
    assert chosen in shared
    assert not shared & set(PREFERENCE[: PREFERENCE.index(chosen)])


@repeatable
@given(st.sampled_from(PREFERENCE), offers)
def test_a_group_moves_to_the_hybrid_suite_or_stays(
    current: CipherSuite, devices: list[set[int]]
) -> None:
    hybrid = all(HYBRID in device for device in devices)
    assert upgrade(current, devices) is (HYBRID if hybrid else current)


def test_a_suite_that_a_device_lists_but_gives_no_package_for_is_withheld() -> None:
    rng = seeded_rng(66)
    device = client("device", rng)
    package = device.key_package(capabilities=Capabilities(cipher_suites=(AES, HYBRID)))
    assert offered([package]) == {AES}
    assert withheld([package]) == {HYBRID}
    device.suite = HYBRID
    packages = [package, device.key_package()]
    assert offered(packages) == {AES, HYBRID}
    assert withheld(packages[:1]) == {HYBRID}
    assert withheld(packages) == {CHACHA}
    assert withheld([]) == frozenset()
