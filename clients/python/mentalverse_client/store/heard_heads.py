"""Heads of the transparency log that came in messages, until they are looked into."""

from __future__ import annotations

from mentalverse_crypto.carried import LogHead
from mentalverse_crypto.ciphersuite import digest
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.transparency import SignedHead, verify_head

from .vault import Transaction, Vault

MAX_HEARD = 64
"""How many wait at most. Each was signed by the log."""
HEARD = "log_heard"
"""Where they wait, by their hash."""


def note_heard(
    vault: Vault, write: Transaction, log_public: bytes, body: LogHead
) -> bool:
    """Store a head that came in a message; whether it is one of the log's."""
    head = SignedHead(body.log, body.size, body.root, body.at, body.sig)
    try:
        verify_head(head, log_public)
    except MlsError:
        return False  # anybody can make one up: it is evidence of nothing
    if len(vault.names(HEARD)) >= MAX_HEARD:
        return False
    encoded = head.encode()
    write.put(HEARD, digest(encoded).hex(), encoded)
    return True
