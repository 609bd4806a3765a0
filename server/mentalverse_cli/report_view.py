"""A report opened and verified, and what it looks like to who reads it.

Everything is checked offline, from the case file and the safety team's key alone:

    head of the log ⟶ keys of the service and of accounts ⟶ device ⟶ message

What a sender wrote is untrusted text and shown as such. A message that cannot be
shown to be anybody's is marked, and its text is not printed: it would be read as
said, whatever stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mentalverse_crypto.attachments import AttachmentReference
from mentalverse_crypto.carried import File, Voice
from mentalverse_crypto.content import Content
from mentalverse_crypto.log_entry import EntryKind
from mentalverse_crypto.public import (
    HpkeKeyPair,
    LogEntry,
    MlsError,
    Report,
    SignedHead,
    Unverifiable,
    Verdict,
    Verified,
    as_key_id,
    open_report,
    proven_account_keys,
    verify_head,
    verify_report,
)
from mentalverse_server.case_file import CaseFile, ReportLine
from mentalverse_signaling.report_events import ReportState

from .printable import one_line, printable

_CAUSES = {
    "group_context": "the group's state does not fit the message",
    "leaf_node": "the sender's place in the group is not proven",
    "credential": "no known account vouches for the sending device",
    "account_key": "the transparency log does not show that account key",
    "signature": "the sender signed something else",
}


class CaseError(Exception):
    """The case cannot be opened; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A report in clear, with a verdict for every message."""

    case: CaseFile
    report: Report = field(repr=False)
    verdicts: tuple[Verdict, ...] = field(repr=False)


def open_case(
    case: CaseFile, key_pair: HpkeKeyPair, log_public: bytes | None = None
) -> Opened:
    """Open and verify a case.

    `log_public` is the log's key as known from elsewhere; without it the one in the
    case is believed. Raises `CaseError`.
    """
    if log_public is not None and log_public != case.log_pub:
        raise CaseError("the case is of another transparency log")
    entries = [(_entry(each.entry), each.proof) for each in case.entries]
    try:
        head = SignedHead.decode(case.head)
        verify_head(head, case.log_pub)
        account_keys = proven_account_keys(head, entries)
    except MlsError:
        raise CaseError("the transparency log of the case does not verify") from None
    try:
        report = open_report(case.sealed, key_pair, bytes.fromhex(case.report))
    except (MlsError, ValueError):
        raise CaseError("the report does not open with this key") from None
    as_keys = {
        as_key_id(entry.public_key): entry.public_key
        for entry, _ in entries
        if entry.kind is EntryKind.AS_KEY
    }
    verdicts = verify_report(report, as_keys=as_keys, account_keys=account_keys)
    return Opened(case, report, verdicts)


def _entry(octets: bytes) -> LogEntry:
    try:
        return LogEntry.decode(octets)
    except MlsError:
        raise CaseError("an entry of the transparency log is damaged") from None


def lines(opened: Opened) -> Iterator[str]:
    """What to print, line by line."""
    case = opened.case
    yield f"Report {case.report}, received {time_text(case.received_at)}"
    yield f"Conversation {case.conversation}"
    yield f"Reported by {_who(case, case.reporter)}, as the server says"
    yield f"Log key {case.log_pub.hex()}"
    yield "Rows that the server had:"
    for row in case.rows:
        yield f"  {row.seq:>6}  {time_text(row.at)}  {row.size} bytes encrypted"
    if opened.report.statement:
        yield "The reporter writes (proves nothing):"
        yield from _quoted(opened.report.statement)
    total = len(opened.verdicts)
    good = sum(isinstance(verdict, Verified) for verdict in opened.verdicts)
    yield f"Messages: {total}, verified: {good}"
    shown = zip(opened.report.messages, opened.verdicts, strict=True)
    for number, (message, verdict) in enumerate(shown, 1):
        yield from _message(case, number, verdict)
        if message.left_out:
            yield f"   other wordings that did not fit: {message.left_out}, as the"
            yield "   reporter's device says"


def _message(case: CaseFile, number: int, verdict: Verdict) -> Iterator[str]:
    if isinstance(verdict, Unverifiable):
        yield f"{number}. UNVERIFIABLE: {_CAUSES[verdict.cause.value]}"
        return
    account, device = verdict.account_id.hex(), verdict.device_id.hex()
    yield f"{number}. VERIFIED: {_who(case, account)}, device {device}"
    if verdict.group_id.hex() != case.group:
        yield "   in ANOTHER conversation than the reported one"
    content = verdict.content
    if isinstance(content, Content):
        said_at = time_text(content.at_ms)
        yield f"   {content.body.type} {content.id}, dated {said_at} by the sender"
        if isinstance(content.body, File | Voice):
            yield from _file(content.body.attachment)
            return
        text = getattr(content.body, "text", None)
        if isinstance(text, str):
            yield from _quoted(text)
            return
    yield from _quoted(verdict.plaintext.decode(errors="replace"))


def _file(file: AttachmentReference) -> Iterator[str]:
    yield from _quoted(f"{file.name} ({file.size} bytes, {file.media_type})")
    yield f"   kept encrypted as blob {file.blob.hex()}; `report save` opens it"


def _quoted(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield f"   | {printable(line)}"


def _who(case: CaseFile, account: str) -> str:
    handle = case.handles.get(account)
    return f"{one_line(handle)} ({account})" if handle else account


def standing(line: ReportLine) -> str:
    """How far a report is, at the end of its line."""
    state = "open" if line.state is ReportState.FILED else line.state.value
    return f"{state} (was {line.was.value})" if line.was else state


def time_text(milliseconds: int) -> str:
    """A moment as people and sort programs read it."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return "an impossible time"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
