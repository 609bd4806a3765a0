"""What the desk promises, in the database: in force, proposed, and once in force.

Everything that changes takes the lock of the desk first (`cases.lock`), so proposals
and adoptions come one after the other, in whatever processes, and a decision goes by
the policy before or by the one after.
"""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from mentalverse_crisis.policy import DEFAULT, Policy
from mentalverse_crisis.policy_document import written

from . import cases
from .tables_crisis import crisis_desk, crisis_policies
from .tables_crisis_policies import crisis_policy_history, crisis_policy_proposal

_THE_PROPOSAL = 1


class Signed(msgspec.Struct, frozen=True):
    """Who signed a revision off, and on which day."""

    by: str
    on: str
    """As 2026-11-30."""


class Proposed(msgspec.Struct, frozen=True):
    """The revision that waits."""

    policy: Policy
    document: str
    proposed_by: str
    proposed_at_ms: int
    signed: Signed

    @property
    def document_hash(self) -> str:
        """What whoever adopts it has read."""
        return document_hash(self.document)


class Adopted(msgspec.Struct, frozen=True):
    """A revision that is, or was, in force."""

    revision: str
    adopted_at_ms: int | None
    """None: the desk was made with it."""
    proposed_by: str | None
    adopted_by: str | None
    """None: an operator did, beside the server."""
    signed: Signed | None
    """None: the desk was made with it, and the settings say who signed it."""


def document_hash(document: str) -> str:
    """SHA-256 of a document as UTF-8."""
    return hashlib.sha256(document.encode()).hexdigest()


# --- reading -----------------------------------------------------------------------


def in_force(connection: Connection) -> Policy:
    """The policy under which cases open now; the shipped one before there is a desk."""
    revision = connection.execute(select(crisis_desk.c.policy)).scalar_one_or_none()
    return DEFAULT if revision is None else cases.policy(connection, revision)


def every(connection: Connection) -> dict[str, Policy]:
    """All revisions that a case may have opened under."""
    query = select(crisis_policies.c.revision)
    revisions = connection.execute(query).scalars().all()
    return {one: cases.policy(connection, one) for one in revisions}


def proposal(connection: Connection) -> Proposed | None:
    """What waits for a second supervisor."""
    row = connection.execute(select(crisis_policy_proposal)).one_or_none()
    if row is None:
        return None
    return Proposed(
        policy=msgspec.json.decode(row.document, type=Policy),
        document=row.document,
        proposed_by=row.proposed_by,
        proposed_at_ms=row.proposed_at_ms,
        signed=Signed(row.signed_by, row.signed_on),
    )


def history(connection: Connection, most: int) -> list[Adopted]:
    """What is and was in force, the newest first, at most so many."""
    table = crisis_policy_history
    query = select(table).order_by(table.c.number.desc()).limit(most)
    found = [
        Adopted(
            revision=row.revision,
            adopted_at_ms=row.adopted_at_ms,
            proposed_by=row.proposed_by,
            adopted_by=row.adopted_by,
            signed=None
            if row.adopted_at_ms is None
            else Signed(row.signed_by, row.signed_on),
        )
        for row in connection.execute(query)
    ]
    return found or [_the_first(connection)]


def _the_first(connection: Connection) -> Adopted:
    return Adopted(in_force(connection).revision, None, None, None, None)


# --- writing -----------------------------------------------------------------------


def propose(
    connection: Connection, policy: Policy, by: str, signed: Signed, now_ms: int
) -> None:
    """Let a revision wait, in the place of one that does.

    Raises:
        ValueError: another policy has this revision already.
        LookupError: the desk was never set up.
    """
    cases.lock(connection)
    known = every(connection).get(policy.revision)
    if known is not None and known != policy:
        raise ValueError("another policy has this revision already")
    connection.execute(delete(crisis_policy_proposal))
    values = {
        "id": _THE_PROPOSAL,
        "document": written(policy),
        "proposed_by": by,
        "proposed_at_ms": now_ms,
        "signed_by": signed.by,
        "signed_on": signed.on,
    }
    connection.execute(insert(crisis_policy_proposal).values(values))


def discard(connection: Connection) -> None:
    """Let nothing wait."""
    cases.lock(connection)
    connection.execute(delete(crisis_policy_proposal))


def adopt(
    connection: Connection,
    policy: Policy,
    signed: Signed,
    now_ms: int,
    proposed_by: str | None = None,
    adopted_by: str | None = None,
) -> None:
    """Let cases open under a policy from here on; a proposal of it is over.

    Raises:
        ValueError: another policy has this revision already.
        LookupError: the desk was never set up.
    """
    before = history(connection, 1)
    cases.adopt(connection, policy)
    waiting = proposal(connection)
    if waiting is not None and waiting.policy.revision == policy.revision:
        connection.execute(delete(crisis_policy_proposal))
    number = func.coalesce(func.max(crisis_policy_history.c.number), 0)
    last = connection.execute(select(number)).scalar_one()
    if last == 0:
        last = 1
        _add(connection, last, before[0])
    adopted = Adopted(policy.revision, now_ms, proposed_by, adopted_by, signed)
    _add(connection, last + 1, adopted)


def _add(connection: Connection, number: int, one: Adopted) -> None:
    values = {
        "number": number,
        "revision": one.revision,
        "adopted_at_ms": one.adopted_at_ms,
        "proposed_by": one.proposed_by,
        "adopted_by": one.adopted_by,
        "signed_by": "" if one.signed is None else one.signed.by,
        "signed_on": "" if one.signed is None else one.signed.on,
    }
    connection.execute(insert(crisis_policy_history).values(values))
