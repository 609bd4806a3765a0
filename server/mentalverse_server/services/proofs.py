"""Fresh proof: looked up where an act takes effect, in the same transaction.

The rule is `signaling.proof_api`; here are the facts that it needs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from mentalverse_crypto.public import SignatureError, verify_signature
from mentalverse_signaling.errors import Unauthorised
from mentalverse_signaling.passkey_api import FRESH_MINUTES, Verified
from mentalverse_signaling.proof_api import (
    Act,
    ProofGive,
    missing_proof,
    proof_message,
)

from ..clock import to_millis
from ..store import passkeys, roles, sign_ins
from ..store.engine import Connection
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .live import live_device

FRESH_FOR = timedelta(minutes=FRESH_MINUTES)

log = structlog.get_logger()


def check_proof(
    connection: Connection, principal: Principal, act: Act, now: datetime
) -> None:
    """Whether the person has shown just now that they are there.

    Raises `PasskeyRequired` or `DeviceProofRequired`, which say what to do, and
    `Unauthorised` if the sign-in is gone.
    """
    sign_in = sign_ins.sign_in(connection, principal.sign_in)
    if sign_in is None or sign_in.revoked_at is not None:
        raise Unauthorised("the sign-in is unknown or over")
    missing = missing_proof(
        act,
        roles.roles_of(connection, principal.account),
        has_passkey=bool(passkeys.of_account(connection, principal.account)),
        passkey_is_fresh=_is_fresh(sign_in.verified_at, now),
        device_is_fresh=_is_fresh(sign_in.proven_at, now),
    )
    if missing is not None:
        raise missing


def _is_fresh(at: datetime | None, now: datetime) -> bool:
    return at is not None and now < at + FRESH_FOR


class Proofs:
    """Takes what devices sign."""

    def __init__(self, writer: Writer, server: str) -> None:
        """`server`: the id of this installation, which is signed."""
        self._writer = writer
        self._server = server

    async def give(self, principal: Principal, request: ProofGive) -> Verified:
        """Mark the caller's sign-in as asked for by its own device now.

        The challenge is used up before the signature is looked at. Raises
        `Unauthorised` for a challenge or a signature that will not do, `Forbidden` if
        the device is out.
        """

        def use(transaction: Transaction) -> sign_ins.ChallengeRow | None:
            return sign_ins.use_challenge(
                transaction.connection, request.challenge, transaction.now
            )

        challenge = await self._writer.run(use, lane=WriterLane.OTHER)
        if challenge is None or challenge.device != principal.device:
            raise Unauthorised("the challenge is unknown, used or over")
        message = proof_message(
            self._server, challenge.id, challenge.device, challenge.nonce
        )

        def mark(transaction: Transaction) -> datetime:
            connection = transaction.connection
            leaf = (principal.account, principal.device)
            device = live_device(connection, leaf)
            try:
                verify_signature(device.signature_pub, message, request.signature)
            except SignatureError:
                raise Unauthorised(
                    "the challenge was not signed by the device"
                ) from None
            sign_ins.prove(connection, principal.sign_in, transaction.now)
            return transaction.now + FRESH_FOR

        until = await self._writer.run(mark, lane=WriterLane.OTHER)
        log.info("sign_in.proven", sign_in=principal.sign_in)
        return Verified(to_millis(until))
