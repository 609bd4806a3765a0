"""Two who are together, as rows: what a proposal, two consents and a start leave."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from mentalverse_modules.matching.people import Kind
from mentalverse_modules.matching.proposal import Plan
from mentalverse_server.store import matching as store
from mentalverse_server.store.matching import OptionRow, ProposalRow, RelationshipRow

PLAN = Plan(Kind.PEER, "open", 2, 50, 12, ("sleep",))
NOT_CHOSEN = "f" * 32
"""Another mentor, who was proposed beside the one."""


def begin(
    connection: Connection, id_: str, mentee: str, mentor: str, now_ms: int
) -> None:
    """They meet, by `PLAN`."""
    plan = msgspec.json.encode(PLAN).decode()
    options = [
        OptionRow(id_, place, who, 9_000, plan, "open")
        for place, who in enumerate((NOT_CHOSEN, mentor))
    ]
    proposal = ProposalRow(id_, mentee, None, "run", "agreed", 0, "c", 1, now_ms)
    store.put_proposal(connection, proposal, options, {mentee: now_ms, mentor: now_ms})
    row = RelationshipRow(
        *(id_, mentee, mentor, "active", "declined"),
        mentee_oriented=True,
        mentor_oriented=True,
        started_at_ms=now_ms,
        ended_at_ms=None,
    )
    store.put_relationship(connection, row)
