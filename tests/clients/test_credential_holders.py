"""What others hold, by the client of those who review: a passkey decides about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_signaling.credential_events import HeldCredential, StatusReason
from mentalverse_signaling.errors import (
    NotFound,
    NotNow,
    PasskeyRequired,
    RoleRequired,
)
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire
from support.clients import PASSPHRASE, opened
from support.clock import ManualClock
from support.passkey_steps import at, uses_passkey
from support.reviewing import reviewers

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@dataclass(frozen=True)
class House:
    """Max, who was issued a credential, and Lea, who supervises."""

    wire: CallWire
    max_: Client
    lea: Client
    credential: str

    async def held(self) -> HeldCredential:
        """The one that Max has, as Lea sees it."""
        (found,) = (await self.lea.credentials.held("max-h")).credentials
        assert found.credential == self.credential
        return found


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    # What the clients keep of time is read on the wall.
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=5))
    async with call_wire(folder, clock) as wire, AsyncExitStack() as stack:
        decide = await reviewers(wire)
        clients = []
        for name, role in (("max-h", Role.MENTOR), ("lea-h", Role.SUPERVISOR)):
            code, url = wire.api.invite(role), wire.api.server.url
            await Client.register(url, code, name, folder / name, PASSPHRASE)
            clients.append(await stack.enter_async_context(opened(folder / name)))
        await decide.trained(AccountId(clients[0].account))
        signed = await decide.issued(clients[0], "level_basic")
        max_, lea = clients
        yield House(wire, max_, lea, signed.credential.credential)


@pytest.mark.capability("K09")
async def test_what_is_suspended_comes_back_and_what_is_revoked_does_not(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as it:
        theirs = it.lea.credentials
        await uses_passkey(it.wire.api, await at(it.lea))
        assert (await it.held()).is_good
        for _ in range(2):
            await theirs.suspend(it.credential, StatusReason.REVIEW)
        paused = await it.held()
        assert (paused.status, paused.reason) == ("suspended", "review")
        assert not paused.is_good
        await theirs.reinstate(it.credential, StatusReason.ERROR)
        assert (await it.held()).is_good
        for _ in range(2):
            await theirs.revoke(it.credential, StatusReason.CONDUCT)
        assert ((await it.held()).status, (await it.held()).is_good) == (
            "revoked",
            False,
        )
        for refused in (theirs.suspend, theirs.reinstate):
            with pytest.raises(NotNow):
                await refused(it.credential, StatusReason.ERROR)
        (own,) = (await it.max_.credentials.list()).credentials
        assert (own.status, own.reason) == ("revoked", "conduct")


async def test_nothing_is_decided_without_a_passkey_or_the_role_or_about_oneself(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as it:
        own, theirs = it.max_.credentials, it.lea.credentials
        with pytest.raises(RoleRequired):
            await own.held("lea-h")
        for refused in (theirs.suspend, theirs.reinstate, theirs.revoke):
            with pytest.raises(PasskeyRequired):
                await refused(it.credential, StatusReason.REVIEW)
            with pytest.raises(NotFound):
                await refused("a" * 32, StatusReason.REVIEW)
        for refused in (own.suspend, own.reinstate, own.revoke):
            with pytest.raises(RoleRequired):
                await refused(it.credential, StatusReason.OWN_WISH)
        with pytest.raises(NotFound):
            await theirs.held("nobody-h")
        assert (await it.held()).is_good
        assert (await theirs.held("lea-h")).credentials == ()
