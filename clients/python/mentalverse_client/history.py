"""What the rows of a log add to the stored history."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mentalverse_crypto.content import Content, Unknown

from .messages import Message, Origin, changed, opened, target_of
from .records import message_by_id, save_message
from .vault import Transaction, Vault


@dataclass(slots=True)
class Additions:
    """The messages that came and those that changed, in order."""

    arrived: list[Message] = field(default_factory=list)
    changed: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class History:
    """Adds to the history within one transaction, and notes what it added."""

    vault: Vault
    write: Transaction
    additions: Additions

    def deliver(self, content: Content | Unknown, origin: Origin) -> None:
        """Store what a content says, or fold it into the message it is about."""
        target = target_of(content)
        if target is None:
            message = opened(content, origin)
            if message is not None:
                self.add(message)
            return
        earlier = message_by_id(self.vault, origin.conversation, target)
        if earlier is None or isinstance(content, Unknown):
            return
        later = changed(earlier, content.body, origin)
        if later is not None:
            save_message(self.write, later)
            self.additions.changed.append(later)

    def add(self, message: Message) -> None:
        """Store a message of its own."""
        if message_by_id(self.vault, message.conversation, message.id) is not None:
            # Somebody used an id again: the first message keeps it.
            message = replace(message, id=str(message.seq))
        save_message(self.write, message)
        self.additions.arrived.append(message)
