"""Applications, evidence, credentials and their statuses, training."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.ids import AccountId

from .tables_credentials import (
    credential_applications,
    credential_evidence,
    credential_notices,
    credential_statuses,
    credentials,
    training_marks,
    training_minutes,
)


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application as it is kept."""

    id: str
    account: AccountId
    credential: str
    pack_hash: str
    state: str
    document: str
    changed_ms: int


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A document that was handed in, sealed."""

    id: str
    application: str
    account: AccountId
    requirement: str
    sealed: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A credential that was issued."""

    id: str
    account: AccountId
    credential: str
    skill: str
    status: str
    reason: str
    from_ms: int
    until_ms: int
    supervised_ms: int | None
    status_list: int
    status_index: int
    token: str


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """All of somebody's training."""

    minutes: tuple[tuple[str, str, int], ...]
    """Source, module, minutes."""
    passed: frozenset[str]
    signed_off: frozenset[str]


def put_application(connection: Connection, row: ApplicationRow) -> None:
    """Store an application, in place of what it was."""
    table = credential_applications
    changed = connection.execute(
        update(table).where(table.c.id == row.id).values(asdict(row))
    )
    if changed.rowcount == 0:
        connection.execute(insert(table).values(asdict(row)))


def application(
    connection: Connection, id_: str, *, to_change: bool
) -> ApplicationRow | None:
    """An application."""
    table = credential_applications
    query = select(table).where(table.c.id == id_)
    if to_change:
        # Two reviewers who sign at once are one after the other on either engine.
        query = query.with_for_update()
    row = connection.execute(query).first()
    return None if row is None else ApplicationRow(**row._asdict())


def applications_in(
    connection: Connection, states: Collection[str], account: AccountId | None = None
) -> list[ApplicationRow]:
    """Applications in one of these states, the longest untouched first."""
    table = credential_applications
    query = select(table).where(table.c.state.in_(list(states)))
    if account is not None:
        query = query.where(table.c.account == account)
    found = connection.execute(query.order_by(table.c.changed_ms, table.c.id))
    return [ApplicationRow(**row._asdict()) for row in found]


def put_evidence(connection: Connection, row: EvidenceRow) -> None:
    """Store a document."""
    connection.execute(insert(credential_evidence).values(asdict(row)))


def evidence_of(connection: Connection, application_id: str) -> list[EvidenceRow]:
    """The documents of an application, in the order in which they came."""
    table = credential_evidence
    query = select(table).where(table.c.application == application_id)
    found = connection.execute(query.order_by(table.c.at_ms, table.c.id))
    return [EvidenceRow(**row._asdict()) for row in found]


def remove_evidence(
    connection: Connection, application_id: str, document: str | None = None
) -> None:
    """Forget a document of an application; all of them by default."""
    table = credential_evidence
    gone = delete(table).where(table.c.application == application_id)
    if document is not None:
        gone = gone.where(table.c.id == document)
    connection.execute(gone)


def applications_of(
    connection: Connection, account: AccountId, most: int
) -> list[ApplicationRow]:
    """Somebody's own, the last touched first."""
    table = credential_applications
    query = select(table).where(table.c.account == account)
    found = connection.execute(
        query.order_by(table.c.changed_ms.desc(), table.c.id).limit(most)
    )
    return [ApplicationRow(**row._asdict()) for row in found]


def put(connection: Connection, row: CredentialRow) -> None:
    """Store a credential that is new, with its place in the status lists."""
    connection.execute(insert(credentials).values(asdict(row)))
    connection.execute(
        insert(credential_statuses).values(
            list=row.status_list,
            index=row.status_index,
            revoked=False,
            suspended=False,
        )
    )


def change(connection: Connection, id_: str, **values: object) -> None:
    """Change columns of a credential."""
    connection.execute(
        update(credentials).where(credentials.c.id == id_).values(**values)
    )


def set_status(
    connection: Connection, row: CredentialRow, *, revoked: bool, suspended: bool
) -> None:
    """Set the bits of a credential."""
    table = credential_statuses
    connection.execute(
        update(table)
        .where(table.c.list == row.status_list, table.c.index == row.status_index)
        .values(revoked=revoked, suspended=suspended)
    )


def revoke_all(connection: Connection, account: AccountId) -> None:
    """Set the bits of all that somebody holds, which outlive what is known of them."""
    for row in of_account(connection, account):
        set_status(connection, row, revoked=True, suspended=False)


def get(connection: Connection, id_: str) -> CredentialRow | None:
    """A credential."""
    query = select(credentials).where(credentials.c.id == id_).with_for_update()
    return _credential(connection.execute(query).first())


def of_account(connection: Connection, account: AccountId) -> list[CredentialRow]:
    """All that somebody was ever issued, the newest last."""
    table = credentials
    query = select(table).where(table.c.account == account)
    found = connection.execute(query.order_by(table.c.from_ms, table.c.id))
    return [CredentialRow(**row._asdict()) for row in found]


def to_look_at(connection: Connection, before_ms: int) -> list[CredentialRow]:
    """Credentials that are not revoked and end before a time, or need supervision."""
    table = credentials
    query = select(table).where(
        table.c.status != "revoked",
        (table.c.until_ms <= before_ms) | table.c.supervised_ms.is_not(None),
    )
    return [CredentialRow(**row._asdict()) for row in connection.execute(query)]


def tokens(connection: Connection) -> dict[str, str]:
    """Credentials that are not revoked, as they are carried, by their id."""
    table = credentials.c
    query = select(table.id, table.token).where(table.status != "revoked")
    return {id_: token for id_, token in connection.execute(query)}


def places(connection: Connection, number: int) -> set[int]:
    """The places of a list that are taken."""
    table = credential_statuses
    query = select(table.c.index).where(table.c.list == number)
    return set(connection.execute(query).scalars())


def newest_list(connection: Connection) -> int:
    """The number of the list that is being filled."""
    query = select(func.max(credential_statuses.c.list))
    return connection.execute(query).scalar() or 0


def set_bits(connection: Connection, number: int, purpose: str) -> frozenset[int]:
    """The places of a list whose bit is set; `purpose`: "revocation", "suspension"."""
    table = credential_statuses
    column = table.c.revoked if purpose == "revocation" else table.c.suspended
    query = select(table.c.index).where(table.c.list == number, column)
    return frozenset(connection.execute(query).scalars())


def told(connection: Connection, id_: str) -> set[tuple[str, str, str]]:
    """What was told of a credential."""
    table = credential_notices
    found = connection.execute(select(table).where(table.c.credential == id_))
    return {(row.credential, row.what, row.period) for row in found}


def put_told(
    connection: Connection, account: AccountId, key: tuple[str, str, str]
) -> bool:
    """Remember what is told; false if another process tells it at this moment."""
    credential, what, period = key
    try:
        with connection.begin_nested():
            connection.execute(
                insert(credential_notices).values(
                    credential=credential, what=what, period=period, account=account
                )
            )
    except IntegrityError:
        return False
    return True


def training(connection: Connection, account: AccountId) -> TrainingRows:
    """What somebody was trained in."""
    rows = _of(connection, training_minutes, account)
    marks = _of(connection, training_marks, account)
    return TrainingRows(
        tuple((row.source_id, row.module, row.minutes) for row in rows),
        frozenset(row.code for row in marks if row.kind == "assessment"),
        frozenset(row.code for row in marks if row.kind == "sign_off"),
    )


def put_minutes(
    connection: Connection,
    account: AccountId,
    minutes: tuple[str, str, int],
    at_ms: int,
) -> None:
    """Store minutes of a source that is new."""
    source_id, module, count = minutes
    connection.execute(
        insert(training_minutes).values(
            account=account,
            source_id=source_id,
            module=module,
            minutes=count,
            at_ms=at_ms,
        )
    )


def put_mark(
    connection: Connection,
    account: AccountId,
    mark: tuple[str, str],
    by: AccountId,
    at_ms: int,
) -> None:
    """Store an assessment or a sign-off that is new: kind and code."""
    kind, code = mark
    connection.execute(
        insert(training_marks).values(
            account=account, kind=kind, code=code, by=by, at_ms=at_ms
        )
    )


def _of(
    connection: Connection, table: Table, account: AccountId
) -> Sequence[Row[tuple[object, ...]]]:
    return connection.execute(select(table).where(table.c.account == account)).all()


def _credential(row: Row[tuple[object, ...]] | None) -> CredentialRow | None:
    return None if row is None else CredentialRow(**row._asdict())
