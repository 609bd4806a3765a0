"""What is stored runs on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mentalverse_server.store.engine import Database, open_database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    opened.migrate()
    yield opened
    opened.close()
