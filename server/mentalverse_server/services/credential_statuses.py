"""What becomes of a credential: suspended, reinstated, revoked, at its end.

What is decided counts for the very next thing that begins
(`hooks.defaults.credentials`), and ends nothing that runs. The published lists say it
from the next copy on; a copy is good for ten minutes.
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
    status_list,
)
from ..store import credentials as store
from ..store.credentials import CredentialRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .credential_keys import Issuer
from .credential_steps import Teller, decoded, keep, require_reviewer

LIST_SECONDS = 600

T = TypeVar("T")

_AFTER: Mapping[Status, tuple[frozenset[Status], str]] = {
    Status.SUSPENDED: (frozenset({Status.ACTIVE}), "suspended"),
    Status.ACTIVE: (frozenset({Status.SUSPENDED}), "reinstated"),
    Status.REVOKED: (frozenset({Status.ACTIVE, Status.SUSPENDED}), "revoked"),
}
"""From which status one may come to another, and how that is told. Revoked stays."""


class CredentialStatuses:
    """Takes credentials back, publishes which, and tells what is due."""

    def __init__(
        self, writer: Writer, issuer: Issuer, rng: Callable[[int], bytes]
    ) -> None:
        self._writer = writer
        self._issuer = issuer
        self._teller = Teller(rng)

    async def suspend(self, by: AccountId, id_: str, reason: CredentialReason) -> None:
        """Take a credential back until further notice.

        Raises `RoleRequired`, `NotFound`, `Forbidden`, `NotNow`.
        """
        await self._change(by, id_, Status.SUSPENDED, reason)

    async def reinstate(
        self, by: AccountId, id_: str, reason: CredentialReason
    ) -> None:
        """Undo a suspension; raises as `suspend`."""
        await self._change(by, id_, Status.ACTIVE, reason)

    async def revoke(self, by: AccountId, id_: str, reason: CredentialReason) -> None:
        """Take a credential back for good; raises as `suspend`."""
        await self._change(by, id_, Status.REVOKED, reason)

    async def status_token(self, number: int, purpose: str) -> str:
        """A status list as it is published, good for `LIST_SECONDS`.

        Raises `NotFound`: no such list.
        """

        def script(transaction: Transaction) -> tuple[frozenset[int], int]:
            if not 0 <= number <= store.newest_list(transaction.connection):
                raise NotFound("no such status list")
            bits = store.set_bits(transaction.connection, number, purpose)
            return bits, _ms(transaction) // 1000

        if purpose not in {each.value for each in status_list.Purpose}:
            raise NotFound("no such status list")
        bits, now_s = await self._run(script)
        key = self._issuer.keys.current
        published = status_list.PublishedList(
            self._issuer.list_url(number, purpose),
            key.did,
            status_list.Purpose(purpose),
            status_list.list_of(bits),
            now_s,
            now_s + LIST_SECONDS,
        )
        return status_list.sign_list(published, key)

    async def tend(self) -> int:
        """Tell what has become due, and lapse old drafts; how many things were told."""

        def script(transaction: Transaction) -> int:
            now_ms, count = _ms(transaction), 0
            connection = transaction.connection
            for row in store.applications_in(connection, [State.DRAFT.value]):
                before = decoded(row)
                after = application.lapsed(before, now_ms)
                if after is not before:
                    keep(connection, after)
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
        for notice in due:
            store.put_told(transaction.connection, row.account, notice.key)
            if notice.what is renewal.Told.EXPIRING:
                self._teller.of_credential(transaction, "expiring", row)
            elif notice.what is renewal.Told.SUPERVISION_OVERDUE:
                overdue = Supervision(
                    account=row.account, minutes=0, case_count=CaseCountBucket.NONE
                )
                self._teller.of_account(transaction, "supervision.overdue", overdue)
        return len(due)

    async def _change(
        self, by: AccountId, id_: str, status: Status, reason: CredentialReason
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
