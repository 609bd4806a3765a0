"""The audit of the newest run of matching, for an operator beside the server."""

from __future__ import annotations

from functools import partial

from .clock import SystemClock
from .config import Config
from .operator import beside_the_server
from .services.match_runs import published
from .store import matching
from .store.engine import Connection
from .store.matching import RunRow
from .store.transaction import Transaction


def newest(config: Config) -> RunRow | None:
    """The run that ended last, with its report; None before the first."""
    with beside_the_server(config) as database:
        return database.write(matching.latest_run)


def publish(config: Config, run: RunRow) -> None:
    """Tell endpoints that the report of a run is public; again is told once."""
    with beside_the_server(config) as database:
        database.write(partial(_publish, run))


def _publish(run: RunRow, connection: Connection) -> None:
    published(Transaction(connection, SystemClock().now()), run)
