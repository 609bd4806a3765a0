"""What a script of the writer works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Transaction:
    """One script's part of a batch: its own savepoint in the batch's transaction.

    If the script raises, its writes are rolled back and its facts forgotten; the
    rest of the batch is not touched.
    """

    connection: Connection
    now: datetime
    """The time of the whole batch: aware, UTC."""
    facts: list[object] = field(default_factory=list)

    def publish(self, fact: object) -> None:
        """Announce `fact` after COMMIT, in order, if there is one."""
        self.facts.append(fact)
