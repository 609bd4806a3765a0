"""A report as the safety team takes it along: everything to verify it offline.

The server cannot know whom a report shows. So a case file carries the log entries of
everybody who is or was in the conversation, and those of the Authentication Service,
each with its proof under the newest head of the transparency log.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
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
from mentalverse_signaling.report_events import ReportState
from mentalverse_signaling.reports import ReportOutcome, Stage

from .clock import SystemClock, from_micros, to_millis
from .config import Config
from .keyring import Keyring, open_keyring
from .operator import beside_the_server
from .services.report_course import decide
from .store import accounts, log, reports
from .store.conversations import ConversationState, load_state
from .store.engine import Connection
from .store.reports import ReportHead, StoredReport

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
    state: ReportState
    was: ReportOutcome | None
    """The first decision, of one that is or was looked at again."""
    is_closed: bool
    """Nothing waits for a decision."""
    appeal_until: int | None
    """Before then it can be appealed."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A report that is decided."""

    appeal_until: int | None
    """Unix milliseconds; None if it cannot be appealed any more."""
    is_appealed: bool
    """Somebody waits for another decision."""


def list_reports(config: Config) -> list[ReportLine]:
    """The newest reports: those that are appealed first, then newest first."""
    now = SystemClock().now()
    with beside_the_server(config) as database:
        return database.write(_list, now)


def close_report(
    config: Config, report: ReportId, outcome: ReportOutcome, *, again: bool = False
) -> Closed | None:
    """Decide about a report, or about an appeal; None if there is none.

    Raises:
        Conflict: it was decided otherwise; or, again, nobody asks for another look.
    """
    now = SystemClock().now()
    with beside_the_server(config) as database:
        head = database.write(decide, report, outcome, now, again=again)
    if head is None:
        return None
    is_appealed = head.course.stage(now) is Stage.APPEALED
    return Closed(_ms(head.course.appeal_until(now)), is_appealed)


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


def _list(connection: Connection, now: datetime) -> list[ReportLine]:
    return [
        _line(connection, head, rows, now)
        for head, rows in reports.newest(connection, LISTED_REPORTS)
    ]


def _line(
    connection: Connection, head: ReportHead, rows: int, now: datetime
) -> ReportLine:
    course = head.course
    return ReportLine(
        report=head.id,
        received_at=to_millis(head.at),
        reporter=_handle(connection, head.account),
        conversation=head.conversation,
        rows=rows,
        state=course.state,
        was=course.first.outcome if course.first and course.appealed_at else None,
        is_closed=course.stage(now) in (Stage.DECIDED, Stage.FINAL),
        appeal_until=_ms(course.appeal_until(now)),
    )


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_millis(moment)
