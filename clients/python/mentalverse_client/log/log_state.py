"""What is stored about the transparency log, and what every head that comes does to it.

The view (`log_view`) is read and written in one step without an `await`, so whatever
was asked meanwhile, each head meets the newest view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol, TypeVar

from mentalverse_crypto.log_view import LogView, Observed, check_deadline, observe
from mentalverse_crypto.transparency import SignedHead
from mentalverse_signaling.events import Fact, Payload

from ..account.device import Device
from .alarms import AlarmKind, Alarms

_SPACE = "log"
_F = TypeVar("_F", bound=Fact)


class Call(Protocol):
    """How the server is asked."""

    async def __call__(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Connection.call`."""


class LogState:
    """This device's view of the log, in its vault."""

    def __init__(self, device: Device, alarms: Alarms) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._alarms = alarms
        self.asking = asyncio.Lock()
        """Held by whoever asks for a proof: it begins at the head that is held."""

    @property
    def view(self) -> LogView:
        """What is known of the log."""
        stored = self._vault.get(_SPACE, "")
        if stored is None:
            return LogView(self._device.profile.identity.log_pub)
        return LogView.decode(stored)

    @property
    def size(self) -> int:
        """Entries under the newest head that was proven."""
        head = self.view.head
        return 0 if head is None else head.size

    def observe(
        self, head: SignedHead, proof: Sequence[bytes] | None = None
    ) -> Observed:
        """Take in a head that somebody shows.

        Args:
            head: As the log signed it.
            proof: Of consistency with the head that is held.

        Raises:
            WrongLog, SignatureError: it is no head of this log.
        """
        view, observed = observe(self.view, head, self._device.now(), proof)
        self._keep(view)
        return observed

    def check_deadline(self) -> None:
        """Note a split view if a proof is overdue; to be called after asking for it."""
        self._keep(check_deadline(self.view, self._device.now()))

    def _keep(self, view: LogView) -> None:
        before = self.view
        if view == before:
            return
        if view.split is not None and view.split != before.split:
            # Told first: a crash in between finds it again, and never forgets it.
            sizes = f"{view.split.held.size} and {view.split.other.size} entries"
            kind = view.split.kind.name.lower()
            self._alarms.tell(AlarmKind.SPLIT_VIEW, detail=f"{kind}: heads of {sizes}")
        with self._vault.transaction() as write:
            write.put(_SPACE, "", view.encode())
