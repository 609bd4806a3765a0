"""Messages of this device that the server took, in rows that it never applies.

A commit before them broke the group, and the conversation goes on behind them, in a
fresh group or on another leaf. The server said which row each of them got: they are
sent.
"""

from __future__ import annotations

from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import id_bytes

from ..store.evidence import with_proof
from ..store.history import Additions, History
from ..store.records import ConversationRecord, Outgoing, outbox
from ..store.vault import Transaction, Vault


def settle_passed(
    vault: Vault, write: Transaction, own: Leaf, record: ConversationRecord
) -> None:
    """Bring all that wait behind the cursor of a conversation into its history."""
    for position, entry in outbox(vault, record.id):
        if is_passed(entry, record):
            settle(vault, write, own, record, position, entry)


def is_passed(entry: Outgoing, record: ConversationRecord) -> bool:
    """Whether the row of an entry was passed over."""
    return 0 < entry.seq <= record.cursor


def settle(
    vault: Vault,
    write: Transaction,
    own: Leaf,
    record: ConversationRecord,
    position: int,
    entry: Outgoing,
) -> None:
    """Bring one of them into the history, as the row that the server named."""
    account, device = map(id_bytes, own)
    said = HistoryMessage(entry.seq, entry.at_ms, account, device, entry.content)
    history = History(vault, write, Additions())
    history.deliver(record.id, with_proof(said, entry.evidence), mine=True)
    write.delete("outbox", record.id, position)
