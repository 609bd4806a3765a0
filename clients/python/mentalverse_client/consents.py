"""What others may be told of this account: `client.consents`.

    for each in await client.consents.list():
        print(each.purpose, each.is_given, [to.host for to in each.recipients])
    await client.consents.grant("reward")

What somebody agrees to stands in `mentalverse_signaling.consent_text`, by version.
"""

from __future__ import annotations

from mentalverse_signaling.consent_events import (
    ConsentGrant,
    ConsentList,
    ConsentPurpose,
    Consents,
    ConsentWithdraw,
    PurposeView,
)
from mentalverse_signaling.consent_text import CONSENT_TEXTS

from .blocks import Call


class Consenting:
    """What `client.consents` offers. No word is a no."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def list(self) -> tuple[PurposeView, ...]:
        """Every purpose, with who is told and what was said to it.

        Raises:
            NotConnected, SignalingError; so do all that ask the server.
        """
        found = await self._call("consent.list", ConsentList(), Consents)
        return found.consents

    async def grant(self, purpose: str) -> PurposeView:
        """Agree to a purpose, by the words that this program knows.

        Raises:
            ValueError: there is no such purpose.
            Conflict: the server has other words; a newer program knows them.
        """
        which = ConsentPurpose(purpose)
        request = ConsentGrant(which, CONSENT_TEXTS[which].version)
        return _of(which, await self._call("consent.grant", request, Consents))

    async def withdraw(self, purpose: str) -> PurposeView:
        """Agree to a purpose no more. Raises `ValueError`: there is no such one."""
        which = ConsentPurpose(purpose)
        request = ConsentWithdraw(which)
        return _of(which, await self._call("consent.withdraw", request, Consents))


def _of(purpose: ConsentPurpose, found: Consents) -> PurposeView:
    return next(each for each in found.consents if each.purpose is purpose)
