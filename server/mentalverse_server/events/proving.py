"""A fresh proof of the caller, looked up in the transaction that needs it."""

from __future__ import annotations

from mentalverse_signaling.proof_api import Act

from ..services.credential_steps import Proof
from ..services.proofs import check_proof
from ..store.transaction import Transaction
from ..transport.connections import Principal


def proof_of(principal: Principal) -> Proof:
    """What a word about a credential asks of whoever gives it."""
    return _proof(principal, Act.CREDENTIALS)


def proof_about_rewards(principal: Principal) -> Proof:
    """What a word about somebody's reward, or a pack, asks of whoever gives it."""
    return _proof(principal, Act.REWARDS)


def _proof(principal: Principal, act: Act) -> Proof:
    def proof(transaction: Transaction) -> None:
        check_proof(transaction.connection, principal, act, transaction.now)

    return proof
