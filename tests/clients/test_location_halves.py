"""Halves of keys of sealed locations that came in messages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client.store.location_halves import (
    MOST_OF_A_CONVERSATION,
    heard_half,
    note_half,
)
from mentalverse_client.store.vault import KEY_BYTES, Vault
from mentalverse_crypto.carried import LocationKey


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    one = Vault(tmp_path / "profile.db", bytes(KEY_BYTES), os.urandom)
    yield one
    one.close()


def half(number: int) -> LocationKey:
    octet = number.to_bytes(2)
    return LocationKey(case=octet * 8, key=octet * 16, sha256=octet * 16)


def hear(vault: Vault, conversation: str, body: LocationKey) -> None:
    with vault.transaction() as write:
        note_half(vault, write, conversation, body)


def found(vault: Vault, body: LocationKey) -> bytes | None:
    return heard_half(vault, body.case, body.sha256)


def test_after_many_cases_the_next_half_is_kept_all_the_same(vault: Vault) -> None:
    """However long a device has been at the desk."""
    for number in range(100):
        hear(vault, f"talk-{number}", half(number))
    assert all(found(vault, half(n)) == half(n).key for n in range(100))


def test_who_tells_many_takes_the_place_of_nobody_else(vault: Vault) -> None:
    """Of each conversation the newest few are kept."""
    hear(vault, "theirs", half(1))
    for number in range(2, 50):
        hear(vault, "another", half(number))
    assert found(vault, half(1)) == half(1).key
    assert found(vault, half(49)) == half(49).key
    assert found(vault, half(49 - MOST_OF_A_CONVERSATION)) is None


def test_a_half_that_is_told_again_takes_no_second_place(vault: Vault) -> None:
    """Whoever comes late is told, and everybody hears it once more."""
    hear(vault, "talk", half(1))
    for _ in range(10):
        hear(vault, "talk", half(2))
    assert found(vault, half(1)) == half(1).key


def test_a_half_is_of_its_case_and_its_envelope(vault: Vault) -> None:
    hear(vault, "talk", half(1))
    assert heard_half(vault, half(2).case, half(1).sha256) is None
    assert heard_half(vault, half(1).case, half(2).sha256) is None
