"""A real server for the tests of the Python client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_crypto import keystore
from mentalverse_crypto.keystore import Argon2Cost
from support.server import ServerProcess, start_server

# The tests make more conversations in a second than a person does in a year.
SETTINGS = {
    "QUOTA__COMMIT_PER_SECOND": "1000",
    "QUOTA__COMMIT_BURST": "1000",
    "ACCOUNTS__ATTEMPTS_PER_MINUTE": "100000",
    "BLOBS__CREATIONS_PER_MINUTE": "100000",
}


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of profiles are opened here; the keystore has its own tests of costs."""
    cheap = Argon2Cost(passes=1, memory_kibibytes=8)
    monkeypatch.setattr(keystore.new_key, "__defaults__", (cheap,))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder: Path = tmp_path_factory.mktemp("server")
    with start_server(folder, SETTINGS) as running:
        yield running
