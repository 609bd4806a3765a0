"""What becomes of a credential: suspended, reinstated, revoked, at its end.

What is decided counts for the very next thing that begins
(`hooks.defaults.credentials`), and ends nothing that runs. The published lists say it
from the next copy on (`status_lists`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from mentalverse_signaling.errors import Forbidden, NotFound, NotNow
from mentalverse_signaling.ids import AccountId

from ..clock import to_millis
from ..hooks.catalogue.people import CaseCountBucket, CredentialReason, Supervision
from ..hooks.defaults import credentials as answers
from ..hooks.defaults.credential_rules import (
    State,
    Status,
    application,
    days,
    renewal,
)
from ..store import credentials as store
from ..store.credentials import CredentialRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .credential_steps import Proof, Teller, decoded, keep, require_reviewer, tell_owner

T = TypeVar("T")

_AFTER: Mapping[Status, tuple[frozenset[Status], str]] = {
    Status.SUSPENDED: (frozenset({Status.ACTIVE}), "suspended"),
    Status.ACTIVE: (frozenset({Status.SUSPENDED}), "reinstated"),
    Status.REVOKED: (frozenset({Status.ACTIVE, Status.SUSPENDED}), "revoked"),
}
"""From which status one may come to another, and how that is told. Revoked stays."""


class CredentialStatuses:
    """Takes credentials back, and tells what is due."""

    def __init__(self, writer: Writer, rng: Callable[[int], bytes]) -> None:
        self._writer = writer
        self._teller = Teller(rng)

    async def suspend(
        self,
        by: AccountId,
        id_: str,
        reason: CredentialReason,
        proof: Proof | None = None,
    ) -> None:
        """Take a credential back until further notice.

        Raises what `proof` raises, and `RoleRequired`, `NotFound`, `Forbidden`,
        `NotNow`.
        """
        await self._change(by, id_, Status.SUSPENDED, reason, proof)

    async def reinstate(
        self,
        by: AccountId,
        id_: str,
        reason: CredentialReason,
        proof: Proof | None = None,
    ) -> None:
        """Undo a suspension; raises as `suspend`."""
        await self._change(by, id_, Status.ACTIVE, reason, proof)

    async def revoke(
        self,
        by: AccountId,
        id_: str,
        reason: CredentialReason,
        proof: Proof | None = None,
    ) -> None:
        """Take a credential back for good; raises as `suspend`."""
        await self._change(by, id_, Status.REVOKED, reason, proof)

    async def tend(self) -> int:
        """Tell what has become due, and lapse old drafts; how many things were told."""

        def script(transaction: Transaction) -> int:
            now_ms, count = _ms(transaction), 0
            connection = transaction.connection
            for row in store.applications_in(connection, [State.DRAFT.value]):
                before = decoded(row)
                after = application.lapsed(before, now_ms)
                if after is not before:
                    keep(transaction, after)
                    store.remove_evidence(connection, row.id)
            ahead_ms = now_ms + answers.RULES.notice_days * days.DAY_MS
            for held in store.to_look_at(connection, ahead_ms):
                count += self._tell_due(transaction, held, now_ms)
            return count

        return await self._run(script)

    def _tell_due(
        self, transaction: Transaction, row: CredentialRow, now_ms: int
    ) -> int:
        told = store.told(transaction.connection, row.id)
        rules = answers.PACK_OF[row.credential].renewal
        due = renewal.due(answers.held(row), rules, told, now_ms)
        count = 0
        for notice in due:
            if not store.put_told(transaction.connection, row.account, notice.key):
                continue
            count += 1
            if notice.what is renewal.Told.EXPIRED:
                tell_owner(transaction, row.account)
            elif notice.what is renewal.Told.EXPIRING:
                self._teller.of_credential(transaction, "expiring", row)
            elif notice.what is renewal.Told.SUPERVISION_OVERDUE:
                overdue = Supervision(
                    account=row.account, minutes=0, case_count=CaseCountBucket.NONE
                )
                self._teller.of_account(transaction, "supervision.overdue", overdue)
        return count

    async def _change(
        self,
        by: AccountId,
        id_: str,
        status: Status,
        reason: CredentialReason,
        proof: Proof | None,
    ) -> None:
        allowed, what = _AFTER[status]

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            require_reviewer(connection, by)
            row = store.get(connection, id_)
            if row is None:
                raise NotFound("no such credential")
            if row.account == by:
                raise Forbidden("nobody decides about their own credential")
            if proof is not None:
                proof(transaction)
            if Status(row.status) is status:
                return
            if Status(row.status) not in allowed:
                raise NotNow(f"it is {row.status}: no such step now")
            store.change(connection, id_, status=status.value, reason=reason.value)
            store.set_status(
                connection,
                row,
                revoked=status is Status.REVOKED,
                suspended=status is Status.SUSPENDED,
            )
            self._teller.of_credential(transaction, what, row, reason)

        await self._run(script)

    async def _run(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)


def _ms(transaction: Transaction) -> int:
    return to_millis(transaction.now)
