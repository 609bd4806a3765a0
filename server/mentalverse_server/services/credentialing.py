"""Credentials: applied for, decided by two people, issued.

Every step is one script of the writer: load, decide by the rules (`mentalverse_modules`
through the hooks' defaults), save, tell.

Documents for them are `credential_evidence`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from msgspec import structs

from mentalverse_signaling.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    NotNow,
    QuotaExceeded,
)
from mentalverse_signaling.ids import AccountId, new_id

from ..clock import to_millis
from ..hooks.catalogue.people import CredentialReason as Reason
from ..hooks.defaults import credentials as answers
from ..hooks.defaults.credential_rules import (
    Act,
    CredentialType,
    ListFull,
    Requirement,
    State,
    Status,
    application,
    checks,
    days,
    key_of_did,
    levels,
    pack_hash,
    renewal,
    status_list,
    vc,
)
from ..store import credentials as store
from ..store.credentials import CredentialRow
from ..store.engine import Connection
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .credential_keys import Issuer
from .credential_steps import (
    Proof,
    Teller,
    keep,
    know_each_other,
    load,
    refusals,
    require_reviewer,
    trained,
)

MAX_OPEN = 16
"""Applications of one account that nobody has decided."""
OPEN = ("draft", "submitted")

Check = checks.Check

T = TypeVar("T")


class Credentialing:
    """Applications, and the credentials that are issued of them."""

    def __init__(
        self,
        writer: Writer,
        issuer: Issuer,
        rng: Callable[[int], bytes],
    ) -> None:
        self._writer = writer
        self._issuer = issuer
        self._rng = rng
        self._teller = Teller(rng)

    async def begin(self, account: AccountId, code: str) -> str:
        """Begin to apply for a credential; the id of the application.

        Somebody who has one for it that is not decided has that one.

        Raises `NotFound` (no such credential), `QuotaExceeded`.
        """

        def script(transaction: Transaction) -> str:
            type_of(code)
            rows = store.applications_in(transaction.connection, OPEN, account)
            for row in rows:
                if row.credential == code:
                    return row.id
            if len(rows) >= MAX_OPEN:
                raise QuotaExceeded("decide about the other applications first")
            pack = answers.PACK_OF[code]
            fresh = application.Application(
                new_id(self._rng), account, code, pack_hash(pack), _ms(transaction)
            )
            keep(transaction, fresh)
            return fresh.id

        return await self._run(script)

    async def submit(self, account: AccountId, id_: str) -> None:
        """Ask for a decision. Raises `NotFound`, `Forbidden`, `NotNow`."""

        def script(transaction: Transaction) -> None:
            found = self._own_step(transaction, account, id_, Act.SUBMIT)
            self._teller.requested(transaction, found)

        await self._run(script)

    async def withdraw(self, account: AccountId, id_: str) -> None:
        """Ask no more. Raises `NotFound`, `Forbidden`, `NotNow`."""

        def script(transaction: Transaction) -> None:
            self._own_step(transaction, account, id_, Act.WITHDRAW)
            store.remove_evidence(transaction.connection, id_)

        await self._run(script)

    async def check(self, id_: str, check: checks.Check) -> None:
        """Record what a reviewer (`check.verifier`) found out.

        Raises `RoleRequired`, `NotFound`, `Forbidden`, `NotNow`.
        """
        reviewer = AccountId(check.verifier)

        def script(transaction: Transaction) -> None:
            found = self._reviewed(transaction, reviewer, id_)
            requirement_of(found.credential, check.requirement)
            with refusals():
                after = application.checked(found, check, _ms(transaction))
            keep(transaction, after)

        await self._run(script)

    async def send_back(self, reviewer: AccountId, id_: str, reason: str) -> None:
        """Ask for something else.

        Raises `RoleRequired`, `NotFound`, `Forbidden`, `NotNow`, `BadRequest`.
        """

        def script(transaction: Transaction) -> None:
            found = self._reviewed(transaction, reviewer, id_)
            with refusals():
                after = application.sent_back(found, reviewer, reason, _ms(transaction))
            keep(transaction, after)

        await self._run(script)

    async def sign(
        self,
        reviewer: AccountId,
        id_: str,
        *,
        approve: bool,
        reason: str = "",
        proof: Proof | None = None,
    ) -> str:
        """Sign yes or no; the state of the application after it.

        Raises what `proof` raises, and `RoleRequired`, `NotFound`, `Forbidden` (one's
        own), `NotNow`, `Conflict` (signed already), `BadRequest` (something is missing,
        or a no without reason).
        """
        act = Act.APPROVE if approve else Act.REFUSE

        def script(transaction: Transaction) -> str:
            found = self._reviewed(transaction, reviewer, id_)
            if proof is not None:
                proof(transaction)
            signature = application.Signature(reviewer, act, _ms(transaction), reason)
            missing = missing_of(transaction.connection, found, _ms(transaction))
            with refusals():
                after = application.signed(found, signature, missing)
            keep(transaction, after)
            know_each_other(transaction, reviewer, found.applicant)
            return after.state.value

        return await self._run(script)

    async def issue(self, account: AccountId, id_: str, holder: str) -> CredentialRow:
        """The credential of an approved application, for a key of its holder.

        `holder` is a `did:key`. Asked again, the answer is the same credential.

        Raises `NotFound`, `Forbidden`, `NotNow` (not approved), `BadRequest`.
        """
        with refusals():
            key_of_did(holder)

        def script(transaction: Transaction) -> CredentialRow:
            found = load(transaction.connection, id_)
            if found.applicant != account:
                raise Forbidden("somebody else's application")
            if found.state is not State.APPROVED:
                raise NotNow("two people have to approve it first")
            known = store.get(transaction.connection, id_)
            return known or self._issued(transaction, found, holder)

        return await self._run(script)

    def _own_step(
        self, transaction: Transaction, account: AccountId, id_: str, act: Act
    ) -> application.Application:
        found = load(transaction.connection, id_)
        with refusals():
            after = application.by_applicant(found, act, account, _ms(transaction))
        keep(transaction, after)
        return after

    def _reviewed(
        self, transaction: Transaction, reviewer: AccountId, id_: str
    ) -> application.Application:
        require_reviewer(transaction.connection, reviewer)
        return load(transaction.connection, id_)

    def _issued(
        self, transaction: Transaction, found: application.Application, holder: str
    ) -> CredentialRow:
        connection, now_ms = transaction.connection, _ms(transaction)
        type_, account = type_of(found.credential), AccountId(found.applicant)
        missing = missing_of(connection, found, now_ms)
        if missing:
            raise NotNow("not met any more: " + ", ".join(missing))
        number, index = self._place(connection)
        until_ms = renewal.until_ms(now_ms, type_.valid_days)
        has_one = any(
            row.credential == type_.code
            for row in store.of_account(connection, account)
        )
        row = CredentialRow(
            id=found.id,
            account=account,
            credential=type_.code,
            skill=type_.skill,
            status=Status.ACTIVE.value,
            reason="",
            from_ms=now_ms,
            until_ms=until_ms,
            supervised_ms=None,
            status_list=number,
            status_index=index,
            token="",
        )
        row = replace(row, token=self._token(row, type_, holder))
        store.put(connection, row)
        what, why = (
            ("renewed", Reason.RENEWED) if has_one else ("issued", Reason.EARNED)
        )
        self._teller.of_credential(transaction, what, row, why)
        return row

    def _token(self, row: CredentialRow, type_: CredentialType, holder: str) -> str:
        key = self._issuer.keys.current
        attested = vc.Attested(type_.code, type_.title, _criteria(type_), type_.kind)
        credential = vc.Credential(
            # Names nothing that the server knows somebody by.
            id=f"urn:uuid:{UUID(bytes=self._rng(16), version=4)}",
            issuer=key.did,
            issuer_name=self._issuer.name,
            subject=holder,
            attested=attested,
            valid_from_s=row.from_ms // 1000,
            valid_until_s=row.until_ms // 1000,
            statuses=tuple(
                status_list.StatusEntry(
                    purpose.value,
                    str(row.status_index),
                    self._issuer.list_url(row.status_list, purpose.value),
                )
                for purpose in status_list.Purpose
            ),
        )
        return vc.sign(credential, key)

    def _place(self, connection: Connection) -> tuple[int, int]:
        number = store.newest_list(connection)
        taken = store.places(connection, number)
        try:
            return number, status_list.free_index(self._rng, taken)
        except ListFull:
            return number + 1, status_list.free_index(self._rng, ())

    async def _run(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)


def missing_of(
    connection: Connection, found: application.Application, now_ms: int
) -> tuple[str, ...]:
    """What is not met on the day."""
    account = AccountId(found.applicant)
    pack = answers.PACK_OF[found.credential]
    reached = levels.reached(pack, trained(connection, account))
    rows = store.of_account(connection, account)
    held = [
        row.credential
        for row in rows
        if answers.standing(row, rows, now_ms) is renewal.Standing.GOOD
    ]
    type_, today = type_of(found.credential), days.day_of(now_ms)
    points = points_of(connection, found, now_ms)
    needed = structs.replace(type_, requirements=points)
    codes = [level.code for level in reached]
    return checks.missing(needed, found.checks, codes, held, today)


def points_of(
    connection: Connection, found: application.Application, now_ms: int
) -> tuple[Requirement, ...]:
    """What has to be found out: of who still holds it, what each renewal needs."""
    type_ = type_of(found.credential)
    rows = store.of_account(connection, AccountId(found.applicant))
    renews = any(
        row.credential == type_.code
        and row.id != found.id
        and row.status != Status.REVOKED.value
        and now_ms < row.until_ms
        for row in rows
    )
    return type_.ongoing if renews and type_.ongoing else type_.requirements


def type_of(code: str) -> CredentialType:
    """A credential of the packs. Raises `NotFound`."""
    type_ = answers.TYPES.get(code)
    if type_ is None:
        raise NotFound("no such credential")
    return type_


def requirement_of(credential: str, code: str) -> Requirement:
    """A point of a credential. Raises `BadRequest`."""
    type_ = type_of(credential)
    for each in (*type_.requirements, *type_.ongoing):
        if each.code == code:
            return each
    raise BadRequest("this credential has no such requirement")


def _criteria(type_: CredentialType) -> str:
    parts = [each.title for each in type_.requirements]
    parts += [f"Level: {type_.level}"] if type_.level else []
    return "; ".join(parts) or type_.title


def _ms(transaction: Transaction) -> int:
    return to_millis(transaction.now)
