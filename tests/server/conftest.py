"""Both engines: SQLite in a file, and one PostgreSQL server for all these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_server.hooks.policy import Rule
from support.postgres import PostgresServer, running_postgres

PATIENCE_SECONDS = 10.0


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of one engine, then of the other."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'server.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.migrated_database() as url:
        yield url


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Providers have long enough to answer: for tests of what they say, not of when."""
    monkeypatch.setattr(Rule, "deadline_seconds", PATIENCE_SECONDS)
