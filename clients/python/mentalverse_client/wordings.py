"""Which wordings of edited messages a report shows when not all of them fit.

A message can be edited many times, and each wording may be almost as long as a message
may be. Whoever wrote it must not be able to keep it out of reports that way. So every
message is shown in its first wording, its newest one, and those that the person chose.
Of the others the newest are taken first, over all messages, as long as they fit.

Two wordings always fit: each is one message of the log (`MAX_CIPHERTEXT_BYTES`), and
`commit_rules` bounds the rest of its proof. How long the reason is makes no
difference, so that a preview without it shows the same.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from mentalverse_crypto.errors import ReportTooLarge
from mentalverse_crypto.franking import (
    MAX_STATEMENT_BYTES,
    Report,
    ReportedMessage,
    padded_report_bytes,
)
from mentalverse_signaling.recovery_api import (
    MAX_PADDED_REPORT_BYTES,
    MAX_REPORTED_ROWS,
)

from .errors import NotReportable

_LONGEST_REASON = "x" * MAX_STATEMENT_BYTES


@dataclass(frozen=True, slots=True)
class Worded:
    """A message for a report, with every wording that can be proven."""

    wordings: tuple[ReportedMessage, ...]
    """From the first to the newest; at least one."""
    seqs: tuple[int, ...]
    """The row of each in the log."""
    chosen: frozenset[int] = frozenset()
    """Numbers of wordings, from 1, that the person wants to be shown."""

    @property
    def required(self) -> frozenset[int]:
        """The numbers of those that are shown in any case."""
        return self.chosen | {1, len(self.wordings)}

    def shown(self, numbers: Set[int]) -> list[ReportedMessage]:
        """What the report holds of it when these numbers are shown."""
        first, *rest = (self.wordings[number - 1] for number in sorted(numbers))
        return [replace(first, left_out=len(self.wordings) - len(numbers)), *rest]


def fit(messages: Sequence[Worded]) -> list[frozenset[int]]:
    """The numbers of the wordings to show, of each message.

    Raises:
        NotReportable: a wording was chosen that there is not, or what is shown in any
            case is too much for one report; the message says what to do.
    """
    for message in messages:
        if not message.chosen <= set(range(1, len(message.wordings) + 1)):
            raise NotReportable("a message has no wording of that number")
    shown = [message.required for message in messages]
    if not _fits(messages, shown):
        raise NotReportable(_advice(messages, shown))
    left = (
        (seq, place, number)
        for place, message in enumerate(messages)
        for number, seq in enumerate(message.seqs, 1)
        if number not in shown[place]
    )
    for _, place, number in sorted(left, reverse=True):
        more = [*shown]
        more[place] = shown[place] | {number}
        if _fits(messages, more):
            shown = more
    return shown


def _fits(messages: Sequence[Worded], shown: Sequence[Set[int]]) -> bool:
    if sum(map(len, shown)) > MAX_REPORTED_ROWS:
        return False
    rows = [
        row
        for message, numbers in zip(messages, shown, strict=True)
        for row in message.shown(numbers)
    ]
    try:
        length = padded_report_bytes(Report(tuple(rows), _LONGEST_REASON))
    except ReportTooLarge:
        return False
    return length <= MAX_PADDED_REPORT_BYTES


def _advice(messages: Sequence[Worded], shown: Sequence[Set[int]]) -> str:
    for count in range(len(messages) - 1, 0, -1):
        if _fits(messages[:count], shown[:count]):
            return (
                "this is too much for one report: report the first "
                f"{count} of these {len(messages)} messages, then the others"
            )
    return "this is too much for one report: choose fewer wordings of one message"
