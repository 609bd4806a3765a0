"""Claims in a real server: both sign the same words, which it does not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_crypto.ciphersuite import sign
from mentalverse_server.store.tables_attendance import claims
from mentalverse_signaling.claim_events import DAY_MS, ClaimKind, claim_octets
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
)
from support.call_wire import CallWire, call_wire
from support.crisis_wire import Line, Talk

REF, OTHER = b"\x01" * 16, b"\x02" * 16
GOAL = ClaimKind.GOAL_COMPLETED


def _claim(by: Line, talk: Talk, ref: bytes, day: int) -> dict[str, Any]:
    octets = claim_octets(talk.id, GOAL, ref, day)  # type: ignore[arg-type]
    signature = sign(by.caller.device.device_key, octets)
    return {
        "conversation": talk.id,
        "kind": GOAL.value,
        "ref": ref,
        "day": day,
        "signature": signature,
    }


async def _pair(wire: CallWire) -> tuple[Line, Line, Talk, int]:
    ada, ben = await wire.member("ada"), await wire.member("ben")
    talk = await wire.talk("direct", ada, ben)
    return ada, ben, talk, int(wire.clock.now().timestamp() * 1000) // DAY_MS


@pytest.mark.capability("S01")
async def test_a_claim_holds_once_both_have_signed(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben, talk, today = await _pair(wire)
        for _ in range(2):
            view = await ada.call("claim.attest", **_claim(ada, talk, REF, today))
            assert view.attested_by == (ada.account,)
        both = tuple(sorted((ada.account, ben.account)))
        for _ in range(2):
            view = await ben.call("claim.attest", **_claim(ben, talk, REF, today))
            assert view.attested_by == both
        await ben.call("claim.attest", **_claim(ben, talk, OTHER, today - 3))
        for each in (ada, ben):
            found = await each.call("claim.fetch", conversation=talk.id)
            assert [(one.ref, one.day, one.attested_by) for one in found.claims] == [
                (REF, today, both),
                (OTHER, today - 3, (ben.account,)),
            ]
        read = wire.api.server.database.read
        rows = await read(lambda link: list(link.execute(select(claims)).all()))
        assert len(rows) == 3


async def test_only_what_is_ones_own_and_of_these_days_is_taken(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben, talk, today = await _pair(wire)
        stolen = _claim(ben, talk, REF, today)
        for wrong in (
            stolen,
            {**_claim(ada, talk, REF, today), "day": today - 1},
            {**_claim(ada, talk, REF, today), "ref": OTHER},
            {**_claim(ada, talk, REF, today), "kind": "goal.set"},
            _claim(ada, talk, REF, today + 1),
        ):
            with pytest.raises(BadRequest):
                await ada.call("claim.attest", **wrong)
        with pytest.raises(NotNow):
            await ada.call("claim.attest", **_claim(ada, talk, REF, today - 31))
        await ada.call("claim.attest", **_claim(ada, talk, REF, today - 30))
        with pytest.raises(Conflict):
            await ben.call("claim.attest", **_claim(ben, talk, REF, today))
        wire.clock.advance(24 * 3600)
        with pytest.raises(NotNow):
            await ben.call("claim.attest", **_claim(ben, talk, REF, today - 30))


async def test_nobody_else_and_no_circle_claims(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben, talk, today = await _pair(wire)
        eve = await wire.member("eve")
        with pytest.raises(NotFound):
            await eve.call("claim.attest", **_claim(eve, talk, REF, today))
        with pytest.raises(NotFound):
            await eve.call("claim.fetch", conversation=talk.id)
        circle = await wire.talk("circle", ada, ben, eve)
        with pytest.raises(Forbidden):
            await ada.call("claim.attest", **_claim(ada, circle, REF, today))
        guest = await wire.guest()
        with pytest.raises(Forbidden):
            await guest.call("claim.fetch", conversation=talk.id)
