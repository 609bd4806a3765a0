"""Resume and gap arithmetic: what a receiver does with the next row it sees.

The log of a conversation is the truth and a push is a hint that carries the
payload. A receiver at cursor c applies exactly row c + 1; anything else sends
it to the log. Rows at or below the cursor have been applied: they are dropped
without another look, which is what makes at-least-once delivery harmless.
"""

from __future__ import annotations

from enum import Enum


class Step(Enum):
    """What to do with a pushed row."""

    APPLY = "apply"
    DROP = "drop"
    SYNC = "sync"


def on_row(cursor: int, seq: int) -> Step:
    """The step for a row with `seq`, for a receiver that has applied `cursor`."""
    if seq <= cursor:
        return Step.DROP
    return Step.APPLY if seq == cursor + 1 else Step.SYNC


def on_head(cursor: int, head: int) -> Step:
    """The step for a hint or listing that says the log has reached `head`.

    A head behind the cursor means the server lost rows (restored from a backup):
    `rewound` tells, and the receiver shows it; there is nothing to fetch.
    """
    return Step.SYNC if head > cursor else Step.DROP


def rewound(cursor: int, head: int) -> bool:
    """Whether the log is shorter than what this receiver has already applied."""
    return head < cursor


def contiguous(since: int, seqs: list[int]) -> bool:
    """Whether a page continues `since` without a gap: the test for withheld rows."""
    return seqs == list(range(since + 1, since + 1 + len(seqs)))
