"""What was said, as it was signed: kept so that it can be shown to others later.

The history holds messages as they stand; this holds the rows of the log that made
them, as they came: plaintext, sender, and what proves that the sender wrote it. A
report shows some of these rows to the safety team, and the account's archive is
written from them.

A proof needs the GroupContext that the signature covers (RFC 9420 §6.1) and the
LeafNode with the sender's key. Both are the same for many rows: they stand once per
epoch, and a row names their place there. (One epoch number can have two contexts
when a device comes back to a group in another way than it left.)

Deleting one's own message deletes its rows. Those of what somebody else took back stay
for a while, to be reported and not to be read (see `withdrawn`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from mentalverse_crypto.errors import InvalidRequest
from mentalverse_crypto.evidence import Evidence
from mentalverse_crypto.history_piece import HistoryMessage

from .vault import Transaction, Vault

_ROWS = "evidence"
_EPOCHS = "evidence_epoch"


class _Proof(msgspec.Struct, frozen=True):
    """An `Evidence` whose long parts stand in `_Epoch`."""

    epoch: int
    leaf_index: int
    authenticated_data: bytes
    signature: bytes
    group_context: int
    leaf_node: int


class _Row(msgspec.Struct, frozen=True):
    """A row of the log; the proof apart."""

    message: HistoryMessage
    proof: _Proof | None


class _Epoch(msgspec.Struct, frozen=True):
    """What the rows of one epoch share."""

    group_contexts: tuple[bytes, ...] = ()
    leaf_nodes: tuple[bytes, ...] = ()


def with_proof(message: HistoryMessage, evidence: Evidence | None) -> HistoryMessage:
    """`message` with its proof, or without it if that is too long to be kept."""
    try:
        return replace(message, evidence=evidence)
    except InvalidRequest:
        return message


def keep(
    vault: Vault, write: Transaction, conversation: str, message: HistoryMessage
) -> None:
    """Store a row of the log with its proof, if it has one."""
    proof = _shortened(vault, write, conversation, message.evidence)
    row = _Row(replace(message, evidence=None), proof)
    write.put(_ROWS, conversation, msgspec.msgpack.encode(row), message.seq)


def forget(write: Transaction, conversation: str, seqs: Iterable[int]) -> None:
    """Delete rows."""
    for seq in seqs:
        write.delete(_ROWS, conversation, seq)


def kept(vault: Vault, conversation: str, seq: int) -> HistoryMessage | None:
    """The row with this number."""
    data = vault.get(_ROWS, conversation, seq)
    return None if data is None else _read(vault, conversation, data)


def kept_after(
    vault: Vault, conversation: str, after: int, limit: int
) -> list[HistoryMessage]:
    """The first rows after a number, in the order of the log."""
    rows = vault.scan(_ROWS, conversation, after=after, limit=limit)
    return [_read(vault, conversation, data) for _, data in rows]


def _shortened(
    vault: Vault, write: Transaction, conversation: str, proof: Evidence | None
) -> _Proof | None:
    if proof is None:
        return None
    epoch = _epoch(vault, conversation, proof.epoch)
    contexts, context = _with(epoch.group_contexts, proof.group_context)
    leaves, leaf = _with(epoch.leaf_nodes, proof.leaf_node)
    after = _Epoch(contexts, leaves)
    if after != epoch:
        write.put(_EPOCHS, conversation, msgspec.msgpack.encode(after), proof.epoch)
    return _Proof(
        proof.epoch,
        proof.leaf_index,
        proof.authenticated_data,
        proof.signature,
        context,
        leaf,
    )


def _with(parts: tuple[bytes, ...], part: bytes) -> tuple[tuple[bytes, ...], int]:
    """The parts with this one among them, and its place."""
    if part not in parts:
        parts = (*parts, part)
    return parts, parts.index(part)


def _read(vault: Vault, conversation: str, data: bytes) -> HistoryMessage:
    row = msgspec.msgpack.decode(data, type=_Row)
    if row.proof is None:
        return row.message
    epoch = _epoch(vault, conversation, row.proof.epoch)
    evidence = Evidence(
        row.proof.epoch,
        row.proof.leaf_index,
        row.proof.authenticated_data,
        row.proof.signature,
        epoch.group_contexts[row.proof.group_context],
        epoch.leaf_nodes[row.proof.leaf_node],
    )
    return replace(row.message, evidence=evidence)


def _epoch(vault: Vault, conversation: str, epoch: int) -> _Epoch:
    data = vault.get(_EPOCHS, conversation, epoch)
    return _Epoch() if data is None else msgspec.msgpack.decode(data, type=_Epoch)
