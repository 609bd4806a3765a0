"""Keys of the service: only a chain of signatures leads from one to another."""

from dataclasses import replace

import pytest

from mentalverse_crypto.as_keys import AsKey, accepted_as_keys, next_as_key
from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.credential import as_key_id
from mentalverse_crypto.errors import DecodeError, UnknownAuthenticationKey
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

PAIRS = [generate_signature_key_pair(seeded_rng(seed)) for seed in range(1, 5)]
STRANGER = generate_signature_key_pair(seeded_rng(9))


def chain() -> list[AsKey]:
    keys = [AsKey(1, PAIRS[0].public)]
    for before, pair in zip(PAIRS, PAIRS[1:], strict=False):
        keys.append(next_as_key(keys[-1], before.private, pair.public))
    return keys


@pytest.mark.parametrize("pinned", range(4))
def test_the_pinned_key_and_all_that_follow_are_accepted(pinned: int) -> None:
    publics = [pair.public for pair in PAIRS[pinned:]]
    accepted = accepted_as_keys(PAIRS[pinned].public, chain())
    assert accepted == {as_key_id(public): public for public in publics}


def test_a_service_that_hides_the_pinned_key_is_refused() -> None:
    with pytest.raises(UnknownAuthenticationKey):
        accepted_as_keys(STRANGER.public, chain())
    with pytest.raises(UnknownAuthenticationKey):
        accepted_as_keys(PAIRS[0].public, chain()[1:])


def test_a_key_that_the_one_before_did_not_sign_is_refused() -> None:
    keys = chain()
    for planted in (
        next_as_key(replace(keys[0], counter=2), STRANGER.private, STRANGER.public),
        replace(keys[2], public=STRANGER.public),
        replace(keys[2], signature=bytes(64)),
        replace(keys[2], signature=b""),
    ):
        with pytest.raises(UnknownAuthenticationKey):
            accepted_as_keys(PAIRS[0].public, [*keys[:2], planted])


def test_a_key_left_out_is_noticed() -> None:
    keys = chain()
    skipped = next_as_key(keys[1], PAIRS[1].private, PAIRS[3].public)
    for shown in ([keys[0], keys[2]], [*keys[:2], replace(skipped, counter=4)]):
        with pytest.raises(UnknownAuthenticationKey):
            accepted_as_keys(PAIRS[0].public, shown)


def test_a_key_that_is_written_is_read() -> None:
    for key in chain():
        assert AsKey.decode(key.encode()) == key


def test_every_damaged_key_is_refused_or_introduced_by_nobody() -> None:
    keys = chain()
    encoded = keys[1].encode()
    for damaged in (*truncations(encoded), *bit_flips(encoded)):
        try:
            read = AsKey.decode(damaged)
        except DecodeError:
            continue
        with pytest.raises(UnknownAuthenticationKey):
            accepted_as_keys(PAIRS[0].public, [keys[0], read])


@pytest.mark.parametrize(
    "key", [AsKey(0, bytes(32)), AsKey(1, bytes(32), bytes(64)), AsKey(2, bytes(32))]
)
def test_only_the_first_key_stands_without_a_signature(key: AsKey) -> None:
    with pytest.raises(DecodeError):
        AsKey.decode(key.encode())
