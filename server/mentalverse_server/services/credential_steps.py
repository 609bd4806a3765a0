"""What every step about credentials shares: rows, reviewers, refusals, what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
    RoleRequired,
    SignalingError,
)
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

from ..hooks.defaults.credential_rules import (
    CredentialError,
    NotTheirs,
    SignedAlready,
    SourceReused,
    WrongState,
    application,
    levels,
)
from ..store import credentials as store
from ..store import outbox, roles
from ..store.engine import Connection
from ..store.outbox import Outgoing
from ..store.transaction import Transaction

REVIEWERS = frozenset({Role.COORDINATOR, Role.SUPERVISOR})
TIER = 1

_REFUSALS: Mapping[type[CredentialError], type[SignalingError]] = {
    NotTheirs: Forbidden,
    WrongState: NotNow,
    SignedAlready: Conflict,
    SourceReused: Conflict,
}


@contextmanager
def refusals() -> Iterator[None]:
    """What the rules refuse, in the words of the wire."""
    try:
        yield
    except CredentialError as error:
        raise _REFUSALS.get(type(error), BadRequest)(str(error)) from None


def require_reviewer(connection: Connection, account: AccountId) -> None:
    """Raises `RoleRequired`: neither a coordinator nor a supervisor."""
    if REVIEWERS.isdisjoint(roles.roles_of(connection, account)):
        raise RoleRequired("this is for coordinators and supervisors")


def load(connection: Connection, id_: str) -> application.Application:
    """An application. Raises `NotFound`."""
    row = store.application(connection, id_)
    if row is None:
        raise NotFound("no such application")
    return decoded(row)


def decoded(row: store.ApplicationRow) -> application.Application:
    """An application of its row."""
    return msgspec.json.decode(row.document, type=application.Application)


def keep(connection: Connection, found: application.Application) -> None:
    """Store an application."""
    row = store.ApplicationRow(
        id=found.id,
        account=AccountId(found.applicant),
        credential=found.credential,
        pack_hash=found.pack_hash,
        state=found.state.value,
        document=msgspec.json.encode(found).decode(),
        changed_ms=found.changed_ms,
    )
    store.put_application(connection, row)


def trained(connection: Connection, account: AccountId) -> levels.Training:
    """Somebody's training, as the rules see it."""
    rows = store.training(connection, account)
    records = {each[0]: levels.Minutes(*each) for each in rows.minutes}
    return levels.Training(records, rows.passed, rows.signed_off)


class Teller:
    """Adds events of credentials to the outbox."""

    def __init__(self, rng: Callable[[int], bytes]) -> None:
        self._rng = rng

    def tell(
        self,
        transaction: Transaction,
        type_: str,
        key: str,
        data: Mapping[str, object],
        account: AccountId,
    ) -> None:
        """Tell of something, if the transaction commits."""
        at_ms = int(transaction.now.timestamp() * 1000)
        outgoing = Outgoing(
            evt_id=self._rng(16),
            type=type_,
            key=key,
            data={**data, "account": account},
            tier=TIER,
            occurred_at_ms=at_ms,
            subjects=(account,),
        )
        outbox.add(transaction, outgoing)

    def of_credential(
        self, transaction: Transaction, what: str, row: store.CredentialRow
    ) -> None:
        """Tell of a credential: `what` is "issued", "revoked", …"""
        data = {
            "credential": row.id,
            "type": row.credential,
            "valid_until": row.until_ms // 1000,
        }
        key = f"credential:{row.id}"
        self.tell(transaction, f"credential.{what}", key, data, row.account)
