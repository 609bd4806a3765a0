"""Two who review and decide with their passkeys, for tests of what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mentalverse_client import Client
from mentalverse_signaling.credential_events import ApplicationView, SignedCredential
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.authenticator import Passkey
from support.call_wire import CallWire
from support.crisis_wire import Line
from support.passkey_steps import uses_again, uses_passkey

FOUND = {"met": True, "source": "referee", "method": "call", "day": "2025-12-01"}


@dataclass
class Reviewers:
    """A coordinator and a supervisor of a server in this process."""

    wire: CallWire
    one: Line
    two: Line
    passkeys: dict[str, Passkey] = field(default_factory=dict)

    async def fresh(self) -> None:
        """Both use their passkeys now."""
        for each in (self.one, self.two):
            known = self.passkeys.get(each.handle)
            if known is None:
                self.passkeys[each.handle] = await uses_passkey(self.wire.api, each)
            else:
                await uses_again(self.wire.api, each, known)

    async def trained(self, account: AccountId) -> None:
        """Twenty hours of the first training, and its assessment."""
        person = {"account": account, "module": "foundation"}
        await self.one.call(
            "training.record", **person, source="course-1", minutes=1200
        )
        await self.one.call("training.pass", **person)

    async def approve(self, view: ApplicationView) -> None:
        """Find every point met, and sign."""
        which = {"application": view.application}
        for need in view.needs:
            if ":" not in need.need:
                await self.one.call(
                    "review.note", **which, need=need.need, since="2020-01-01", **FOUND
                )
        for each in (self.one, self.two):
            await each.call("review.sign", **which, approve=True)

    async def issued(self, client: Client, type_: str) -> SignedCredential:
        """A credential that somebody applied for, and carries away."""
        self.wire.clock.advance(1)
        begun = await client.credentials.begin(type_)
        await self.approve(await client.credentials.submit(begun.application))
        return await client.credentials.issue(begun.application)

    async def decide(self, what: str, signed: SignedCredential) -> None:
        """`revoke`, `suspend`, `reinstate`."""
        which = signed.credential.credential
        await self.two.call(f"credential.{what}", credential=which, reason="conduct")


async def reviewers(wire: CallWire) -> Reviewers:
    """Both, and each has used a passkey a moment ago."""
    one = await wire.member("reviewer-one", Role.COORDINATOR)
    two = await wire.member("reviewer-two", Role.SUPERVISOR)
    both = Reviewers(wire, one, two)
    await both.fresh()
    return both
