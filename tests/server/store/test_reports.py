"""Reports as they were stored before anybody said how they were decided."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from mentalverse_server.clock import from_micros, to_micros
from mentalverse_server.store import reports
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.migrate import _MIGRATIONS
from mentalverse_signaling.ids import AccountId, ReportId
from mentalverse_signaling.reports import Course, Decision, ReportOutcome
from support.stored import NOW

ADA = AccountId("a" * 32)
OPEN, CLOSED = ReportId("b" * 32), ReportId("c" * 32)


def _up_to_0041(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "0041")
    for report, closed_at in ((OPEN, None), (CLOSED, to_micros(NOW))):
        connection.execute(
            text(
                "INSERT INTO reports "
                "(id, account, device, conversation, at, sealed, closed_at) "
                "VALUES (:id, :account, :account, :account, :at, 'x', :closed_at)"
            ),
            {"id": report, "account": ADA, "at": 1, "closed_at": closed_at},
        )


def test_what_was_closed_before_counts_as_acted_on(tmp_path: Path) -> None:
    """So endpoints were told, and whoever reported can have it looked at again."""
    database = open_database(f"sqlite:///{tmp_path / 'server.db'}")
    database.write(_up_to_0041)

    database.migrate()

    found = database.write(partial(reports.of_account, account=ADA, limit=9))
    acted = Decision(ReportOutcome.ACTIONED, from_micros(to_micros(NOW)))
    assert {head.id: head.course for head in found} == {
        OPEN: Course(),
        CLOSED: Course(acted),
    }
    until = found[1].course.appeal_until(NOW)
    assert until == acted.at + timedelta(days=30)
    database.close()
