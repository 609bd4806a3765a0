"""Showing messages to the safety team, so that they can be proven.

A report holds rows of the log as their senders signed them (see `evidence`), an
edited message with the wordings it had (all that fit, see `wordings`), and one that
its sender took back for as long as `withdrawn` keeps it. It is encrypted to the safety
team's key, which has to be the newest one in the transparency log; the server that
takes it cannot open it.

The server is told which stored files belong to a report only if the person wants that
it keeps them for the case: naming a file tells the server who was sent it.

What is reported can be proven to come from its sender. `preview` says exactly what
would be shown, and `send` shows nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from mentalverse_crypto import content as contents
from mentalverse_crypto.carried import File, Voice
from mentalverse_crypto.content import Body, Content, Edit, Reply, Text
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.evidence import Verified, verify_message
from mentalverse_crypto.franking import (
    MAX_STATEMENT_BYTES,
    Report,
    ReportedMessage,
    seal_report,
)
from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_signaling.ids import BlobId, ReportId, id_bytes, id_text, new_id
from mentalverse_signaling.recovery_api import (
    MAX_REPORTED_BLOBS,
    ReportSend,
)

from .account.device import Device
from .account.profile import as_keys
from .account.trust import contact
from .errors import NotReportable
from .groups.room import Room
from .line.attempts import persist
from .line.connection import TokenSource
from .line.http import AccountApi
from .log.transparency import ReportKey
from .store import evidence
from .store.messages import Message, target_of
from .store.planned import PLANNED, words_of
from .store.records import Identity
from .wordings import Worded, fit

Chosen = Mapping[str, Collection[int]]
"""Numbers of wordings, from 1, by message id: they are shown in any case."""
NO_WORDINGS: Chosen = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a report would show of one message."""

    message: Message
    wordings: tuple[str, ...] = field(repr=False)
    """Its text as first written and after each edit, as far as they are shown; of a
    file its name."""
    quote: str | None = field(repr=False)
    """What it quotes of another message."""
    opens_file: bool
    """Whether the safety team could open its file."""
    is_proven: bool
    """Whether this device can prove who wrote it."""
    left_out: Mapping[int, str] = field(default_factory=dict, repr=False)
    """Wordings that do not fit into the report, by their number. The report says how
    many they are. Choosing one puts it in."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that was taken."""

    id: str
    """What the safety team calls it."""
    files: int
    """How many files the server was asked to keep."""
    files_kept: int
    """How many of them it keeps: others were gone, or too much."""


@dataclass(frozen=True, slots=True)
class _Proven:
    """A message, with a row of the log for every wording that has a proof."""

    message: Message
    rows: tuple[HistoryMessage, ...]
    chosen: frozenset[int]
    numbers: frozenset[int] = frozenset()
    """Of the wordings to show."""

    @property
    def worded(self) -> Worded:
        """What is to be fitted into the report."""
        return Worded(
            tuple(
                ReportedMessage(row.content, row.evidence)
                for row in self.rows
                if row.evidence is not None
            ),
            tuple(row.seq for row in self.rows),
            self.chosen,
        )

    @property
    def shown_rows(self) -> list[HistoryMessage]:
        """The rows to show."""
        return [self.rows[number - 1] for number in sorted(self.numbers)]


class ReportKeys(Protocol):
    """Where the safety team's key comes from."""

    async def report_key(self) -> ReportKey | None:
        """The key, as the transparency log shows it; None if there is none."""


class Reporting:
    """Reports of one device."""

    def __init__(self, device: Device, keys: ReportKeys, token: TokenSource) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._keys = keys
        self._token = token

    @property
    def _identity(self) -> Identity:
        return self._device.profile.identity

    def preview(
        self, messages: Iterable[Message], wordings: Chosen = NO_WORDINGS
    ) -> list[Shown]:
        """What a report of these messages would show, in the order of the log.

        Raises:
            NotReportable: one of them is a notice, not sent yet, from before this
                device could read along, or was deleted: by oneself, or too long ago;
                or they are too much for one report.
        """
        return [self._shown(each) for each in self._proven(messages, wordings)]

    async def send(
        self,
        room: Room,
        messages: Iterable[Message],
        reason: str,
        *,
        keep_files: bool = False,
        wordings: Chosen = NO_WORDINGS,
    ) -> Reported:
        """Show messages to the safety team.

        Args:
            room: The conversation they are in.
            messages: What to show.
            reason: Why, in the person's words; may be empty.
            keep_files: Name their files to the server, which then keeps them for the
                case, also if their sender deletes them.
            wordings: Those that are shown in any case.

        Raises:
            NotReportable: nobody takes reports here, or it would be too large.
            NotProven: the safety team's key is not the one in the log.
            NotConnected, SignalingError: it was not taken.
        """
        proven = self._proven(messages, wordings)
        rows = [row for each in proven for row in each.shown_rows]
        sealed_for = await self._keys.report_key()
        if sealed_for is None:
            raise NotReportable("this server has no safety team that takes reports")
        report = ReportId(new_id(self._device.rng))
        sealed = self._seal(report, proven, reason, sealed_for)
        seqs, blobs = tuple(row.seq for row in rows), _blobs(rows) if keep_files else ()
        request = ReportSend(report, room.id, seqs, sealed, blobs)
        async with AccountApi(self._identity.server_url) as api:
            # The same id each time: however often it is sent, there is one report.
            received = await persist(
                lambda token: api.send_report(token, request), lambda: 0, self._token
            )
        return Reported(report, len(blobs), len(received.held))

    def _seal(
        self, report: ReportId, proven: list[_Proven], reason: str, to: ReportKey
    ) -> bytes:
        if len(reason.encode(errors="replace")) > MAX_STATEMENT_BYTES:
            raise NotReportable("the reason is too long")
        shown = (row for each in proven for row in each.worded.shown(each.numbers))
        try:
            return seal_report(
                Report(tuple(shown), reason),
                to.suite,
                to.public,
                id_bytes(report),
                self._device.rng,
            )
        except MlsError as error:
            raise NotReportable(f"the report cannot be sealed ({error.code})") from None

    # --- one message ---

    def _proven(self, messages: Iterable[Message], wordings: Chosen) -> list[_Proven]:
        found = [
            _Proven(each, self._rows(each), frozenset(wordings.get(each.id, ())))
            for each in _in_order(messages)
        ]
        shown = fit([each.worded for each in found])
        return [
            replace(each, numbers=numbers)
            for each, numbers in zip(found, shown, strict=True)
        ]

    def _shown(self, proven: _Proven) -> Shown:
        message, rows = proven.message, proven.shown_rows
        bodies = [_body(row) for row in rows]
        quotes = [body.to.quote for body in bodies if isinstance(body, Reply)]
        return Shown(
            message,
            wordings=tuple(_words(body, message) for body in bodies),
            quote=next((quote for quote in quotes if quote), None),
            opens_file=any(isinstance(body, File | Voice) for body in bodies),
            is_proven=all(map(self._is_proven, rows)),
            left_out={
                number: _words(_body(row), message)
                for number, row in enumerate(proven.rows, 1)
                if number not in proven.numbers
            },
        )

    def _rows(self, message: Message) -> tuple[HistoryMessage, ...]:
        until = message.reportable_until
        is_over = until is not None and until <= self._device.now()
        if is_over or not message.is_reportable:
            raise NotReportable("this is nothing that can be reported, or not any more")
        rows = [
            evidence.kept(self._vault, message.conversation, seq)
            for seq in message.rows
        ]
        provable = tuple(
            row
            for row in rows
            if row is not None and row.evidence is not None and _is_about(row, message)
        )
        if not provable or provable[0].seq != message.seq:
            raise NotReportable("a message has no proof on this device")
        return provable

    def _is_proven(self, row: HistoryMessage) -> bool:
        if row.evidence is None:
            return False
        verdict = verify_message(
            row.content,
            row.evidence,
            as_keys=as_keys(self._identity),
            account_keys=self._account_keys,
        )
        return isinstance(verdict, Verified) and verdict.account_id == row.account

    def _account_keys(self, account_id: bytes) -> Collection[bytes]:
        account = id_text(account_id)
        profile = self._device.profile
        if account == self._identity.account:
            return (profile.account_key.public, *profile.earlier_account_keys)
        known = contact(self._vault, account)
        return () if known is None else (known.account_pub, *known.earlier)


def _in_order(messages: Iterable[Message]) -> list[Message]:
    by_seq = {message.seq: message for message in messages}
    if not by_seq:
        raise NotReportable("name the messages to report")
    return [by_seq[seq] for seq in sorted(by_seq)]


def _is_about(row: HistoryMessage, message: Message) -> bool:
    """Not so when a server that was put back filled an edit's place anew."""
    target = target_of(contents.decode(row.content))
    return row.seq == message.seq or target == message.id


def _blobs(rows: Iterable[HistoryMessage]) -> tuple[BlobId, ...]:
    """The files of reported messages, each once."""
    bodies = map(_body, rows)
    files = [body.attachment for body in bodies if isinstance(body, File | Voice)]
    blobs = tuple(dict.fromkeys(BlobId(file.blob.hex()) for file in files))
    if len(blobs) > MAX_REPORTED_BLOBS:
        raise NotReportable(f"a report keeps at most {MAX_REPORTED_BLOBS} files")
    return blobs


def _body(row: HistoryMessage) -> Body | None:
    content = contents.decode(row.content)
    return content.body if isinstance(content, Content) else None


def _words(body: Body | None, message: Message) -> str:
    match body:
        case Text(text=text) | Reply(text=text) | Edit(text=text):
            return text
        case File(attachment=file) | Voice(attachment=file):
            return file.name
        case planned if isinstance(planned, PLANNED):
            return words_of(planned)
        case _:
            return message.text
