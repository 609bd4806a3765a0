"""What `webhook` prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .printable import one_line

if TYPE_CHECKING:
    from mentalverse_server.hooks.endpoint_steps import Listed
    from mentalverse_server.store.deliveries import DeliveryRow
    from mentalverse_server.store.erasures import Overdue
    from mentalverse_server.store.outbox import OutboxRow

SHORT_ID_CHARS = 8


def list_lines(rows: Sequence[Listed]) -> list[str]:
    """The endpoints for people."""
    if not rows:
        return ["Nobody is told of anything: see webhook add."]
    return _table(
        ("ID", "STATE", "PURPOSE", "TIER", "WAITING", "DEAD", "EVENTS", "ADDRESS"),
        [
            (
                each.endpoint.id[:SHORT_ID_CHARS],
                _state(each),
                each.endpoint.purpose,
                str(each.endpoint.max_tier),
                str(each.counts.get("waiting", 0)),
                str(each.counts.get("dead", 0)),
                ",".join(each.endpoint.types),
                one_line(each.endpoint.url),
            )
            for each in rows
        ],
    )


def as_object(listed: Listed) -> dict[str, object]:
    """An endpoint for programs. Nothing in it is secret."""
    row = listed.endpoint
    return {
        "id": row.id,
        "url": row.url,
        "purpose": row.purpose,
        "types": list(row.types),
        "max_tier": row.max_tier,
        "drills": row.drills,
        "state": row.state.value,
        "reason": row.reason,
        "counts": listed.counts,
    }


def dead_lines(rows: Sequence[tuple[DeliveryRow, OutboxRow]]) -> list[str]:
    """What was given up, for people."""
    if not rows:
        return ["Nothing was given up."]
    return _table(
        ("EVENT", "TYPE", "HAPPENED", "ATTEMPTS", "LAST"),
        [
            (
                event.evt_id.hex(),
                event.type,
                _instant(event.occurred_at_ms),
                str(row.attempts),
                row.last_class or "-",
            )
            for row, event in rows
        ],
    )


def unforgotten_lines(rows: Sequence[Overdue]) -> list[str]:
    """Who has not said for a week that they forgot somebody, for people."""
    if not rows:
        return ["Nobody owes a word that somebody is forgotten."]
    return _table(
        ("ENDPOINT", "NAMES", "SINCE"),
        [(row.endpoint, str(row.names), _instant(row.since_ms)) for row in rows],
    )


def _state(listed: Listed) -> str:
    row = listed.endpoint
    return row.state.value if row.reason is None else f"{row.state.value}:{row.reason}"


def _instant(moment_ms: int) -> str:
    return f"{datetime.fromtimestamp(moment_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns as wide as what stands in them."""
    every = [head, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*every, strict=True)]
    return [
        "  ".join(c.ljust(w) for c, w in zip(each, widths, strict=True)).rstrip()
        for each in every
    ]
