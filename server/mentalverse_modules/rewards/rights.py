"""The life of a right to be paid: one source event, one rule, one beneficiary.

    pending   --post-----> posted     an epoch was closed: once
    pending   --void-----> voided     a gate, a cap, or a dispute was upheld: once
    pending   --dispute--> disputed   no epoch settles it
    disputed  --release--> pending    the next epoch settles it
    disputed  --void-----> voided
    posted    --reverse--> reversed   by an entry of its own, which everybody sees

`voided` and `reversed` are ends. What is pending or disputed is in no entry of the
ledger, so the order of arrival leaves no trace there. A right is known by its key for
ever: the same event again is the same right.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from .errors import NotNow


class Key(msgspec.Struct, frozen=True, order=True):
    """What a right is known by."""

    source_event: str
    rule: str
    beneficiary: str


class State(Enum):
    """Where a right is."""

    PENDING = "pending"
    DISPUTED = "disputed"
    POSTED = "posted"
    VOIDED = "voided"
    REVERSED = "reversed"


class Step(Enum):
    """What happens to it."""

    POST = "post"
    VOID = "void"
    DISPUTE = "dispute"
    RELEASE = "release"
    REVERSE = "reverse"


STEPS = {
    (State.PENDING, Step.POST): State.POSTED,
    (State.PENDING, Step.VOID): State.VOIDED,
    (State.PENDING, Step.DISPUTE): State.DISPUTED,
    (State.DISPUTED, Step.RELEASE): State.PENDING,
    (State.DISPUTED, Step.VOID): State.VOIDED,
    (State.POSTED, Step.REVERSE): State.REVERSED,
}


def after(state: State, step: Step) -> State:
    """Where a right is after a step.

    Raises:
        NotNow: it has no such step.
    """
    try:
        return STEPS[state, step]
    except KeyError:
        raise NotNow(f"{state.value} has no {step.value}") from None
