"""Goals and milestones that both of a conversation of two have signed.

What a claim is about is said in the conversation; the server sees 16 random octets, a
kind and a day, and that both have signed them. `client.claims`:

    ref = client.claims.new_ref()   # … and tell the other what it stands for
    await client.claims.attest(talk.id, ClaimKind.GOAL_SET, ref)

Of a goal of the session page the ref is the 16 octets of its id, which both know and
the server does not: `UUID(goal.id).bytes`. The browser's client signs those.
"""

from __future__ import annotations

from mentalverse_crypto.ciphersuite import sign
from mentalverse_signaling.claim_events import (
    DAY_MS,
    ClaimAttest,
    ClaimFetch,
    ClaimKind,
    Claims,
    ClaimView,
    claim_octets,
)
from mentalverse_signaling.ids import ConversationId

from .account.device import Device
from .blocks import Call

REF_BYTES = 16


class Claiming:
    """What `client.claims` offers."""

    def __init__(self, device: Device, call: Call) -> None:
        self._device = device
        self._call = call

    def new_ref(self) -> bytes:
        """`REF_BYTES` random octets: a name for what nobody else has named."""
        return self._device.rng(REF_BYTES)

    async def attest(
        self, conversation: str, kind: ClaimKind, ref: bytes, day: int | None = None
    ) -> ClaimView:
        """Sign a claim with this device; it holds once the other has, too.

        Args:
            conversation: Id of a conversation of two.
            kind: What is claimed.
            ref: Of a claim of the other, or from `new_ref`.
            day: Days since 1970-01-01 by UTC; today by default. The second signs the
                day that the first has named.

        Returns:
            The claim after it, and who has signed.

        Raises:
            Conflict: the other has signed another day.
            NotNow: the day is more than 30 days past.
            Forbidden: it is no conversation of two.
            NotConnected: it may have been kept; the same again is fine.
            SignalingError.
        """
        where = ConversationId(conversation)
        named = self._device.now_ms() // DAY_MS if day is None else day
        octets = claim_octets(where, kind, ref, named)
        signature = sign(self._device.profile.device_key, octets)
        request = ClaimAttest(where, kind, ref, named, signature)
        return await self._call("claim.attest", request, ClaimView)

    async def fetch(self, conversation: str) -> tuple[ClaimView, ...]:
        """The claims of a conversation, the newest first.

        Raises:
            NotConnected, SignalingError.
        """
        request = ClaimFetch(ConversationId(conversation))
        return (await self._call("claim.fetch", request, Claims)).claims
