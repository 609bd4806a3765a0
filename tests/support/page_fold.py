"""What a device keeps of a conversation's page, row by row, without a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from mentalverse_client.store import session_page
from mentalverse_client.store.messages import Origin
from mentalverse_client.store.planned import Planned
from mentalverse_client.store.vault import Vault
from mentalverse_crypto import content as contents
from mentalverse_crypto.content import Content

TALK = "c" * 32
START = datetime(2026, 12, 1, 17, tzinfo=UTC)


@contextmanager
def a_vault() -> Iterator[Vault]:
    """An empty vault, gone afterwards."""
    with TemporaryDirectory() as folder:
        vault = Vault(Path(folder) / "vault", bytes(32), os.urandom)
        try:
            yield vault
        finally:
            vault.close()


def take(vault: Vault, body: Planned, seq: int) -> Planned | None:
    """Read one message of the page, as row `seq` of the log."""
    data = contents.encode(Content(UUID(int=seq), 7, body))
    origin = Origin(TALK, seq, START, "a" * 32, mine=True)
    with vault.transaction() as write:
        return session_page.take(vault, write, body, data, origin)
