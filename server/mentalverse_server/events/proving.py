"""A fresh proof of the caller, looked up in the transaction that needs it."""

from __future__ import annotations

from mentalverse_signaling.proof_api import Act

from ..services.credential_steps import Proof
from ..services.proofs import check_proof
from ..store.transaction import Transaction
from ..transport.connections import Principal


def proof_of(principal: Principal) -> Proof:
    """What a word about a credential asks of whoever gives it."""

    def proof(transaction: Transaction) -> None:
        connection, now = transaction.connection, transaction.now
        check_proof(connection, principal, Act.CREDENTIALS, now)

    return proof
