"""What its sender took back, and can still be reported for a while.

Who threatens somebody could otherwise delete the message, and with it the only proof.
So the rows behind it stay in the vault for `REPORTABLE_AFTER_DELETION`: the transcript
shows that it was deleted and until when it can be reported, and nothing of what it
said. Afterwards they are deleted, and at once when the person says so. What one took
back oneself is gone at once.

Times are those of the log, so that every device of an account lets go at one time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from ..errors import UnknownMessage
from . import evidence
from .messages import Message, without_proof
from .records import message_at, save_message
from .vault import Transaction, Vault

_SPACE = "withdrawn"
ROUND_SECONDS = 3600.0
"""How often it is looked whether the time of something is over."""


def note(write: Transaction, message: Message) -> None:
    """Remember until when what proves a deleted message is kept."""
    if message.reportable_until is not None:
        until_ms = int(message.reportable_until.timestamp() * 1000)
        write.put(_SPACE, message.conversation, until_ms.to_bytes(8), message.seq)


class Withdrawn:
    """Lets go of what proves deleted messages. `run` it in one task."""

    def __init__(self, vault: Vault, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._now = now

    async def run(self) -> None:
        """Let go of everything in its time, until cancelled."""
        while True:
            self.expire()
            await asyncio.sleep(ROUND_SECONDS)

    def expire(self) -> None:
        """Let go of what is over by now."""
        now = self._now()
        for conversation in self._vault.names(_SPACE):
            for seq, until in self._vault.scan(_SPACE, conversation):
                if datetime.fromtimestamp(int.from_bytes(until) / 1000, UTC) <= now:
                    self._let_go(conversation, seq)

    def forget(self, message: Message) -> None:
        """Let go of one at once.

        Raises:
            UnknownMessage: it was not taken back by somebody else, or that is over.
        """
        if message.reportable_until is None:
            raise UnknownMessage("only what its sender deleted can be forgotten")
        self._let_go(message.conversation, message.seq)

    def _let_go(self, conversation: str, seq: int) -> None:
        message = message_at(self._vault, conversation, seq)
        with self._vault.transaction() as write:
            if message is not None and message.deleted:
                evidence.forget(write, conversation, message.rows)
                save_message(write, without_proof(message))
            write.delete(_SPACE, conversation, seq)
