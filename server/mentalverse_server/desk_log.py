"""The log of the crisis desk, read beside the server: every row, in its order."""

from __future__ import annotations

from collections.abc import Iterator

from mentalverse_crisis.audit import Row

from .config import Config
from .operator import beside_the_server
from .store import crisis_log

_ROWS_AT_ONCE = 1_000


def desk_log(config: Config) -> Iterator[Row]:
    """All rows from the first on; what is written meanwhile may be among them."""
    with beside_the_server(config) as database:
        since = 0
        while True:
            with database.connect_writer() as connection:
                page = crisis_log.page(connection, since, _ROWS_AT_ONCE)
            yield from page
            if len(page) < _ROWS_AT_ONCE:
                return
            since = page[-1].seq + 1
