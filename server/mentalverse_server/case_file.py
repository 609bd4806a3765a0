"""A report as the safety team takes it along: everything to verify it offline.

The server cannot know whom a report shows. So a case file carries the log entries of
everybody who is or was in the conversation, and those of the Authentication Service,
each with its proof under the newest head of the transparency log.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from functools import partial

import msgspec

from mentalverse_crypto.public import (
    LogEntry,
    as_key_entry,
    inclusion_nodes,
    inclusion_proof,
    tag_of,
)
from mentalverse_signaling.ids import AccountId, ReportId, id_bytes

from .clock import SystemClock, from_micros, to_millis
from .config import Config
from .hooks.catalogue.care import ComplaintState
from .keyring import Keyring, open_keyring
from .operator import beside_the_server
from .services.reports import tell_state
from .store import accounts, log, reports
from .store.conversations import ConversationState, load_state
from .store.engine import Connection
from .store.reports import ReportHead, StoredReport
from .store.transaction import Transaction

VERSION = 1
LISTED_REPORTS = 200


class CaseRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reported row as the server had it when the report came."""

    seq: int
    at: int
    """Unix milliseconds."""
    size: int
    """Octets of the ciphertext."""


class CaseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the transparency log and its inclusion proof."""

    entry: bytes
    proof: tuple[bytes, ...]


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report, sealed as it came, with what the server knows and can prove."""

    version: int
    server: str
    report: str
    reporter: str
    """Account id."""
    received_at: int
    """Unix milliseconds."""
    conversation: str
    group: str
    """MLS group id of the conversation."""
    rows: tuple[CaseRow, ...]
    handles: dict[str, str]
    """Of the accounts that are or were in the conversation, by id."""
    log_pub: bytes
    head: bytes
    entries: tuple[CaseEntry, ...]
    sealed: bytes

    def encode(self) -> bytes:
        """The file's octets: JSON."""
        return msgspec.json.encode(self)

    @staticmethod
    def decode(octets: bytes) -> CaseFile | None:
        """The case file that octets hold; None if they hold none of this version."""
        try:
            case = msgspec.json.decode(octets, type=CaseFile)
        except (msgspec.DecodeError, RecursionError):
            return None
        return case if case.version == VERSION else None


class ReportLine(msgspec.Struct, frozen=True):
    """A report in a list."""

    report: str
    received_at: int
    reporter: str
    """Handle."""
    conversation: str
    rows: int
    is_closed: bool


def list_reports(config: Config) -> list[ReportLine]:
    """The newest reports, newest first."""
    with beside_the_server(config) as database:
        return database.write(_list)


def close_report(config: Config, report: ReportId) -> bool:
    """Close a case and let go of its files; whether there is such a report.

    The server removes files that nothing else keeps within an hour.
    """
    now = SystemClock().now()
    with beside_the_server(config) as database:
        return database.write(partial(close, report=report, now=now))


def close(connection: Connection, report: ReportId, now: datetime) -> bool:
    """Close a case once, and tell of it; whether there is such a report."""
    stored = reports.find(connection, report)
    if stored is None:
        return False
    if reports.close(connection, report, now) and stored.head.closed_at is None:
        transaction = Transaction(connection, now)
        tell_state(transaction, stored.head, ComplaintState.ACTIONED)
    return True


def case_file(config: Config, report: ReportId) -> CaseFile | None:
    """The case of a report; None if there is no such report."""
    keyring = open_keyring(config.server.data_dir, secrets.token_bytes)
    with beside_the_server(config) as database:
        return database.write(partial(build_case, keyring=keyring, report=report))


def build_case(
    connection: Connection, keyring: Keyring, report: ReportId
) -> CaseFile | None:
    """The case of a report, from one state of the database."""
    stored = reports.find(connection, report)
    if stored is None:
        return None
    state = load_state(connection, stored.head.conversation)
    people = {stored.head.account}
    people |= {span.account for span in state.devices.values()} if state else set()
    handles: dict[str, str] = {p: _handle(connection, p) for p in sorted(people)}
    head = log.head(connection)
    tags = [as_key_entry(0, keyring.current.public, 1, from_micros(0)).tag]
    tags += [tag_of(id_bytes(person)) for person in handles]
    entries = tuple(_proven(connection, tags, head.size))
    return _case(keyring, stored, state, handles, head.head, entries)


def _case(
    keyring: Keyring,
    stored: StoredReport,
    state: ConversationState | None,
    handles: dict[str, str],
    head: bytes,
    entries: tuple[CaseEntry, ...],
) -> CaseFile:
    return CaseFile(
        version=VERSION,
        server=keyring.server,
        report=stored.head.id,
        reporter=stored.head.account,
        received_at=to_millis(stored.head.at),
        conversation=stored.head.conversation,
        group=state.group if state else "",
        rows=tuple(CaseRow(r.seq, to_millis(r.at), r.size) for r in stored.rows),
        handles=handles,
        log_pub=keyring.log_key.public,
        head=head,
        entries=entries,
        sealed=stored.sealed,
    )


def _proven(
    connection: Connection, tags: list[bytes], size: int
) -> Iterator[CaseEntry]:
    for tag in tags:
        for entry in log.entries_of_tag(connection, tag):
            seq = LogEntry.decode(entry).seq
            found = log.nodes(connection, inclusion_nodes(seq, size))
            proof = inclusion_proof(seq, size, partial(_node, found))
            yield CaseEntry(entry, tuple(proof))


def _node(found: dict[tuple[int, int], bytes], level: int, position: int) -> bytes:
    return found[level, position]


def _handle(connection: Connection, account: AccountId) -> str:
    row = accounts.account(connection, account)
    return row.handle if row else ""


def _list(connection: Connection) -> list[ReportLine]:
    return [
        _line(connection, head, rows)
        for head, rows in reports.newest(connection, LISTED_REPORTS)
    ]


def _line(connection: Connection, head: ReportHead, rows: int) -> ReportLine:
    return ReportLine(
        report=head.id,
        received_at=to_millis(head.at),
        reporter=_handle(connection, head.account),
        conversation=head.conversation,
        rows=rows,
        is_closed=head.closed_at is not None,
    )
