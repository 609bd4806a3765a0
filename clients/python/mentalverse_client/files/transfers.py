"""Which files are on their way, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..updates import Update, UpdateKind, Updates


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file on its way."""

    conversation: str
    message: str
    """Id of its message."""
    name: str = field(repr=False)
    sending: bool
    across: int
    """Octets, encrypted."""
    size: int
    """Of them in all."""


class Transfers:
    """What is on its way at this moment; every step is an update."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._current: dict[tuple[str, bool], Transfer] = {}

    def current(self) -> list[Transfer]:
        """In the order in which they began."""
        return list(self._current.values())

    def moved(self, transfer: Transfer, across: int) -> None:
        """So many octets are across."""
        self._current[_key(transfer)] = replace(transfer, across=across)
        self._tell(transfer)

    def over(self, transfer: Transfer) -> None:
        """It is across, or was given up."""
        self._current.pop(_key(transfer), None)
        self._tell(transfer)

    def _tell(self, transfer: Transfer) -> None:
        update = Update(UpdateKind.TRANSFER, transfer.conversation, transfer.message)
        self._updates.publish(update)


def _key(transfer: Transfer) -> tuple[str, bool]:
    return transfer.message, transfer.sending
