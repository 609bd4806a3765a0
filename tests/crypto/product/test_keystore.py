"""The sealed store: opens for its passphrase, whole, and never backwards."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.errors import (
    InvalidRequest,
    KeystoreDamaged,
    KeystoreError,
    KeystoreMalformed,
    KeystoreRolledBack,
    WrongPassphrase,
)
from mentalverse_crypto.keystore import (
    INTERACTIVE,
    Argon2Cost,
    new_key,
    open_,
    seal,
)
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

CHEAP = Argon2Cost(passes=1, memory_kibibytes=8)
PASSPHRASE = "Größe zählt 🐘".encode()
STATE = b"canary-state"

repeatable = settings(database=None, deadline=None, derandomize=True)


def container(counter: int = 5, plaintext: bytes = STATE) -> bytes:
    rng = seeded_rng(1)
    return seal(new_key(PASSPHRASE, rng, CHEAP), plaintext, counter, rng)


@repeatable
@given(st.binary(max_size=300), st.integers(0, 2**64 - 1), st.integers(0, 99))
def test_what_is_sealed_is_what_is_opened(
    plaintext: bytes, counter: int, seed: int
) -> None:
    rng = seeded_rng(seed)
    sealed = seal(new_key(PASSPHRASE, rng, CHEAP), plaintext, counter, rng)
    opened = open_(sealed, PASSPHRASE, minimum_counter=counter)
    assert (opened.plaintext, opened.counter) == (plaintext, counter)


def test_the_default_cost_is_64_mebibytes_and_works() -> None:
    rng = seeded_rng(2)
    assert INTERACTIVE.memory_kibibytes * 1024 == 64 * 2**20
    assert open_(seal(new_key(b"p", rng), STATE, 1, rng), b"p").plaintext == STATE


def test_the_opened_key_writes_the_next_container() -> None:
    opened = open_(container(5), PASSPHRASE)
    following = seal(opened.key, b"later", 6, seeded_rng(3))
    assert open_(following, PASSPHRASE, minimum_counter=6).plaintext == b"later"


def test_two_writes_of_one_state_share_no_nonce_and_no_ciphertext() -> None:
    rng = seeded_rng(4)
    key = new_key(PASSPHRASE, rng, CHEAP)
    first, second = seal(key, STATE, 1, rng), seal(key, STATE, 1, rng)
    assert first[53:77] != second[53:77]
    assert first[77:] != second[77:]


@pytest.mark.parametrize("wrong", [b"", b"x", PASSPHRASE + b" ", PASSPHRASE.upper()])
def test_another_passphrase_is_named_as_such(wrong: bytes) -> None:
    with pytest.raises(WrongPassphrase):
        open_(container(), wrong)


def test_every_truncation_is_a_declared_error() -> None:
    sealed = container()
    for damaged in truncations(sealed):
        with pytest.raises((KeystoreMalformed, KeystoreDamaged)):
            open_(damaged, PASSPHRASE)


def test_every_bit_flip_is_a_declared_error() -> None:
    # Flips of the cost would demand up to 1 GiB: they have a test of their own.
    sealed = container()
    for damaged in bit_flips(sealed):
        if damaged[5:13] == sealed[5:13]:
            with pytest.raises(KeystoreError):
                open_(damaged, PASSPHRASE)


@pytest.mark.parametrize("position", [53, 76, 77, -1])
def test_damage_behind_the_check_value_is_not_called_a_wrong_passphrase(
    position: int,
) -> None:
    damaged = bytearray(container())
    damaged[position] ^= 1
    with pytest.raises(KeystoreDamaged):
        open_(bytes(damaged), PASSPHRASE)


def test_the_counter_is_authentic() -> None:
    sealed = bytearray(container(5))
    assert sealed[45:53] == (5).to_bytes(8, "big")
    sealed[52] = 6
    with pytest.raises(KeystoreDamaged):
        open_(bytes(sealed), PASSPHRASE, minimum_counter=6)


def test_an_older_container_is_refused_when_a_newer_one_is_known() -> None:
    assert open_(container(5), PASSPHRASE, minimum_counter=5).counter == 5
    with pytest.raises(KeystoreRolledBack):
        open_(container(5), PASSPHRASE, minimum_counter=6)


@pytest.mark.parametrize(
    ("passes", "memory_kibibytes"), [(0, 8), (17, 8), (1, 7), (1, 2**20 + 1)]
)
def test_a_container_of_absurd_cost_is_refused_before_any_work(
    passes: int, memory_kibibytes: int
) -> None:
    cost = passes.to_bytes(4, "big") + memory_kibibytes.to_bytes(4, "big")
    sealed = container()
    with pytest.raises(KeystoreMalformed, match="absurd"):
        open_(sealed[:5] + cost + sealed[13:], PASSPHRASE)
    with pytest.raises(InvalidRequest):
        Argon2Cost(passes, memory_kibibytes)


def test_too_little_memory_is_a_declared_error() -> None:
    program = """
import resource
from mentalverse_crypto import errors, keystore
cost = keystore.Argon2Cost(1, 1 << 20)
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
try:
    keystore.new_key(b"p", bytes, cost)
except errors.KeystoreOutOfMemory:
    print("declared")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "declared\n", done.stderr


def test_requests_that_make_no_container_are_refused() -> None:
    rng = seeded_rng(5)
    with pytest.raises(InvalidRequest):
        new_key(b"", rng, CHEAP)
    key = new_key(b"p", rng, CHEAP)
    for counter in (-1, 2**64):
        with pytest.raises(InvalidRequest):
            seal(key, STATE, counter, rng)


def test_no_secret_is_in_a_repr() -> None:
    opened = open_(container(), PASSPHRASE)
    shown = repr(opened) + repr(replace(opened, counter=9))
    assert "canary" not in shown
    assert repr(opened.key.sealing_key) not in shown
    assert repr(opened.key.check) not in shown
