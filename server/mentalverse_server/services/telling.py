"""Tells the outbox of what a service has stored, in that transaction.

Nothing that people do fails for this: what is told lies in a savepoint of its own, and
a defect in it is logged while the rest stands. An event has the id that its occasion
has, so that the same one is told once, however often it comes by.
"""

from __future__ import annotations

from hashlib import sha256

import structlog

from mentalverse_signaling.ids import AccountId

from ..hooks.catalogue.fields import Data
from ..hooks.catalogue.registry import EVENTS
from ..store import outbox
from ..store.outbox import Outgoing
from ..store.transaction import Transaction

ID_BYTES = 16

log = structlog.get_logger()


def event_id(name: str, subject: str, occasion: str) -> bytes:
    """The id of what is told of an occasion, whenever that is."""
    return sha256(f"{name}:{subject}:{occasion}".encode()).digest()[:ID_BYTES]


def tell(
    transaction: Transaction,
    name: str,
    subject: str,
    data: Data,
    *,
    at_ms: int,
    about: tuple[AccountId, ...] = (),
    occasion: str = "",
) -> None:
    """Store an event of the catalogue.

    Args:
        transaction: Of what it tells of.
        name: Of the event, such as "session.ended".
        subject: Id of what it is in order with; empty for what there is one of.
        data: With our own ids.
        at_ms: When it happened.
        about: Whose accounts it goes with.
        occasion: What it is told once for, besides name and subject.
    """
    event = EVENTS[name]
    evt_id = event_id(name, subject, occasion)
    told = Outgoing(
        evt_id=evt_id,
        type=name,
        key=f"{event.key}:{subject}" if subject else event.key,
        data=data,
        tier=event.tier.value,
        occurred_at_ms=at_ms,
        subjects=about,
        schema=event.schema,
    )
    try:
        with transaction.connection.begin_nested():
            if not outbox.is_known(transaction.connection, evt_id):
                outbox.add(transaction, told)
    except Exception:  # what people did stands, whatever is told of it
        log.exception("outbox.add_failed", type=name)
