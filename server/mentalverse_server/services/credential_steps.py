"""What every step about credentials shares: rows, reviewers, refusals, what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from mentalverse_signaling.credential_events import CredentialsChanged
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
from mentalverse_signaling.review_events import ReviewsChanged
from mentalverse_signaling.roles import Role

from ..clock import to_millis
from ..hooks.catalogue.fields import Tier
from ..hooks.catalogue.people import (
    CredentialChanged,
    CredentialReason,
    Supervision,
    TrainingDone,
)
from ..hooks.defaults.credential_rules import (
    Application,
    CredentialError,
    NotTheirs,
    SignedAlready,
    SourceReused,
    WrongState,
    levels,
)
from ..hooks.defaults.credentials import PACK_OF, TYPES
from ..store import credentials as store
from ..store import matching, outbox, roles
from ..store.engine import Connection
from ..store.facts import AccountsTold
from ..store.outbox import Outgoing
from ..store.transaction import Transaction

REVIEWERS = frozenset({Role.COORDINATOR, Role.SUPERVISOR})

Proof = Callable[[Transaction], None]
"""Raises what keeps somebody from a word of weight; see `proofs.check_proof`."""

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


def load(connection: Connection, id_: str, *, to_change: bool = True) -> Application:
    """An application. Raises `NotFound`."""
    row = store.application(connection, id_, to_change=to_change)
    if row is None:
        raise NotFound("no such application")
    return decoded(row)


def decoded(row: store.ApplicationRow) -> Application:
    """An application of its row."""
    return msgspec.json.decode(row.document, type=Application)


def keep(transaction: Transaction, found: Application) -> None:
    """Store an application, and let those whom it concerns look anew."""
    row = store.ApplicationRow(
        id=found.id,
        account=AccountId(found.applicant),
        credential=found.credential,
        pack_hash=found.pack_hash,
        state=found.state.value,
        document=msgspec.json.encode(found).decode(),
        changed_ms=found.changed_ms,
    )
    store.put_application(transaction.connection, row)
    tell_owner(transaction, row.account)
    reviewers = roles.holders(transaction.connection, REVIEWERS)
    accounts = tuple(each.account for each in reviewers)
    told = AccountsTold(accounts, "review.changed", ReviewsChanged())
    transaction.publish(told)


def know_each_other(transaction: Transaction, by: str, account: str) -> None:
    """Whoever decided about somebody, or supervises them, is not matched with them."""
    at_ms = to_millis(transaction.now)
    matching.know_each_other(transaction.connection, by, account, at_ms)


def tell_owner(transaction: Transaction, account: AccountId) -> None:
    """Let somebody look anew at their own applications and credentials."""
    told = AccountsTold((account,), "credential.changed", CredentialsChanged())
    transaction.publish(told)


def trained(connection: Connection, account: AccountId) -> levels.Training:
    """Somebody's training, as the rules see it."""
    rows = store.training(connection, account)
    records = {each[0]: levels.Minutes(*each) for each in rows.minutes}
    return levels.Training(records, rows.passed, rows.signed_off)


class Teller:
    """Adds events of credentials to the outbox."""

    def __init__(self, rng: Callable[[int], bytes]) -> None:
        self._rng = rng

    def of_account(
        self, transaction: Transaction, type_: str, data: TrainingDone | Supervision
    ) -> None:
        """Tell of somebody, if the transaction commits."""
        account = AccountId(data.account)
        self._tell(transaction, type_, f"account:{account}", data, account)

    def requested(self, transaction: Transaction, found: Application) -> None:
        """Tell that somebody applies."""
        account = AccountId(found.applicant)
        level = level_of(found.credential)
        data = CredentialChanged(account=account, type=found.credential, level=level)
        key = f"credential:{found.id}"
        self._tell(transaction, "credential.requested", key, data, account)

    def of_credential(
        self,
        transaction: Transaction,
        what: str,
        row: store.CredentialRow,
        reason: CredentialReason | None = None,
    ) -> None:
        """Tell of a credential: `what` is "issued", "revoked", …"""
        data = CredentialChanged(
            account=row.account,
            type=row.credential,
            level=level_of(row.credential),
            valid_until=row.until_ms,
            reason_code=reason,
            status=f"{row.status_list}/{row.status_index}",
        )
        key = f"credential:{row.id}"
        tell_owner(transaction, row.account)
        self._tell(transaction, f"credential.{what}", key, data, row.account)

    def _tell(
        self,
        transaction: Transaction,
        type_: str,
        key: str,
        data: CredentialChanged | TrainingDone | Supervision,
        account: AccountId,
    ) -> None:
        outgoing = Outgoing(
            evt_id=self._rng(16),
            type=type_,
            key=key,
            data=data,
            tier=Tier.MEMBER.value,
            occurred_at_ms=to_millis(transaction.now),
            subjects=(account,),
        )
        outbox.add(transaction, outgoing)


def level_of(code: str) -> int:
    """Which level of training a credential attests, from 1; 0: none."""
    type_, names = TYPES[code], [each.code for each in PACK_OF[code].levels]
    is_level = type_.level and not type_.requirements
    return names.index(type_.level) + 1 if is_level else 0
