"""Consents: what somebody agrees that others are told of them, and for what.

No word is a no. A yes is to the words of one version: once they change, it counts no
more until somebody has read the new ones. Whoever was told of somebody hears that a
consent is withdrawn; whoever was not, hears nothing of it at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from mentalverse_signaling.consent_events import (
    MAX_RECIPIENTS_SHOWN,
    ConsentPurpose,
    Consents,
    PurposeView,
    ToldEndpoint,
)
from mentalverse_signaling.consent_text import CONSENT_TEXTS
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import AccountId

from ..clock import to_millis
from ..hooks.catalogue.fields import Tier
from ..hooks.catalogue.people import ConsentChanged
from ..hooks.catalogue.purposes import Purpose
from ..store import consents as store
from ..store import endpoints, outbox
from ..store.consents import ConsentRow
from ..store.endpoints import EndpointRow, EndpointState
from ..store.engine import Connection, Database
from ..store.outbox import Outgoing
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane

GRANTED: Final = "consent.granted"
WITHDRAWN: Final = "consent.withdrawn"


class Consenting:
    """Takes consents, and says what was taken."""

    def __init__(
        self, database: Database, writer: Writer, rng: Callable[[int], bytes]
    ) -> None:
        self._database = database
        self._writer = writer
        self._rng = rng

    async def list(self, account: AccountId) -> Consents:
        """Every purpose, with who is told and what the account has said to it."""
        return await self._database.read(_view, account)

    async def grant(
        self, account: AccountId, purpose: ConsentPurpose, version: int
    ) -> None:
        """Agree to a purpose; who agrees already changes nothing.

        Raises:
            Conflict: the words have changed since they were read.
        """
        if version != CONSENT_TEXTS[purpose].version:
            raise Conflict("these are not the words as they are now: read them again")

        def script(transaction: Transaction) -> None:
            connection, now_ms = transaction.connection, to_millis(transaction.now)
            before = store.get(connection, account, purpose)
            if before is not None and _counts(before):
                return
            row = ConsentRow(account, purpose.value, version, now_ms)
            store.put(connection, row)
            for endpoint in _of_purpose(connection, purpose):
                if endpoint.admits(GRANTED, Tier.MEMBER.value, drill=False):
                    self._tell(transaction, GRANTED, row, now_ms, endpoint.id)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def withdraw(self, account: AccountId, purpose: ConsentPurpose) -> None:
        """Agree no more; what waits to be told stays here from then on."""

        def script(transaction: Transaction) -> None:
            connection, now_ms = transaction.connection, to_millis(transaction.now)
            before = store.get(connection, account, purpose)
            if before is None or before.withdrawn_at_ms is not None:
                return
            row = replace(before, withdrawn_at_ms=now_ms)
            store.put(connection, row)
            told = store.named_to(connection, account)
            for endpoint in _of_purpose(connection, purpose):
                if endpoint.id in told:
                    self._tell(transaction, WITHDRAWN, row, now_ms, endpoint.id)

        await self._writer.run(script, lane=WriterLane.OTHER)

    def _tell(
        self,
        transaction: Transaction,
        type_: str,
        row: ConsentRow,
        now_ms: int,
        endpoint: str,
    ) -> None:
        """To this endpoint alone: what else somebody agreed to is not its business."""
        purpose = Purpose(row.purpose)
        data = ConsentChanged(account=row.account, purpose=purpose, version=row.version)
        event = Outgoing(
            evt_id=self._rng(16),
            type=type_,
            key=f"account:{row.account}",
            data=data,
            tier=Tier.MEMBER.value,
            occurred_at_ms=now_ms,
            subjects=(row.account,),
            endpoint=endpoint,
        )
        outbox.add(transaction, event)


def _counts(row: ConsentRow) -> bool:
    current = CONSENT_TEXTS[ConsentPurpose(row.purpose)].version
    return row.withdrawn_at_ms is None and row.version == current


def _view(connection: Connection, account: AccountId) -> Consents:
    said = store.of_account(connection, account)
    told = store.named_to(connection, account)
    return Consents(
        tuple(
            _consent(purpose, said.get(purpose), _of_purpose(connection, purpose), told)
            for purpose in ConsentPurpose
        )
    )


def _consent(
    purpose: ConsentPurpose,
    row: ConsentRow | None,
    of_purpose: Iterable[EndpointRow],
    told: frozenset[str],
) -> PurposeView:
    listed = list(of_purpose)
    hears = [each for each in listed if _hears_of_members(each)]
    return PurposeView(
        purpose=purpose,
        version=CONSENT_TEXTS[purpose].version,
        is_given=row is not None and _counts(row),
        given_version=None if row is None else row.version,
        granted_at=None if row is None else row.granted_at_ms,
        withdrawn_at=None if row is None else row.withdrawn_at_ms,
        was_told=any(each.id in told for each in listed),
        recipients=tuple(_recipient(each) for each in hears[:MAX_RECIPIENTS_SHOWN]),
    )


def _of_purpose(connection: Connection, purpose: ConsentPurpose) -> list[EndpointRow]:
    every = endpoints.every(connection)
    return [each for each in every if each.purpose.value == purpose.value]


def _hears_of_members(endpoint: EndpointRow) -> bool:
    is_on = endpoint.state is not EndpointState.DISABLED
    return is_on and endpoint.max_tier >= Tier.MEMBER.value


def _recipient(endpoint: EndpointRow) -> ToldEndpoint:
    return ToldEndpoint(
        host=urlsplit(endpoint.url).hostname or "",
        types=endpoint.types,
        hears_of_crises=endpoint.max_tier >= Tier.SENSITIVE.value,
    )
