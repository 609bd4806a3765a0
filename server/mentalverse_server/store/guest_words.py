"""The sealed places of guests, by a slow hash of what their words become."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from mentalverse_signaling.ids import AccountId

from .tables_guests import guest_words


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One guest's place."""

    account: AccountId
    verifier: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    found_on: datetime
    """Begin of the day on which it was last found."""
    found: int
    """How often on that day."""


def put(connection: Connection, place: PlaceRow) -> None:
    """Keep a place instead of the one that the guest has."""
    remove(connection, place.account)
    connection.execute(
        insert(guest_words).values(
            account=place.account,
            verifier=place.verifier,
            sealed=place.sealed,
            found_on=place.found_on,
            found=place.found,
        )
    )


def remove(connection: Connection, account: AccountId) -> None:
    """Forget a guest's place; none is fine."""
    connection.execute(delete(guest_words).where(guest_words.c.account == account))


def by_verifier(connection: Connection, verifier: bytes) -> PlaceRow | None:
    """The place that these words find."""
    query = select(guest_words).where(guest_words.c.verifier == verifier)
    row = connection.execute(query).one_or_none()
    return None if row is None else PlaceRow(**row._mapping)


def count(connection: Connection, account: AccountId, day: datetime, n: int) -> None:
    """Note that a place was found for the n-th time on a day."""
    connection.execute(
        update(guest_words)
        .where(guest_words.c.account == account)
        .values(found_on=day, found=n)
    )
