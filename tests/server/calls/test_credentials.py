"""From an application to a call, over the wire: two decide, and anybody can check."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from mentalverse_modules.credentials.keys import did_key
from mentalverse_signaling.credential_events import (
    ApplicationView,
    CredentialStatus,
    SignedCredential,
)
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
    PasskeyRequired,
    RoleRequired,
    SignalingError,
)
from mentalverse_signaling.review_events import ReviewMine
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire, relay
from support.clock import ManualClock
from support.credentials_kit import public_of
from support.crisis_wire import Line
from support.passkey_steps import uses_passkey
from support.wire_examples import CREDENTIALS

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

HOLDER = did_key(public_of(b"h" * 32))
FOUND = {"met": True, "source": "referee", "method": "call", "day": "2025-12-01"}
SOME = b"sealed"


@dataclass
class House:
    """Somebody who applies, and those who review."""

    wire: CallWire
    max_: Line
    one: Line
    two: Line

    async def trained(self) -> None:
        """Twenty hours of the first training, and its assessment."""
        person = {"account": self.max_.account, "module": "foundation"}
        for _ in range(2):
            told = await self.one.call(
                "training.record", **person, source="course-1", minutes=1200
            )
            assert told.minutes == 1200
        told = await self.one.call("training.pass", **person)
        assert told.levels == ("basic",)

    async def submitted(self, code: str) -> ApplicationView:
        """An application that waits for a decision."""
        begun = await self.max_.call("application.begin", type=code)
        view: ApplicationView = await self.max_.call(
            "application.submit", application=begun.application
        )
        return view

    async def noted(self, view: ApplicationView) -> None:
        """What is found out about every point."""
        for need in view.needs:
            if ":" not in need.need:
                await self.one.call(
                    "review.note",
                    application=view.application,
                    need=need.need,
                    since="2020-01-01",
                    **FOUND,
                )

    async def issued(self, code: str) -> SignedCredential:
        """A credential that two people approved."""
        self.wire.clock.advance(1)
        view = await self.submitted(code)
        await self.noted(view)
        which = {"application": view.application}
        for each in (self.one, self.two):
            await each.call("review.sign", **which, approve=True)
        signed: SignedCredential = await self.max_.call(
            "credential.issue", **which, holder=HOLDER
        )
        return signed

    async def judged(self, jwt: str) -> Any:
        """What a library that we did not write makes of it, by what is published."""
        issuer = json.loads(await self.fetched("/.well-known/did.json"))["id"]
        verifier = OB3Verifier.for_issuer_did(issuer)
        return await asyncio.to_thread(
            verifier.verify, jwt, check_status=True, download=_download
        )

    async def fetched(self, path: str) -> bytes:
        """What anybody is answered."""
        return await asyncio.to_thread(_download, self.wire.api.server.url + path)


def _download(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310
        return bytes(answer.read())


async def _house(wire: CallWire, *, with_passkeys: bool = True) -> House:
    max_ = await wire.member("max", Role.MENTOR)
    one = await wire.member("one", Role.COORDINATOR)
    two = await wire.member("two", Role.SUPERVISOR)
    for each in (one, two) if with_passkeys else ():
        await uses_passkey(wire.api, each)
    return House(wire, max_, one, two)


@pytest.mark.capability("K01")
@pytest.mark.capability("K02")
@pytest.mark.capability("K03")
@pytest.mark.capability("K09")
@pytest.mark.capability("K16")
async def test_what_two_approve_is_checked_by_anybody_and_ends_no_call(
    tmp_path: Path,
) -> None:
    """A mentor is trained, applies, is issued a credential, and it is taken back."""
    # The library reads the clock on the wall.
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=1))
    async with call_wire(tmp_path, clock, relay(tmp_path)) as wire:
        house = await _house(wire)
        await house.trained()
        await house.issued("level_basic")
        signed = await house.issued("peer_mentor")
        assert signed.credential.is_good
        found = await house.judged(signed.jwt)
        assert found.recipient_id == HOLDER
        assert house.max_.account not in signed.jwt

        mia, ida = await wire.member("mia"), await wire.member("ida")
        talk = await wire.talk("direct", mia, house.max_)
        view = await wire.start(mia, talk)
        running = wire.caller(mia, view)
        await running.join()
        which = {"credential": signed.credential.credential}
        for _ in range(2):
            await house.two.call("credential.revoke", **which, reason="conduct")

        other = await wire.talk("direct", ida, house.max_)
        with pytest.raises(Forbidden):
            await wire.start(ida, other)
        await wire.caller(house.max_, view).join()
        await running.ask("call.beat")
        wire.clock.advance(31)
        with pytest.raises(OB3VerificationError, match="revocation"):
            await house.judged(signed.jwt)
        (last, _) = (await house.max_.call("credential.list")).credentials
        assert (last.status, last.reason) == (CredentialStatus.REVOKED, "conduct")
        with pytest.raises(NotNow):
            await house.two.call("credential.reinstate", **which, reason="error")


@pytest.mark.capability("K02")
async def test_a_word_of_weight_takes_a_passkey_the_role_and_somebody_else(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        house = await _house(wire, with_passkeys=False)
        view = await house.submitted("professional")
        yes = {"application": view.application, "approve": True}
        with pytest.raises(RoleRequired):
            await house.max_.call("review.sign", **yes)
        with pytest.raises(PasskeyRequired):
            await house.one.call("review.sign", **yes)
        await uses_passkey(wire.api, house.one)
        with pytest.raises(BadRequest, match="licence"):
            await house.one.call("review.sign", **yes)
        await house.noted(view)
        case = await house.one.call("review.sign", **yes)
        assert (case.mine, case.others, case.missing) == (ReviewMine.SIGNED, (), ())
        with pytest.raises(Conflict):
            await house.one.call("review.sign", **yes)
        with pytest.raises(NotNow):
            await house.max_.call(
                "credential.issue", application=view.application, holder=HOLDER
            )
        wire.clock.advance(1)
        own = await house.one.call("application.begin", type="professional")
        mine = {"application": own.application}
        await house.one.call("application.submit", **mine)
        with pytest.raises(Forbidden):
            await house.one.call("review.open", **mine)
        with pytest.raises(Forbidden):
            await house.one.call("review.sign", **mine, approve=False, reason="no")
        queue = await house.one.call("review.queue")
        assert (queue.waiting, queue.for_others) == ((), 2)
        queue = await house.two.call("review.queue")
        assert [each.signed_off for each in queue.waiting] == [1, 0]


@pytest.mark.capability("K01")
@pytest.mark.capability("K07")
async def test_who_applies_hands_in_and_reads_why_and_never_by_whom(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        house = await _house(wire)
        begun = await house.max_.call("application.begin", type="peer_mentor")
        which = {"application": begun.application}
        (stated,) = [each for each in begun.needs if each.way == "statement"]
        other = next(each for each in begun.needs if each.way == "document")
        state = {**which, "need": stated.need}
        with pytest.raises(BadRequest):
            await house.max_.call("application.state", **state, since="2025-12-01")
        view = await house.max_.call("application.state", **state, since="2020-02-29")
        assert _need(view, stated.need).since == "2020-02-29"
        file = {**which, "need": other.need, "blob": "b" * 32, "size": 9}
        for _ in range(2):
            view = await house.max_.call("application.attach", **file, header=SOME)
        (document,) = _need(view, other.need).documents
        ask = {**which, "document": document.document}
        with pytest.raises(NotNow):
            await house.one.call("review.document", **ask)
        await house.max_.call("application.submit", **which)
        await house.one.told("review.changed")
        opened = await house.one.call("review.document", **ask)
        assert (opened.blob, opened.header) == ("b" * 32, SOME)
        with pytest.raises(RoleRequired):
            await house.max_.call("review.document", **ask)
        await house.one.call("review.note", **which, need=other.need, **FOUND)
        (view,) = (await house.max_.call("application.list")).applications
        assert view.standing == "in_review"
        assert _need(view, other.need).finding is None
        await house.two.call("review.send_back", **which, reason="which course?")
        await house.max_.told("credential.changed")
        (view,) = (await house.max_.call("application.list")).applications
        assert (view.standing, view.reason) == ("draft", "which course?")
        assert _need(view, other.need).finding.source == "referee"
        assert house.one.account not in str(view)
        view = await house.max_.call("application.withdraw", **which)
        assert [each for need in view.needs for each in need.documents] == []


ALONE = {
    "credential.offers": "ok",
    "application.list": "ok",
    "application.begin": "ok",
    "credential.list": "ok",
    # The key of the example is none.
    "credential.issue": "bad_request",
}
"""What somebody without a role is answered; the rest of `application.*` is `not_found`,
and everything else `role_required`."""


async def test_without_the_role_one_does_nothing_for_others(tmp_path: Path) -> None:
    """And a guest does nothing at all."""
    async with call_wire(tmp_path) as wire:
        somebody, guest = await wire.member("ida"), await wire.guest()
        for event, fields in CREDENTIALS.items():
            rest = "not_found" if event.startswith("application.") else "role_required"
            assert await _outcome(somebody, event, fields) == ALONE.get(event, rest)
            assert await _outcome(guest, event, fields) == "forbidden", event


async def _outcome(line: Line, event: str, fields: dict[str, Any]) -> str:
    try:
        await line.call(event, **fields)
    except SignalingError as error:
        return error.code
    return "ok"


async def test_there_are_no_other_lists_and_no_other_credentials(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        house = await _house(wire, with_passkeys=False)
        with pytest.raises(NotFound):
            await house.max_.call("application.begin", type="wizard")
        for path in ("0/other", "1/revocation", "-1/revocation", "00/suspension"):
            status, _ = await wire.api.get(f"/credentials/status/{path}")
            assert status == 404, path


def _need(view: ApplicationView, code: str) -> Any:
    return next(each for each in view.needs if each.need == code)
