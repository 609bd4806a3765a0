"""Ids and conversations for the tests of what is stored."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection

from mentalverse_server.store.conversations import create_conversation
from mentalverse_server.store.engine import Database
from mentalverse_signaling.conversation import ConversationKind, Seat
from mentalverse_signaling.ids import (
    AccountId,
    ClientId,
    ConversationId,
    DeviceId,
    GroupId,
    new_id,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)


class Ids:
    """Fresh ids that are the same in every run."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def __call__(self) -> Any:
        """An id for whatever type the caller needs."""
        return new_id(self._random.randbytes)


ids = Ids()


def open_conversation(
    database: Database,
    *,
    account: AccountId | None = None,
    device: DeviceId | None = None,
    kind: ConversationKind = ConversationKind.CIRCLE,
) -> ConversationId:
    """A stored conversation with one leaf."""
    conversation = cast(ConversationId, ids())

    def create(connection: Connection) -> None:
        create_conversation(
            connection,
            conversation,
            cast(GroupId, ids()),
            kind,
            (account or ids(), device or ids()),
            Seat.STAFF,
            now=NOW,
        )

    database.write(create)
    return conversation


def client_id() -> ClientId:
    return cast(ClientId, ids())
